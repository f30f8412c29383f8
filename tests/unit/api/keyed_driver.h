#pragma once

#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "api/runtime/operator.h"
#include "api/runtime/typed_batch.h"
#include "api/testing/map_tier.h"

namespace penstock::testing {

/// Subtask `subtask` of `parallelism`.
class FakeContext final : public OperatorContext {
 public:
  explicit FakeContext(std::uint32_t subtask = 0, std::uint32_t parallelism = 1)
      : subtask_(subtask), parallelism_(parallelism) {}

  const std::string& job_name() const override { return name_; }
  JobId job_id() const override { return {}; }
  Generation generation() const override { return Generation(1); }
  const std::string& operator_name() const override { return name_; }
  const std::string& uid() const override { return name_; }
  std::uint32_t subtask() const override { return subtask_; }
  std::uint32_t parallelism() const override { return parallelism_; }
  std::uint32_t max_parallelism() const override { return kDefaultMaxParallelism; }
  FileSystem& file_system() override { return PosixFileSystem(); }
  const Clock& clock() const override { return SystemClock::Instance(); }
  Counter& counter(const std::string& name) override { return counters[name]; }
  void RegisterTable(KeyedTable& table) override { tables.push_back(&table); }
  Output* side_output(const std::string&, const void*) override { return nullptr; }
  TaskWaker& waker() override { std::abort(); }
  void Fail(Status error) override {
    if (failure.ok()) failure = std::move(error);
  }

  std::map<std::string, Counter> counters;
  std::vector<KeyedTable*> tables;
  Status failure;

 private:
  const std::string name_ = "test";
  const std::uint32_t subtask_;
  const std::uint32_t parallelism_;
};

template <typename Out>
class CollectingOutput final : public Output {
 public:
  void Emit(Batch& batch) override {
    auto& typed = static_cast<TypedBatch<Out>&>(batch);
    for (std::size_t i = 0; i < typed.size(); ++i) {
      records.emplace_back(typed[i], typed.timestamps()[i]);
    }
  }
  void EmitStatus(bool) override {}
  void EmitWatermark(Timestamp time) override { watermark = time; }

  std::vector<std::pair<Out, Timestamp>> records;
  Timestamp watermark = Timestamp::Min();
};

/// What a checkpoint would keep of one operator.
struct OperatorSnapshot {
  std::vector<TierEntries> tables;
  std::string state;
};

/// Drives one keyed operator with records of T.
template <typename T, typename Out>
class KeyedDriver {
 public:
  explicit KeyedDriver(std::unique_ptr<Operator> op) : op_(std::move(op)) {
    opened = op_->Open(context, output);
    Attach({});
  }
  KeyedDriver(std::unique_ptr<Operator> op, const OperatorSnapshot& snapshot) : op_(std::move(op)) {
    opened = op_->Open(context, output);
    Attach(snapshot.tables);
    if (opened.ok()) {
      OperatorRestore restore;
      restore.states.push_back({0, snapshot.state});
      opened = op_->Restore(restore);
    }
  }

  void Add(T record, Timestamp time) {
    batch_.Append(std::move(record), time);
    if (batch_.full()) Process();
  }
  void Process() {
    if (!batch_.empty()) op_->ProcessBatch(batch_);
    batch_.Clear();
  }
  void Watermark(Timestamp time) {
    Process();
    op_->ProcessWatermark(time);
  }
  OperatorSnapshot Snapshot() {
    Process();
    OperatorSnapshot snapshot;
    for (std::size_t i = 0; i < context.tables.size(); ++i) {
      const Status taken = SnapshotInto(*context.tables[i], tiers_[i]->entries);
      if (opened.ok()) opened = taken;
      snapshot.tables.push_back(tiers_[i]->entries);
    }
    (void)op_->SnapshotState(CheckpointId(1), snapshot.state);
    return snapshot;
  }

  /// Moves about that share of the state out of memory.
  void Evict(double share) {
    Process();
    for (KeyedTable* table : context.tables) table->Evict(share);
  }
  /// Loads some of what is not in memory.
  void Fill(std::uint32_t entries) {
    Process();
    for (KeyedTable* table : context.tables) table->Fill(entries);
  }

  FakeContext context;
  CollectingOutput<Out> output;
  Status opened;

 private:
  void Attach(const std::vector<TierEntries>& stored) {
    for (std::size_t i = 0; i < context.tables.size(); ++i) {
      tiers_.push_back(std::make_unique<MapTier>(i < stored.size() ? stored[i] : TierEntries()));
      context.tables[i]->Attach(*tiers_[i], tiers_[i]->entries.empty());
    }
  }

  std::vector<std::unique_ptr<MapTier>> tiers_;
  std::unique_ptr<Operator> op_;
  TypedBatch<T> batch_;
};

}  // namespace penstock::testing
