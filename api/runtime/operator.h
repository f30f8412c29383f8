#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "api/runtime/batch.h"
#include "api/runtime/keyed_table.h"
#include "api/runtime/operator_restore.h"
#include "api/runtime/output.h"
#include "common/clock.h"
#include "common/file_system.h"
#include "common/ids.h"
#include "common/key_group.h"
#include "common/status.h"
#include "common/timestamp.h"

namespace penstock {

/// A counter with one writer (the task's thread) and any readers.
class Counter {
 public:
  void Add(std::uint64_t n) {
    value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// Lets an operator wait for what happens on other threads. Outlives the operator.
class TaskWaker {
 public:
  virtual ~TaskWaker() = default;
  /// Any thread. The task's thread asks NextProcessingTime again soon; a Wait of it returns.
  virtual void Wake() = 0;
  /// Task thread, inside a call of the operator: until Wake or `deadline` (none: for ever). It may
  /// return early. False when the task is cancelled: the call must end then.
  virtual bool Wait(std::optional<Clock::MonotonicTime> deadline) = 0;
};

/// What the runtime gives to an operator: who it is, and its surroundings. Lives as long as the
/// operator. Task thread only.
class OperatorContext {
 public:
  virtual ~OperatorContext() = default;

  virtual const std::string& job_name() const = 0;
  virtual JobId job_id() const = 0;
  virtual Generation generation() const = 0;
  virtual const std::string& operator_name() const = 0;
  /// Empty for operators that need none.
  virtual const std::string& uid() const = 0;
  virtual std::uint32_t subtask() const = 0;
  virtual std::uint32_t parallelism() const = 0;
  virtual std::uint32_t max_parallelism() const = 0;
  KeyGroupRange key_groups() const {
    return KeyGroupRangeOf(subtask(), max_parallelism(), parallelism());
  }

  /// Restore will follow Open.
  virtual bool restored() const { return false; }

  virtual FileSystem& file_system() = 0;
  virtual const Clock& clock() const = 0;
  /// The counter of that name, made at the first call; shown as a metric of the operator. Keep the
  /// reference, don't look it up per record.
  virtual Counter& counter(const std::string& name) = 0;
  /// Adds a table to the operator's snapshots. Only inside Open; the operator keeps the ownership.
  virtual void RegisterTable(KeyedTable& table) = 0;
  /// Where records with that tag go; null when nobody reads them. It lives as long as the operator.
  /// `type_id` is that of the batches to be emitted: the attempt fails when the readers want other
  /// records. The runtime gives its readers the watermarks of the main output.
  virtual Output* side_output(const std::string& tag, const void* type_id) = 0;
  virtual TaskWaker& waker() = 0;
  /// Ends the task's attempt with `error` as soon as the current call returns. The first one
  /// counts.
  virtual void Fail(Status error) = 0;
};

/// One logic of a job at one subtask, driven by one thread. Typed operators are templates
/// instantiated in the plugin; the runtime sees this. Order of calls: Open · [Restore] ·
/// (ProcessBatch | ProcessInput | ProcessWatermark | OnProcessingTime | Snapshot |
/// NotifyCheckpointCompleted)* · Close. User exceptions may leave any of them; the runtime catches
/// them and names the operator.
class Operator {
 public:
  virtual ~Operator() = default;

  /// `context` and `output` outlive the operator. Registers the operator's tables.
  virtual Status Open(OperatorContext& context, Output& output) = 0;
  /// Puts back what SnapshotState wrote, at this subtask's share of it; the tables have been
  /// loaded. A sink commits here, again, what the restored checkpoint has pre-committed. Called
  /// before the first record, always and only when the context says restored(): with an empty list
  /// of states for an operator that the checkpoint doesn't know.
  virtual Status Restore(const OperatorRestore& restore) {
    (void)restore;
    return Status::Ok();
  }
  /// May consume the records.
  virtual void ProcessBatch(Batch& batch) = 0;
  /// For an operator with several inputs: the records of one of them, as numbered by
  /// OperatorSpec::Input::input.
  virtual void ProcessInput(std::uint32_t input, Batch& batch) {
    (void)input;
    ProcessBatch(batch);
  }
  /// Fires what is due and forwards the watermark, which is the minimum over all inputs and always
  /// advances.
  virtual void ProcessWatermark(Timestamp watermark) = 0;
  /// The wall-clock time at which to call OnProcessingTime; nothing when there is no reason to.
  virtual std::optional<Timestamp> NextProcessingTime() { return std::nullopt; }
  /// Fires what is due at `now`, which is NextProcessingTime() or later.
  virtual void OnProcessingTime(Timestamp now) { (void)now; }
  /// Answers of other threads that are under way; each comes with a Wake.
  virtual std::size_t PendingAnswers() const { return 0; }
  /// Appends all state that is not in tables, at a barrier: small, and quick. A transactional sink
  /// pre-commits here. After this the snapshot belongs to `checkpoint`.
  virtual Status SnapshotState(CheckpointId checkpoint, std::string& state) {
    (void)checkpoint;
    (void)state;
    return Status::Ok();
  }
  /// `checkpoint`, and with it every earlier one, is decided: a sink commits. Idempotent.
  virtual Status NotifyCheckpointCompleted(CheckpointId checkpoint) {
    (void)checkpoint;
    return Status::Ok();
  }
  /// The last call of an attempt that ends well; not called when the attempt fails.
  virtual Status Close() { return Status::Ok(); }
};

/// What a call of SourceOperator::Poll has found.
enum class SourcePoll : unsigned char {
  kMore,        ///< Call again at once.
  kNothingYet,  ///< Call again at next_poll().
  kExhausted,   ///< No record will follow.
};

/// The first operator of a source task: it is polled instead of being given batches.
class SourceOperator : public Operator {
 public:
  /// Emits at most about one batch; never blocks for longer than a disk read.
  virtual SourcePoll Poll() = 0;
  /// When to call Poll again after kNothingYet.
  virtual Clock::MonotonicTime next_poll() const = 0;
  /// How far its splits have come in event time.
  struct EventTime {
    /// Id of the one that holds the watermark, stable for as long as the operator lives; null when
    /// there is none, or no event time.
    const std::string* slowest_split = nullptr;
    Timestamp furthest = Timestamp::Min();  ///< Watermark of the one that is ahead.
  };
  virtual EventTime event_time() const { return {}; }
  /// The least watermark of the other subtasks in the source's alignment group, of whatever source;
  /// Max when there is none to wait for. Never called without a group.
  virtual void SetGroupWatermark(Timestamp least) { (void)least; }

  void ProcessBatch(Batch&) final {}
  void ProcessWatermark(Timestamp) final {}
};

}  // namespace penstock
