#pragma once

#include <chrono>
#include <deque>
#include <optional>
#include <utility>
#include <variant>

#include "common/clock.h"
#include "common/mutex.h"
#include "wire/messages.h"

namespace penstock {

/// A task has restored its state, or is done.
struct TaskDeployed {
  SubtaskId subtask;
};
struct TaskFinished {
  SubtaskId subtask;
};
/// A connection to another task host is lost, or what came over it is wrong.
struct ExchangeFailed {
  Status error;
};

/// What the main thread of a task host acts on: commands of the coordinator, and what its own tasks
/// and threads tell. Events go on to the coordinator as they are.
using HostMail = std::variant<HostCommand, HostEvent, TaskDeployed, TaskFinished, ExchangeFailed>;

/// Any thread posts, the main thread takes, in order.
class HostInbox {
 public:
  void Post(HostMail mail) EXCLUDES(mu_) {
    MutexLock lock(mu_);
    mails_.push_back(std::move(mail));
    arrived_.NotifyOne();
  }
  /// Nothing when none has come until `deadline` of the steady clock.
  std::optional<HostMail> Take(Clock::MonotonicTime deadline) EXCLUDES(mu_) {
    MutexLock lock(mu_);
    while (mails_.empty()) {
      const auto left = deadline - std::chrono::steady_clock::now();
      if (left.count() <= 0) return std::nullopt;
      arrived_.WaitFor(mu_, left);
    }
    HostMail mail = std::move(mails_.front());
    mails_.pop_front();
    return mail;
  }

 private:
  Mutex mu_;
  CondVar arrived_;
  std::deque<HostMail> mails_ GUARDED_BY(mu_);
};

}  // namespace penstock
