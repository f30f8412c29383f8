#include "common/http/stream.h"

#include <utility>

namespace penstock {

bool HttpStreamQueue::Push(std::string text) {
  bool overflown = false;
  {
    MutexLock lock(mu_);
    if (closed_ || finished_) return false;
    overflown = queued_.size() + text.size() > options_.max_queued_bytes;
    if (!overflown) queued_ += text;
  }
  if (overflown) {
    Abandon();
    return false;
  }
  Wake();
  return true;
}

void HttpStreamQueue::Finish() {
  {
    MutexLock lock(mu_);
    finished_ = true;
  }
  Wake();
}

bool HttpStreamQueue::closed() const {
  MutexLock lock(mu_);
  return closed_;
}

void HttpStreamQueue::OnClose(std::function<void()> callback) {
  {
    MutexLock lock(mu_);
    if (!closed_) {
      on_close_ = std::move(callback);
      return;
    }
  }
  callback();
}

void HttpStreamQueue::SetWake(std::function<void()> wake) {
  {
    MutexLock lock(mu_);
    wake_ = std::move(wake);
    if (queued_.empty() && !finished_ && !closed_) return;
  }
  Wake();
}

HttpStreamQueue::Next HttpStreamQueue::Take(std::string& text) {
  MutexLock lock(mu_);
  if (closed_) return Next::kClosed;
  if (!queued_.empty()) {
    text = std::exchange(queued_, {});
    return Next::kText;
  }
  if (finished_) return Next::kFinished;
  asleep_ = true;
  return Next::kNothingYet;
}

void HttpStreamQueue::Abandon() {
  std::function<void()> on_close;
  {
    MutexLock lock(mu_);
    if (closed_) return;
    closed_ = true;
    queued_ = {};
    on_close = std::exchange(on_close_, nullptr);
  }
  Wake();
  if (on_close) on_close();
}

void HttpStreamQueue::Wake() {
  std::function<void()> wake;
  {
    MutexLock lock(mu_);
    if (!wake_ || (!asleep_ && !closed_)) return;
    asleep_ = false;
    wake = wake_;
    if (closed_) wake_ = nullptr;
  }
  wake();
}

class HttpStream::Writer {
 public:
  explicit Writer(std::shared_ptr<HttpStreamQueue> to) : queue(std::move(to)) {}
  ~Writer() { queue->Finish(); }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  const std::shared_ptr<HttpStreamQueue> queue;  // shared with the connection
};

HttpStream::HttpStream(std::shared_ptr<HttpStreamQueue> queue)
    : writer_(std::make_shared<Writer>(std::move(queue))) {}

HttpStreamQueue& HttpStream::queue() const { return *writer_->queue; }

}  // namespace penstock
