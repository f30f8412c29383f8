#include "wire/message_pipe.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "common/bytes.h"

namespace penstock {
namespace {

Status TooLong(std::size_t length, std::size_t limit) {
  return Status::Corruption("a control message of " + std::to_string(length) +
                            " bytes is above the limit of " + std::to_string(limit));
}

Status SocketError(const char* what) {
  return Status::Unavailable(std::string(what) + ": " + std::strerror(errno));
}

}  // namespace

void AppendFramed(std::string_view message, std::string& out) { ByteWriter(out).String(message); }

Result<std::optional<std::string>> MessageSplitter::Next() {
  const std::string_view rest = std::string_view(buffer_).substr(consumed_);
  ByteReader reader(rest);
  const std::size_t length = reader.Fixed<std::uint32_t>();
  if (reader.failed()) return std::optional<std::string>();
  if (length > max_message_) return TooLong(length, max_message_);
  const std::string_view body = reader.Bytes(length);
  if (reader.failed()) return std::optional<std::string>();

  std::optional<std::string> message(std::in_place, body);
  consumed_ += sizeof(std::uint32_t) + length;
  // Erasing only when half is consumed keeps the cost of many small messages linear.
  if (consumed_ * 2 >= buffer_.size()) {
    buffer_.erase(0, consumed_);
    consumed_ = 0;
  }
  return message;
}

Status MessagePipe::Write(std::string_view message) {
  if (message.size() > max_message_) {
    return Status::Internal("a control message of " + std::to_string(message.size()) +
                            " bytes is too long to be sent");
  }
  std::string framed;
  AppendFramed(message, framed);
  std::string_view rest = framed;
  MutexLock lock(mu_);
  while (!rest.empty()) {
    const ssize_t sent = send(socket_.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno != EINTR) {
      return SocketError("cannot send a control message");
    }
  }
  return Status::Ok();
}

Result<std::size_t> MessagePipe::ReadFully(char* buffer, std::size_t length) {
  std::size_t done = 0;
  while (done < length) {
    const ssize_t got = recv(socket_.get(), buffer + done, length - done, 0);
    if (got > 0) {
      done += static_cast<std::size_t>(got);
    } else if (got == 0) {
      break;
    } else if (errno != EINTR) {
      return SocketError("cannot receive a control message");
    }
  }
  return done;
}

Result<std::optional<std::string>> MessagePipe::Read() {
  std::uint32_t length = 0;
  PENSTOCK_ASSIGN_OR_RETURN(const std::size_t prefix,
                            ReadFully(reinterpret_cast<char*>(&length), sizeof(length)));
  if (prefix == 0) return std::optional<std::string>();
  if (prefix == sizeof(length) && length > max_message_) return TooLong(length, max_message_);

  std::optional<std::string> message(std::in_place);
  if (prefix == sizeof(length)) {
    message->resize(length);
    PENSTOCK_ASSIGN_OR_RETURN(const std::size_t body, ReadFully(message->data(), length));
    if (body == length) return message;
  }
  return Status::Corruption("the stream of control messages ends within a message");
}

Result<SocketPair> MakeSocketPair() {
  int fds[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0) {
    return SocketError("cannot make a socketpair");
  }
  return SocketPair{UniqueFd(fds[0]), UniqueFd(fds[1])};
}

}  // namespace penstock
