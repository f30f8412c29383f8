#include "worker/exchange/buffer_pool.h"

#include <utility>

#include "api/runtime/channel_writer.h"
#include "wire/frame.h"

namespace penstock::exchange {
namespace {

/// Senders hand a buffer on when a record has crossed the limit, so there is room for that record.
constexpr std::size_t kCapacity = kWireBufferBytes + 4 * 1024;
/// A buffer that a large record has grown beyond this is not kept.
constexpr std::size_t kLargestKept = 2 * kWireBufferBytes;

}  // namespace

struct BufferPool::Loan {
  Buffer buffer;
  std::shared_ptr<BufferPool> pool;
};

BufferPool::Buffer BufferPool::Take() {
  Buffer buffer;
  {
    MutexLock lock(mu_);
    if (!free_.empty()) {
      buffer = std::move(free_.back());
      free_.pop_back();
    }
  }
  if (buffer == nullptr) {
    buffer = std::make_unique<std::string>();
    buffer->reserve(kCapacity);
  }
  buffer->resize(kFrameHeaderBytes);
  return buffer;
}

Message BufferPool::Lend(Buffer buffer, std::shared_ptr<BufferPool> pool) {
  auto loan = std::make_unique<Loan>(Loan{std::move(buffer), std::move(pool)});
  std::string& bytes = *loan->buffer;
  return Message::Borrowing(bytes.data(), bytes.size(), &BufferPool::GiveBack, loan.release());
}

void BufferPool::GiveBack(void* /*data*/, void* loan) {
  std::unique_ptr<Loan> owned(static_cast<Loan*>(loan));
  owned->pool->Return(std::move(owned->buffer));
}

void BufferPool::Return(Buffer buffer) {
  if (buffer->capacity() > kLargestKept) return;
  MutexLock lock(mu_);
  if (free_.size() < max_free_) free_.push_back(std::move(buffer));
}

}  // namespace penstock::exchange
