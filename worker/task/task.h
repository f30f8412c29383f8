#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "api/runtime/plugin.h"
#include "api/runtime/record_type.h"
#include "common/mutex.h"
#include "graph/job_graph.h"
#include "worker/exchange/input_gate.h"
#include "worker/task/executor.h"
#include "worker/task/mailbox.h"
#include "worker/task/operator_chain.h"
#include "worker/task/task_identity.h"
#include "worker/task/task_input.h"
#include "worker/task/task_listener.h"
#include "worker/task/task_signal.h"
#include "worker/task/task_snapshots.h"

namespace penstock {

/// Everything a task is made of. What is referred to outlives it.
struct TaskParts {
  TaskIdentity identity;
  const JobVertex& vertex;
  const std::vector<OperatorSpec>& specs;  ///< Of the whole job.
  /// The one that input and edges were made for.
  std::unique_ptr<TaskSignal> signal;
  std::unique_ptr<InputGate> input;  ///< Null for a source, and when `restore` is final.
  std::vector<InputChannelType> input_channels;  ///< By input_index.
  std::vector<ChainEdge> edges;
  std::shared_ptr<const RestoredCheckpoint> restore;  ///< Shared by all tasks of the host; or null.
  std::chrono::nanoseconds buffer_timeout{std::chrono::milliseconds(10)};
  CheckpointMode checkpoint_mode = CheckpointMode::kExactlyOnce;
  std::string pending_directory;    ///< Parent of the directories of checkpoints being taken.
  std::string completed_directory;  ///< Of those that are completed.
};

/// One subtask's chain on a thread of its own. Others send it mail, which it reads between two
/// batches. Life: open, restore, deployed, StartTasks, running, final checkpoint completed, close,
/// finished; or failed or cancelled at any point.
class Task final : public BarrierReceiver {
 public:
  /// `listener` and `snapshots` outlive this.
  Task(TaskParts parts, Executor& snapshots, TaskListener& listener);
  /// Requires that its thread has ended: Join.
  ~Task() override;

  void Start();
  void Join();
  /// On the calling thread: all that the task's thread does. For tests.
  void Run();

  // Any thread:
  SubtaskId id() const { return identity_.subtask; }
  bool is_source() const { return vertex_.is_source(); }
  void Post(TaskMail mail) { mailbox_.Post(std::move(mail)); }
  /// Ends the thread without a report, Close not called, as soon as the current call returns; a
  /// thread that waits for credit must be woken by the exchange.
  void Cancel();
  TaskMetrics Metrics() const;
  std::uint64_t state_bytes() const { return state_bytes_.load(std::memory_order_relaxed); }

  /// It has sent the barrier of a final checkpoint: no record follows.
  bool passed_final_barrier() const { return passed_final_.load(std::memory_order_acquire); }

  /// How far the thread is, to find one that is stuck in a call.
  struct Progress {
    std::uint64_t steps = 0;
    bool waiting = false;
    std::string operator_name;  ///< That runs now.
  };
  Progress progress() const;

 private:
  static constexpr std::int64_t kUnknown = -1;

  Status Prepare();
  Status Restore();
  Status Loop();
  Status Step();
  /// False: the task has to wait for room, in its outputs or for its state.
  bool HasRoom() const;
  Status Keep(bool worked);
  Status StepSource(bool& worked, std::optional<Clock::MonotonicTime>& wake);
  Status FireDueTimers();
  /// When to look at the wall clock again; nothing when no operator waits for a time.
  std::optional<Clock::MonotonicTime> NextTimer() const;
  Status HandleMail();
  Status Handle(const StartTasks&);
  Status Handle(const TriggerMail& mail);
  Status Handle(const CheckpointCompleted& completed);
  Status Handle(const StopSources&);
  Status Handle(const GroupWatermark& group);
  Status Handle(const SnapshotWritten& written);
  Status OnAligned(const CheckpointBarrier& barrier, std::int64_t alignment_nanos) override;
  void OnAborted(CheckpointId checkpoint) override;
  Status TakeSnapshot(const CheckpointBarrier& barrier, SnapshotTimings timings);
  void ReportExhausted();
  void Wait(std::optional<Clock::MonotonicTime> deadline, WaitReason reason);
  void FlushInTime(Clock::MonotonicTime now);
  void PublishWatermark();
  void PublishEventTime();
  void ReportEnd(const Status& status);
  /// Milliseconds by which it is ahead of the slowest other source of its alignment group.
  std::uint64_t AlignmentDrift() const;
  void CollectCounters(TaskMetrics& metrics) const;
  void CollectGauges(TaskMetrics& metrics) const;

  class Waker final : public TaskWaker {
   public:
    explicit Waker(Task& task) : task_(task) {}
    void Wake() override { task_.signal_->Notify(); }
    bool Wait(std::optional<Clock::MonotonicTime> deadline) override;

   private:
    Task& task_;
  };

  // Constant after construction.
  Waker waker_{*this};
  const TaskIdentity identity_;
  const JobVertex& vertex_;
  const std::vector<OperatorSpec>& specs_;
  const std::chrono::nanoseconds buffer_timeout_;
  const std::size_t input_channels_;
  const std::shared_ptr<const RestoredCheckpoint> restore_;
  TaskListener& listener_;
  const Clock::MonotonicTime started_;

  const std::unique_ptr<TaskSignal> signal_;  // shared by agreement, see TaskSignal
  Mailbox mailbox_;
  std::thread thread_;
  std::atomic<bool> cancelled_{false};

  // Task thread only.
  TaskState state_;
  OperatorChain chain_;
  std::unique_ptr<TaskInput> input_;
  TaskSnapshots snapshots_;
  bool running_ = false;
  bool exhausted_ = false;  // a source is not polled any more
  bool finished_ = false;
  bool waited_inside_ = false;          // an operator has, and may have swallowed a notification
  std::uint32_t unmeasured_steps_ = 0;  // since the state was measured
  Clock::MonotonicTime last_flush_{};
  Timestamp published_emitted_ = Timestamp::Min();
  const std::string* published_split_ = nullptr;

  // Written by the task's thread, read by any.
  std::atomic<std::uint64_t> steps_{0};
  std::atomic<std::uint64_t> state_bytes_{0};
  std::atomic<std::int64_t> watermark_;
  std::atomic<std::int64_t> output_watermark_;
  std::atomic<std::int64_t> furthest_;  // split of a source
  std::atomic<std::int64_t> emit_lag_{kUnknown};
  std::atomic<std::int64_t> alignment_micros_{kUnknown};  // of the last barrier, like the next
  std::atomic<std::int64_t> start_delay_micros_{kUnknown};
  std::atomic<bool> source_idle_{false};
  std::atomic<std::int64_t> group_watermark_;  // of the others; Max: there are none
  std::atomic<bool> passed_final_{false};
  mutable Mutex split_mu_;
  std::string slowest_split_ GUARDED_BY(split_mu_);
};

}  // namespace penstock
