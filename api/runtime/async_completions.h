#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "api/runtime/operator.h"

namespace penstock::internal {

/// One call of an async function.
struct AsyncCall {
  std::uint64_t record = 0;  ///< Number of the record at its operator.
  std::uint32_t attempt = 1;
};

/// The answers that a task's thread has not taken yet. Any thread; Close before the waker ends.
template <typename Out>
class AsyncCompletions {
 public:
  struct Completion {
    AsyncCall call;
    std::vector<Out> records;
    bool failed = false;
    std::string reason;
  };

  explicit AsyncCompletions(TaskWaker& waker) : waker_(&waker) {}

  void Add(Completion completion) {
    const std::lock_guard lock(mu_);
    if (waker_ == nullptr) return;
    completions_.push_back(std::move(completion));
    empty_.store(false, std::memory_order_release);
    waker_->Wake();
  }
  bool empty() const { return empty_.load(std::memory_order_acquire); }
  std::vector<Completion> TakeAll() {
    const std::lock_guard lock(mu_);
    empty_.store(true, std::memory_order_release);
    return std::exchange(completions_, {});
  }
  /// From now on answers are dropped.
  void Close() {
    const std::lock_guard lock(mu_);
    waker_ = nullptr;
    completions_.clear();
  }

 private:
  std::mutex mu_;
  TaskWaker* waker_;                     // guarded by mu_
  std::vector<Completion> completions_;  // guarded by mu_
  std::atomic<bool> empty_{true};
};

/// A few threads that run what is posted. A copy has threads of its own, once it is started.
class ThreadPool {
 public:
  explicit ThreadPool(std::size_t threads) : size_(threads) {}
  ThreadPool(const ThreadPool& other) : size_(other.size_) {}
  ThreadPool& operator=(const ThreadPool&) = delete;
  ~ThreadPool() { Stop(); }

  void Start() {
    for (std::size_t i = 0; i < size_; ++i) threads_.emplace_back([this] { Run(); });
  }
  void Post(std::function<void()> work) {
    const std::lock_guard lock(mu_);
    work_.push_back(std::move(work));
    changed_.notify_one();
  }
  /// Drops what has not begun, and waits for the rest.
  void Stop() {
    {
      const std::lock_guard lock(mu_);
      stopping_ = true;
      changed_.notify_all();
    }
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

 private:
  void Run() {
    for (;;) {
      std::unique_lock lock(mu_);
      changed_.wait(lock, [this] { return stopping_ || !work_.empty(); });
      if (stopping_) return;
      const std::function<void()> work = std::move(work_.front());
      work_.pop_front();
      lock.unlock();
      work();
    }
  }

  const std::size_t size_;
  std::vector<std::thread> threads_;
  std::mutex mu_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> work_;  // guarded by mu_
  bool stopping_ = false;                   // guarded by mu_
};

}  // namespace penstock::internal
