#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

/// Annotations of Clang's thread-safety analysis; nothing under other compilers.
/// https://clang.llvm.org/docs/ThreadSafetyAnalysis.html
#if defined(__clang__)
#define PENSTOCK_ANNOTATE(x) __attribute__((x))
#else
#define PENSTOCK_ANNOTATE(x)
#endif
#define GUARDED_BY(x) PENSTOCK_ANNOTATE(guarded_by(x))
#define PT_GUARDED_BY(x) PENSTOCK_ANNOTATE(pt_guarded_by(x))
#define REQUIRES(...) PENSTOCK_ANNOTATE(requires_capability(__VA_ARGS__))
#define EXCLUDES(...) PENSTOCK_ANNOTATE(locks_excluded(__VA_ARGS__))

namespace penstock {

/// std::mutex with the annotations that it lacks.
class PENSTOCK_ANNOTATE(capability("mutex")) Mutex {
 public:
  void Lock() PENSTOCK_ANNOTATE(acquire_capability()) { mu_.lock(); }
  void Unlock() PENSTOCK_ANNOTATE(release_capability()) { mu_.unlock(); }

 private:
  friend class CondVar;
  std::mutex mu_;
};

/// Holds a Mutex for a scope.
class PENSTOCK_ANNOTATE(scoped_lockable) MutexLock {
 public:
  explicit MutexLock(Mutex& mu) PENSTOCK_ANNOTATE(acquire_capability(mu)) : mu_(mu) { mu_.Lock(); }
  ~MutexLock() PENSTOCK_ANNOTATE(release_capability()) { mu_.Unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mu_;
};

/// Condition variable for a Mutex; the caller re-checks its condition after each wait.
class CondVar {
 public:
  void Wait(Mutex& mu) REQUIRES(mu) {
    std::unique_lock<std::mutex> lock(mu.mu_, std::adopt_lock);
    cv_.wait(lock);
    lock.release();
  }
  /// False when `timeout` passed without a notification.
  bool WaitFor(Mutex& mu, std::chrono::nanoseconds timeout) REQUIRES(mu) {
    std::unique_lock<std::mutex> lock(mu.mu_, std::adopt_lock);
    const bool notified = cv_.wait_for(lock, timeout) == std::cv_status::no_timeout;
    lock.release();
    return notified;
  }
  void NotifyOne() { cv_.notify_one(); }
  void NotifyAll() { cv_.notify_all(); }

 private:
  std::condition_variable cv_;
};

}  // namespace penstock
