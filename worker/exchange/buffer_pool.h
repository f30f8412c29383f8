#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "common/mutex.h"
#include "worker/exchange/zmq_socket.h"

namespace penstock::exchange {

/// Send buffers that go to ZeroMQ without a copy and come back when they are on the wire.
/// Thread-safe.
class BufferPool {
 public:
  using Buffer = std::unique_ptr<std::string>;

  /// Keeps up to `max_free` buffers that nobody uses.
  explicit BufferPool(std::size_t max_free) : max_free_(max_free) {}

  /// A buffer with head room for a frame's header and capacity for a wire buffer.
  Buffer Take() EXCLUDES(mu_);
  /// A message of the buffer's bytes. `pool` is shared because ZeroMQ gives back on its own thread,
  /// perhaps when everybody else has gone.
  static Message Lend(Buffer buffer, std::shared_ptr<BufferPool> pool);

 private:
  struct Loan;
  static void GiveBack(void* data, void* loan);
  void Return(Buffer buffer) EXCLUDES(mu_);

  const std::size_t max_free_;
  Mutex mu_;
  std::vector<Buffer> free_ GUARDED_BY(mu_);
};

}  // namespace penstock::exchange
