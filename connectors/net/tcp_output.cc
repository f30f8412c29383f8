#include "connectors/net/tcp_output.h"

#include <poll.h>

#include <utility>

#include "connectors/net/connection_log.h"

namespace penstock {
namespace {

constexpr std::size_t kMostWaiting = 1024 * 1024;
constexpr std::chrono::milliseconds kRest{1};

}  // namespace

TcpOutput::TcpOutput(OperatorContext& context, TcpAddress address, std::string header,
                     TcpPatience patience)
    : clock_(context.clock()),
      address_(std::move(address)),
      name_(address_.text()),
      header_(std::move(header)),
      patience_(patience),
      lost_(context.counter("numConnectionsLost")) {}

Status TcpOutput::Send(std::string rows) {
  if (rows.empty()) return Status::Ok();
  waiting_ += rows.size();
  chunks_.push_back({std::move(rows)});
  Pump();
  return waiting_ <= kMostWaiting ? Status::Ok()
                                  : WaitUntil([this] { return waiting_ <= kMostWaiting; });
}

Status TcpOutput::Flush() {
  return WaitUntil([this] { return chunks_.empty(); });
}

Status TcpOutput::End() {
  PENSTOCK_RETURN_IF_ERROR(Flush());
  if (socket_) socket_->EndWriting();
  return Status::Ok();
}

template <typename Done>
Status TcpOutput::WaitUntil(Done done) {
  std::chrono::milliseconds idle{0};
  while (true) {
    const bool moved = Pump();
    if (done()) return Status::Ok();
    if (moved) {
      idle = std::chrono::milliseconds(0);
      continue;
    }
    if (idle >= patience_) {
      const std::string problem = last_problem_.empty() ? "the peer takes nothing" : last_problem_;
      return Status::Unavailable("tcp " + name_ + ": no row could be delivered for " +
                                     FormatDuration(patience_) + ": " + problem,
                                 "start the receiver; the job goes on from its last checkpoint");
    }
    Rest(kRest);
    idle += kRest;
  }
}

void TcpOutput::Rest(std::chrono::milliseconds time) const {
  pollfd writable{connected_ && next_chunk_ < chunks_.size() ? socket_->fd() : -1, POLLOUT, 0};
  ::poll(&writable, 1, static_cast<int>(time.count()));
}

bool TcpOutput::Pump() {
  if (chunks_.empty()) return false;
  if (!socket_ && clock_.Now() >= next_attempt_) Connect();
  if (!socket_ || !AwaitConnection()) return false;
  const bool wrote = Write();
  return Confirm() || wrote;
}

void TcpOutput::Connect() {
  Result<TcpSocket> socket = TcpSocket::Connect(address_);
  if (!socket.ok()) return Lose(socket.status().message());
  socket_ = std::move(socket).value();
}

bool TcpOutput::AwaitConnection() {
  if (connected_) return true;
  Result<bool> connected = socket_->Connected();
  if (!connected.ok()) {
    Lose(connected.status().message());
    return false;
  }
  connected_ = *connected;
  if (connected_) LogConnection(name_, "connected");
  return connected_;
}

bool TcpOutput::Write() {
  bool wrote = false;
  while (connected_ && (header_offset_ < header_.size() || next_chunk_ < chunks_.size())) {
    const bool header = header_offset_ < header_.size();
    const std::string& bytes = header ? header_ : chunks_[next_chunk_].bytes;
    std::size_t& offset = header ? header_offset_ : chunk_offset_;
    Result<SocketResult> sent = socket_->Write(std::string_view(bytes).substr(offset));
    if (!sent.ok()) {
      Lose(sent.status().message());
      break;
    }
    if (sent->step != SocketStep::kDone) break;
    wrote = true;
    offset += sent->bytes;
    written_ += sent->bytes;
    if (!header && offset == bytes.size()) {
      chunks_[next_chunk_++].end = written_;
      chunk_offset_ = 0;
    }
  }
  return wrote;
}

bool TcpOutput::Confirm() {
  if (!connected_) return false;
  // In this order: an error empties the queue of the system, and is seen afterwards.
  const Result<std::size_t> queued = socket_->Unacknowledged();
  const Status error = queued.ok() ? socket_->CheckError() : queued.status();
  if (!error.ok()) {
    Lose(error.message());
    return false;
  }
  bool confirmed = false;
  while (next_chunk_ > 0 && chunks_.front().end + *queued <= written_) {
    waiting_ -= chunks_.front().bytes.size();
    chunks_.pop_front();
    --next_chunk_;
    confirmed = true;
  }
  if (confirmed) {
    backoff_.Reset();
    last_problem_.clear();
  }
  return confirmed;
}

void TcpOutput::Lose(const std::string& reason) {
  const Clock::Duration wait = backoff_.Next();
  const auto millis = std::chrono::duration_cast<std::chrono::milliseconds>(wait);
  LogConnection(name_, reason + "; next attempt in " + FormatDuration(millis));
  lost_.Add(1);
  last_problem_ = reason;
  next_attempt_ = clock_.Now() + wait;
  socket_.reset();
  connected_ = false;
  next_chunk_ = chunk_offset_ = header_offset_ = 0;
  written_ = 0;
}

}  // namespace penstock
