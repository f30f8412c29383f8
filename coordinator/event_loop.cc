#include "coordinator/event_loop.h"

#include <cassert>
#include <utility>

#include "common/stacks/named_thread.h"

namespace penstock {

EventLoop::~EventLoop() { assert(!thread_.joinable()); }

void EventLoop::Start() {
  thread_ = std::thread([this] { Run(); });
}

void EventLoop::Stop() {
  {
    MutexLock lock(mu_);
    stopping_ = true;
    changed_.NotifyAll();
  }
  if (thread_.joinable()) thread_.join();
}

void EventLoop::Post(Task task) {
  MutexLock lock(mu_);
  if (stopping_) return;
  tasks_.push_back(std::move(task));
  changed_.NotifyOne();
}

void EventLoop::PostAt(Clock::MonotonicTime time, Task task) {
  MutexLock lock(mu_);
  if (stopping_) return;
  timers_.emplace(time, std::move(task));
  changed_.NotifyOne();
}

void EventLoop::Run() {
  const NamedThread name(name_);
  Task task;
  while (WaitForTask(task)) {
    task();
    task = nullptr;
  }
}

bool EventLoop::WaitForTask(Task& task) {
  MutexLock lock(mu_);
  while (true) {
    const Clock::MonotonicTime now = clock_.Now();
    // Due timers go first, so that a busy mailbox does not hold them up.
    if (!stopping_ && !timers_.empty() && timers_.begin()->first <= now) {
      task = std::move(timers_.begin()->second);
      timers_.erase(timers_.begin());
      return true;
    }
    if (!tasks_.empty()) {
      task = std::move(tasks_.front());
      tasks_.pop_front();
      return true;
    }
    if (stopping_) return false;
    if (timers_.empty()) {
      changed_.Wait(mu_);
    } else {
      changed_.WaitFor(mu_, timers_.begin()->first - now);
    }
  }
}

}  // namespace penstock
