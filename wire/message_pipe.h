#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "common/mutex.h"
#include "common/process.h"
#include "common/status.h"
#include "wire/convert.h"

namespace penstock {

// Messages between a worker and its task hosts: a little-endian 32-bit length, then that many bytes
// of an encoded control message. From the worker: one HostSetup, then HostCommands; from the host:
// HostEvents.

/// The descriptor at which a task host finds its end of the socketpair.
inline constexpr int kTaskHostFd = 3;

/// Appends the message with its length in front. `message` must not exceed kMaxControlMessage.
void AppendFramed(std::string_view message, std::string& out);

/// Cuts a stream of bytes, arriving in pieces of any size, into messages. Not thread-safe.
class MessageSplitter {
 public:
  explicit MessageSplitter(std::size_t max_message = kMaxControlMessage)
      : max_message_(max_message) {}

  void Append(std::string_view bytes) { buffer_.append(bytes); }
  /// Nothing when more bytes are needed; kCorruption for a message that is too long.
  Result<std::optional<std::string>> Next();
  /// Is a message begun, but not complete?
  bool partial() const { return consumed_ < buffer_.size(); }

 private:
  const std::size_t max_message_;
  std::string buffer_;
  std::size_t consumed_ = 0;
};

/// A blocking end of a stream socket that carries messages. Writes are thread-safe; one thread
/// reads.
class MessagePipe {
 public:
  explicit MessagePipe(UniqueFd socket, std::size_t max_message = kMaxControlMessage)
      : socket_(std::move(socket)), max_message_(max_message) {}

  /// Blocks while the socket is full. kUnavailable when the other side is gone.
  Status Write(std::string_view message) EXCLUDES(mu_);

  /// Blocks for the next message; nothing at the end of the stream. kCorruption when it ends within
  /// a message or one is too long: the stream is useless then.
  Result<std::optional<std::string>> Read();

  int fd() const { return socket_.get(); }

 private:
  /// Bytes read; fewer than asked for only at the end of the stream.
  Result<std::size_t> ReadFully(char* buffer, std::size_t length);

  const UniqueFd socket_;
  const std::size_t max_message_;
  Mutex mu_;  // held while writing, so that messages don't mix
};

/// Both ends of a new stream socketpair, closed on exec unless mapped by SpawnOptions.
struct SocketPair {
  UniqueFd first;
  UniqueFd second;
};
Result<SocketPair> MakeSocketPair();

}  // namespace penstock
