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
#include "common/bytes.h"
#include "common/file_system.h"
#include "common/mutex.h"
#include "tests/support/map_tier.h"

namespace penstock::testing {

/// A clock that tests move.
class ManualClock final : public Clock {
 public:
  MonotonicTime Now() const override { return now_; }
  WallTime Wall() const override {
    return WallTime(std::chrono::duration_cast<std::chrono::milliseconds>(now_.time_since_epoch()));
  }
  void Advance(Duration by) { now_ += by; }

 private:
  MonotonicTime now_{std::chrono::hours(1)};
};

/// Wakes nobody: a test calls the operator itself. Waits for real.
class HarnessWaker final : public TaskWaker {
 public:
  void Wake() override {
    MutexLock lock(mu_);
    woken_ = true;
    changed_.NotifyOne();
  }
  bool Wait(std::optional<Clock::MonotonicTime>) override {
    MutexLock lock(mu_);
    while (!woken_) changed_.Wait(mu_);
    woken_ = false;
    return true;
  }

 private:
  Mutex mu_;
  CondVar changed_;
  bool woken_ GUARDED_BY(mu_) = false;
};

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
};

/// The context of one instance.
class HarnessContext final : public OperatorContext {
 public:
  HarnessContext(const HarnessSetup& setup, const Clock& clock,
                 std::map<std::string, Counter>& counters, bool restored = false)
      : setup_(setup), clock_(clock), counters_(counters), restored_(restored) {}

  const std::string& job_name() const override { return name_; }
  JobId job_id() const override { return setup_.job; }
  Generation generation() const override { return setup_.generation; }
  const std::string& operator_name() const override { return name_; }
  const std::string& uid() const override { return setup_.uid; }
  std::uint32_t subtask() const override { return setup_.subtask; }
  std::uint32_t parallelism() const override { return setup_.parallelism; }
  std::uint32_t max_parallelism() const override { return setup_.max_parallelism; }
  bool restored() const override { return restored_; }
  FileSystem& file_system() override { return *setup_.file_system; }
  const Clock& clock() const override { return clock_; }
  Counter& counter(const std::string& name) override { return counters_[name]; }
  void RegisterTable(KeyedTable& table) override { tables.push_back(&table); }
  Output* side_output(const std::string& tag, const void*) override {
    const auto found = side_outputs.find(tag);
    return found == side_outputs.end() ? nullptr : found->second;
  }
  TaskWaker& waker() override { return waker_; }
  void Fail(Status error) override {
    if (failure.ok()) failure = std::move(error);
  }

  std::vector<KeyedTable*> tables;
  std::map<std::string, Output*> side_outputs;  // by tag; set before Open
  Status failure;

 private:
  const std::string name_ = "test";
  const HarnessSetup& setup_;
  const Clock& clock_;
  std::map<std::string, Counter>& counters_;
  const bool restored_;
  HarnessWaker waker_;
};

/// A record that an operator has emitted.
template <typename T>
struct Emitted {
  T record;
  Timestamp timestamp;
  bool operator==(const Emitted&) const = default;
};

/// Copies what is emitted, then spoils the batch as a consumer may, so that an operator which still
/// uses an emitted record is found.
template <typename T>
class CollectingOutput final : public Output {
 public:
  void Emit(Batch& batch) override {
    auto& from = static_cast<TypedBatch<T>&>(batch);
    for (std::size_t i = 0; i < from.size(); ++i) {
      records.push_back({from[i], from.timestamps()[i]});
      Codec<T>::AdoptText(records.back().record, arena_);
      from[i] = T{};
      from.timestamps()[i] = Timestamp::Max();
    }
  }
  void EmitWatermark(Timestamp watermark) override {
    if (watermark > last_watermark) last_watermark = watermark;
    watermarks.push_back(watermark);
  }
  void EmitStatus(bool idle) override { statuses.push_back(idle); }

  std::vector<Emitted<T>> records;
  std::vector<Timestamp> watermarks;
  std::vector<bool> statuses;  // idle or active
  Timestamp last_watermark = Timestamp::Min();

 private:
  Arena arena_;
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
    context_->side_outputs = side_outputs_;
  }
  void Watermark(Timestamp watermark) {
    operator_->ProcessWatermark(watermark);
    AfterCall();
  }
  /// Time passes, also on the wall; timers that are due then fire.
  void PassTime(Clock::Duration by) {
    clock_.Advance(by);
    const Timestamp now{ToMillis(clock_.Wall())};
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
  ManualClock& clock() { return clock_; }
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
  std::uint64_t counter(const std::string& name) { return counters_[name].value(); }
  /// Tables of the running instance, in order of registration.
  const std::vector<KeyedTable*>& tables() const { return context_->tables; }
  Status status() const { return status_.ok() ? context_->failure : status_; }

 private:
  void Start(bool restored, const std::vector<HarnessSnapshot>& stored = {}) {
    operator_.reset();
    if (context_ != nullptr) Check(context_->failure);
    context_ = std::make_unique<HarnessContext>(setup_, clock_, counters_, restored);
    context_->side_outputs = side_outputs_;
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
  ManualClock clock_;
  std::map<std::string, Counter> counters_;
  CollectingOutput<Out> output_;
  std::map<std::string, Output*> side_outputs_;
  std::unique_ptr<HarnessContext> context_;
  std::vector<std::unique_ptr<MapTier>> tiers_;
  std::unique_ptr<Operator> operator_;
  CheckpointId next_checkpoint_;
  Status status_;
};

}  // namespace penstock::testing
