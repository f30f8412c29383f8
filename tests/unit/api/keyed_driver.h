#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "api/runtime/operator.h"
#include "api/runtime/typed_batch.h"
#include "api/testing/map_tier.h"
#include "api/testing/test_context.h"

namespace penstock::testing {

/// Copies what is emitted, as pairs.
template <typename Out>
class KeyedOutput final : public Output {
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

  TestContext context{{.max_parallelism = kDefaultMaxParallelism}};
  KeyedOutput<Out> output;
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
