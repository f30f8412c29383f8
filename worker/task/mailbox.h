#pragma once

#include <atomic>
#include <cstdint>
#include <utility>
#include <variant>
#include <vector>

#include "common/mutex.h"
#include "common/timestamp.h"
#include "wire/messages.h"
#include "worker/task/task_signal.h"

namespace penstock {

/// A trigger, and when it came in: monotonic time in nanoseconds.
struct TriggerMail {
  TriggerCheckpoint trigger;
  std::int64_t received = 0;
};
/// For a source: how far the others of its alignment group have come.
struct GroupWatermark {
  Timestamp others;
};
/// The task's snapshot has been written or given up.
struct SnapshotWritten {
  bool stored = false;  ///< What had changed is in the tier.
};

/// What other threads ask of a task. Closed; handled between two batches.
using TaskMail = std::variant<StartTasks, TriggerMail, CheckpointCompleted, StopSources,
                              GroupWatermark, SnapshotWritten>;

/// Mail for one task, in order. Any thread posts; the task's thread takes.
class Mailbox {
 public:
  explicit Mailbox(TaskSignal& signal) : signal_(signal) {}

  void Post(TaskMail mail) EXCLUDES(mu_) {
    {
      MutexLock lock(mu_);
      mails_.push_back(std::move(mail));
      has_mail_.store(true, std::memory_order_release);
    }
    signal_.Notify();
  }
  /// Cheap when there is none.
  std::vector<TaskMail> TakeAll() EXCLUDES(mu_) {
    if (!has_mail_.load(std::memory_order_acquire)) return {};
    MutexLock lock(mu_);
    has_mail_.store(false, std::memory_order_relaxed);
    return std::exchange(mails_, {});
  }

 private:
  TaskSignal& signal_;
  std::atomic<bool> has_mail_{false};
  Mutex mu_;
  std::vector<TaskMail> mails_ GUARDED_BY(mu_);
};

}  // namespace penstock
