#pragma once

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <utility>

#include "common/clock.h"
#include "common/mutex.h"

namespace penstock {

/// One thread that runs what is posted to it, in order, and timers when they are due. Thread-safe.
/// Stop() must have been called before it is destroyed if Start() was.
class EventLoop {
 public:
  using Task = std::function<void()>;

  /// `clock` outlives this; `name` is that of the thread.
  EventLoop(const Clock& clock, std::string name) : clock_(clock), name_(std::move(name)) {}
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  void Start();
  /// Runs what has been posted until now, drops timers and what comes later, ends the thread. May
  /// be called again. Not from the loop's own thread.
  void Stop() EXCLUDES(mu_);

  void Post(Task task) EXCLUDES(mu_);
  void PostAt(Clock::MonotonicTime time, Task task) EXCLUDES(mu_);

 private:
  void Run() EXCLUDES(mu_);
  /// Waits for something to run; false when stopped and nothing is left.
  bool WaitForTask(Task& task) EXCLUDES(mu_);

  const Clock& clock_;
  const std::string name_;
  std::thread thread_;

  Mutex mu_;
  CondVar changed_;
  std::deque<Task> tasks_ GUARDED_BY(mu_);
  std::multimap<Clock::MonotonicTime, Task> timers_ GUARDED_BY(mu_);
  bool stopping_ GUARDED_BY(mu_) = false;
};

}  // namespace penstock
