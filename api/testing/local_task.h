#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/runtime/operator.h"
#include "api/runtime/operator_boundary.h"
#include "api/runtime/plugin.h"
#include "api/testing/checkpoint.h"
#include "api/testing/local_output.h"
#include "api/testing/map_tier.h"
#include "api/testing/test_context.h"
#include "graph/watermark_valve.h"

namespace penstock::testing {

/// One input channel of a subtask.
struct LocalInput {
  LocalChannel* channel = nullptr;
  std::uint32_t input = 0;             ///< For Operator::ProcessInput.
  const RecordType* record = nullptr;  ///< What comes through it.
};

/// One operator at one subtask, as a task of its own: what the runtime's task does, one action at a
/// time and without threads. Every action returns the operator's first error, with its name; after
/// an error there must be no other.
class LocalTask {
 public:
  /// Taps of an operator's side outputs, by tag and type of the batches.
  using SideTap = std::function<RecordTap&(const std::string& tag, const void* type_id)>;

  /// `spec`, `surroundings` and the channels outlive this. Its first epoch is `epoch`.
  LocalTask(const OperatorSpec& spec, const OperatorIdentity& who, TestSurroundings& surroundings,
            std::vector<LocalInput> inputs, Epoch epoch);
  LocalTask(const LocalTask&) = delete;
  LocalTask& operator=(const LocalTask&) = delete;

  // Before Open.
  /// Another reader of the output `side`; empty is the main one.
  void AddEdge(const std::string& side, std::unique_ptr<EdgeOutput> edge);
  void AddTap(RecordTap& tap) { outputs_.main().Add(tap); }
  void AddInputTap(RecordTap& tap) { input_taps_.push_back(&tap); }
  void set_side_tap(SideTap tap) { side_tap_ = std::move(tap); }

  Status Open();
  /// After Open. What the operator had stored; null: nothing. Says what cannot be restored.
  Status Restore(const StoredOperator* stored);

  bool is_source() const { return source_ != nullptr; }
  bool exhausted() const { return exhausted_; }
  std::size_t inputs() const { return inputs_.size(); }

  // What it may do next.
  bool HasRoom() const;
  bool TimerDue() const;
  bool Pollable() const;
  bool Readable(std::size_t input) const { return inputs_[input].channel->Readable(); }

  Status FireTimers();
  Status Poll();
  /// Requires Readable(input).
  Status Read(std::size_t input);
  /// At a source: takes the snapshot and sends the barrier.
  Status Trigger(CheckpointId checkpoint) { return TakeSnapshot(checkpoint); }
  /// Sends what waits. True when there was something.
  bool Flush();
  Status NotifyCompleted(CheckpointId checkpoint);
  Status Close();

  /// The snapshot of `checkpoint`, once its barriers are aligned.
  const SubtaskSnapshot* SnapshotOf(CheckpointId checkpoint) const;
  /// No timers any more: the barrier of the next checkpoint ends the job.
  void set_final() { final_ = true; }
  /// The next time of the clock at which it may do something by itself.
  std::optional<Clock::MonotonicTime> NextDue() const;
  std::size_t PendingAnswers() const { return op_->PendingAnswers(); }
  /// Records that came in, or of a source those that went out.
  std::uint64_t records() const { return is_source() ? outputs_.records() : records_in_; }

  /// Moves all keyed state out of memory.
  Status Evict();
  /// Loads a bit of it.
  Status Fill(std::uint32_t entries);

 private:
  template <typename Call>
  Status Run(Call&& call);
  Status RestoreState(const StoredOperator& stored);
  Status AttachTables(const StoredOperator* stored);
  Status TakeOver(const SubtaskSnapshot& stored, const KeyedTable& table, TierEntries& entries);
  void RestoreWatermarks(const StoredOperator& stored);
  Output* SideOutput(const std::string& tag, const void* type_id);
  Status ReadBatch(const LocalInput& from, Batch& batch);
  Status ReadEncoded(const LocalInput& from, const EncodedBatch& encoded);
  Status OnBarrier(std::size_t input, CheckpointId checkpoint);
  Status Forward(const WatermarkValve::Change& change);
  Status TakeSnapshot(CheckpointId checkpoint);

  const OperatorSpec& spec_;
  TestSurroundings& surroundings_;
  const std::vector<LocalInput> inputs_;
  Epoch epoch_;
  TestContext context_;
  OperatorBoundary boundary_;
  OperatorOutputs outputs_;
  std::vector<std::unique_ptr<EdgeOutput>> edges_;
  std::vector<RecordTap*> input_taps_;
  SideTap side_tap_;
  std::vector<std::unique_ptr<MapTier>> tiers_;  // by table
  std::unique_ptr<Operator> op_;
  SourceOperator* source_ = nullptr;  // op_, of a source
  WatermarkValve valve_;
  std::size_t barriers_ = 0;  // inputs that have the barrier being aligned
  bool polled_ = false;
  bool exhausted_ = false;
  bool final_ = false;
  std::uint64_t records_in_ = 0;
  CheckpointId snapshot_of_;
  SubtaskSnapshot snapshot_;
};

}  // namespace penstock::testing
