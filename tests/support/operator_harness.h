#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/output_tag.h"
#include "api/runtime/operator.h"
#include "api/runtime/typed_batch.h"
#include "api/testing/collecting_output.h"
#include "api/testing/map_tier.h"
#include "api/testing/test_context.h"
#include "common/bytes.h"

namespace penstock::testing {

/// Who the operator under test is, and its surroundings; outlives all its instances. Counters add
/// up over them.
struct HarnessSetup {
  JobId job{1, 2};
  Generation generation{1};
  std::uint32_t subtask = 0;
  std::uint32_t parallelism = 1;
  std::uint32_t max_parallelism = 128;
  std::string uid = "uid";
  FileSystem* file_system = &PosixFileSystem();
  /// Snapshot, and go on with a new instance restored from it, after every call.
  bool restore_after_every_call = false;

  OperatorIdentity Identity(bool restored) const {
    return {.job = job,
            .generation = generation,
            .uid = uid,
            .subtask = subtask,
            .parallelism = parallelism,
            .max_parallelism = max_parallelism,
            .restored = restored,
            .file_system = file_system};
  }
};

/// The entries and the state of one snapshot, and whose it is.
struct HarnessSnapshot {
  std::uint32_t subtask = 0;
  std::uint32_t parallelism = 1;
  CheckpointId checkpoint;
  std::string state;
  std::vector<TierEntries> tables;
};

/// What an operator is given of the snapshots of all subtasks, which outlive it.
inline OperatorRestore RestoreOf(const std::vector<HarnessSnapshot>& snapshots,
                                 std::uint32_t subtask, std::uint32_t parallelism) {
  OperatorRestore restore;
  for (const HarnessSnapshot& snapshot : snapshots) {
    restore.states.push_back({snapshot.subtask, snapshot.state});
    restore.old_parallelism = snapshot.parallelism;
  }
  restore.subtask = subtask;
  restore.parallelism = parallelism;
  return restore;
}
/// The same for an operator with one subtask, then and now.
inline OperatorRestore RestoreOf(std::string_view state) {
  OperatorRestore restore;
  restore.states.push_back({0, state});
  return restore;
}

/// Drives one operator through the life the runtime gives it. Every record goes in as a batch of
/// its own that is destroyed after the call, so that a kept view into it is found. The first error,
/// of a call or from Fail, stays in status().
template <typename In, typename Out>
class OperatorHarness {
 public:
  using Make = std::function<std::unique_ptr<Operator>()>;

  explicit OperatorHarness(Make make, HarnessSetup setup = {})
      : make_(std::move(make)), setup_(std::move(setup)) {
    Start(/*restored=*/false);
  }
  /// Begins with what all subtasks of a checkpoint have stored, maybe at another parallelism; with
  /// no snapshots as an operator that the checkpoint doesn't know.
  OperatorHarness(Make make, HarnessSetup setup, const std::vector<HarnessSnapshot>& snapshots)
      : make_(std::move(make)), setup_(std::move(setup)) {
    RestoreAll(snapshots);
  }
  OperatorHarness(const OperatorHarness&) = delete;
  OperatorHarness& operator=(const OperatorHarness&) = delete;

  void Process(In record, Timestamp timestamp = {}) {
    ProcessAll({{std::move(record), timestamp}});
  }
  /// As one batch.
  void ProcessAll(const std::vector<Emitted<In>>& records) {
    {
      TypedBatch<In> batch;
      for (const Emitted<In>& record : records) batch.Append(record.record, record.timestamp);
      operator_->ProcessBatch(batch);
    }
    AfterCall();
  }
  /// Of an operator with several inputs.
  template <typename T>
  void ProcessInput(std::uint32_t input, T record, Timestamp timestamp = {}) {
    {
      TypedBatch<T> batch;
      batch.Append(std::move(record), timestamp);
      operator_->ProcessInput(input, batch);
    }
    AfterCall();
  }
  /// Adds a reader to a side output, from the next restore on or, before the first call, at once.
  template <typename U>
  void Read(const OutputTag<U>& tag, CollectingOutput<U>& into) {
    side_outputs_[tag.name] = &into;
  }
  void Watermark(Timestamp watermark) {
    operator_->ProcessWatermark(watermark);
    AfterCall();
  }
  /// Time passes, also on the wall; timers that are due then fire.
  void PassTime(Clock::Duration by) {
    surroundings_.clock.Advance(by);
    const Timestamp now{ToMillis(surroundings_.clock.Wall())};
    const std::optional<Timestamp> next = operator_->NextProcessingTime();
    if (next && *next <= now) operator_->OnProcessingTime(now);
    AfterCall();
  }
  /// Of a SourceOperator.
  SourcePoll Poll() {
    const SourcePoll outcome = static_cast<SourceOperator&>(*operator_).Poll();
    AfterCall();
    return outcome;
  }
  /// Until the source has nothing more for now; returns how it ended.
  SourcePoll PollAll() {
    SourcePoll outcome = SourcePoll::kMore;
    while (outcome == SourcePoll::kMore) outcome = Poll();
    return outcome;
  }

  /// Takes the next checkpoint's snapshot; the operator goes on.
  HarnessSnapshot Snapshot() {
    HarnessSnapshot snapshot{setup_.subtask, setup_.parallelism, {}, {}, {}};
    next_checkpoint_ = next_checkpoint_.Next();
    snapshot.checkpoint = next_checkpoint_;
    Check(operator_->SnapshotState(snapshot.checkpoint, snapshot.state));
    for (std::size_t i = 0; i < context_->tables.size(); ++i) {
      Check(SnapshotInto(*context_->tables[i], tiers_[i]->entries));
      snapshot.tables.push_back(tiers_[i]->entries);
    }
    return snapshot;
  }
  void NotifyCompleted(CheckpointId checkpoint) {
    Check(operator_->NotifyCheckpointCompleted(checkpoint));
  }
  /// Throws the instance away, as a crash does, and goes on with a new one restored from
  /// `snapshot`.
  void Restore(const HarnessSnapshot& snapshot) { RestoreAll({snapshot}); }
  void SnapshotAndRestore() { Restore(Snapshot()); }
  void Close() { Check(operator_->Close()); }

  Operator& op() { return *operator_; }
  ManualClock& clock() { return surroundings_.clock; }
  const std::vector<Emitted<Out>>& records() const { return output_.records; }
  /// The values only.
  std::vector<Out> values() const {
    std::vector<Out> values;
    for (const Emitted<Out>& emitted : output_.records) values.push_back(emitted.record);
    return values;
  }
  const std::vector<bool>& statuses() const { return output_.statuses; }
  const std::vector<Timestamp>& watermarks() const { return output_.watermarks; }
  Timestamp last_watermark() const { return output_.last_watermark; }
  std::uint64_t counter(const std::string& name) { return surroundings_.counters[name].value(); }
  /// Tables of the running instance, in order of registration.
  const std::vector<KeyedTable*>& tables() const { return context_->tables; }
  Status status() const { return status_.ok() ? context_->failure : status_; }

 private:
  void Start(bool restored, const std::vector<HarnessSnapshot>& stored = {}) {
    operator_.reset();
    if (context_ != nullptr) Check(context_->failure);
    context_ = std::make_unique<TestContext>(setup_.Identity(restored), surroundings_);
    context_->find_side_output = [this](const std::string& tag, const void*) {
      const auto found = side_outputs_.find(tag);
      return found == side_outputs_.end() ? nullptr : found->second;
    };
    operator_ = make_();
    Check(operator_->Open(*context_, output_));
    tiers_.clear();
    for (std::size_t i = 0; i < context_->tables.size(); ++i) {
      tiers_.push_back(std::make_unique<MapTier>());
      for (const HarnessSnapshot& snapshot : stored) TakeOver(snapshot, i);
      context_->tables[i]->Attach(*tiers_[i], tiers_[i]->entries.empty());
    }
  }
  void RestoreAll(const std::vector<HarnessSnapshot>& snapshots) {
    Start(/*restored=*/true, snapshots);
    const OperatorRestore restore = RestoreOf(snapshots, setup_.subtask, setup_.parallelism);
    Check(restore.Check());
    Check(operator_->Restore(restore));
  }
  /// The entries of table `i` in this subtask's key groups.
  void TakeOver(const HarnessSnapshot& snapshot, std::size_t i) {
    if (context_->tables.size() != snapshot.tables.size()) {
      return Check(Status::Internal("the operator registers other tables than before"));
    }
    for (const auto& [key, value] : snapshot.tables[i]) {
      if (context_->key_groups().Contains(ReadBigEndian16(key.data()))) {
        tiers_[i]->entries[key] = value;
      }
    }
  }
  void AfterCall() {
    if (setup_.restore_after_every_call) SnapshotAndRestore();
  }
  void Check(Status status) {
    if (status_.ok()) status_ = std::move(status);
  }

  const Make make_;
  const HarnessSetup setup_;
  TestSurroundings surroundings_;
  CollectingOutput<Out> output_;
  std::map<std::string, Output*> side_outputs_;
  std::unique_ptr<TestContext> context_;
  std::vector<std::unique_ptr<MapTier>> tiers_;
  std::unique_ptr<Operator> operator_;
  CheckpointId next_checkpoint_;
  Status status_;
};

}  // namespace penstock::testing
