#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "api/runtime/operator.h"
#include "api/runtime/typed_batch.h"

namespace penstock::testing {

using Entries = std::vector<std::pair<std::string, std::string>>;

class EntryCollector final : public EntryWriter {
 public:
  Status Put(std::string_view key, std::string_view value) override {
    entries.emplace_back(key, value);
    return Status::Ok();
  }
  Entries entries;
};

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
  void EmitWatermark(Timestamp time) override { watermark = time; }

  std::vector<std::pair<Out, Timestamp>> records;
  Timestamp watermark = Timestamp::Min();
};

/// What a checkpoint would keep of one operator.
struct OperatorSnapshot {
  std::vector<Entries> tables;
  std::string state;
};

/// Drives one keyed operator with records of T.
template <typename T, typename Out>
class KeyedDriver {
 public:
  explicit KeyedDriver(std::unique_ptr<Operator> op) : op_(std::move(op)) {
    opened = op_->Open(context, output);
  }
  KeyedDriver(std::unique_ptr<Operator> op, const OperatorSnapshot& snapshot)
      : KeyedDriver(std::move(op)) {
    for (std::size_t i = 0; i < snapshot.tables.size(); ++i) {
      for (const auto& [key, value] : snapshot.tables[i]) {
        if (opened.ok()) opened = context.tables[i]->Load(key, value);
      }
    }
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
    for (KeyedTable* table : context.tables) {
      EntryCollector collector;
      (void)table->Freeze()->Write(collector);
      table->Thaw();
      snapshot.tables.push_back(std::move(collector.entries));
    }
    (void)op_->SnapshotState(CheckpointId(1), snapshot.state);
    return snapshot;
  }

  FakeContext context;
  CollectingOutput<Out> output;
  Status opened;

 private:
  std::unique_ptr<Operator> op_;
  TypedBatch<T> batch_;
};

}  // namespace penstock::testing
