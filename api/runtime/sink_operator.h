#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/runtime/operator.h"
#include "api/runtime/typed_batch.h"
#include "api/sink.h"
#include "common/bytes.h"

namespace penstock {

/// Runs a Sink at one subtask. What a checkpoint has pre-committed stays in the state until that
/// checkpoint is known to be decided, and is committed again after a restore, before the first
/// record, by the subtask that continues its old one. State (docs/formats/snapshot.md): version (4
/// bytes), number of checkpoints (4), for each its id (8), number of committables (4), the
/// committables (strings); then the writer's own state (string).
template <typename T>
class SinkOperatorOf final : public Operator {
 public:
  explicit SinkOperatorOf(std::shared_ptr<const Sink<T>> sink) : sink_(std::move(sink)) {}

  Status Open(OperatorContext& context, Output&) override {
    context_ = &context;
    records_in_ = &context.counter("numRecordsIn");
    return context.restored() ? Status::Ok() : MakeWriter();
  }

  [[gnu::cold]] Status Restore(const OperatorRestore& restore) override {
    if (restore.states.empty()) return MakeWriter();
    OperatorRestore writers = restore;
    writers.states.clear();
    for (const OperatorRestore::State& state : restore.Considered()) {
      OperatorRestore::State& writer = writers.states.emplace_back();
      writer.subtask = state.subtask;
      if (!ReadState(state.bytes, restore.Continues(state.subtask), writer.bytes)) {
        return Status::Corruption("state of a sink has a wrong version or size");
      }
    }
    PENSTOCK_ASSIGN_OR_RETURN(writer_, sink_->RestoreWriter(*context_, writers));
    return CommitUpTo(CheckpointId(UINT64_MAX));
  }

  void ProcessBatch(Batch& batch) override {
    auto& records = static_cast<TypedBatch<T>&>(batch);
    records_in_->Add(records.size());
    if (Status written = writer_->Write(records); !written.ok()) context_->Fail(std::move(written));
  }
  void ProcessWatermark(Timestamp) override {}

  [[gnu::cold]] Status SnapshotState(CheckpointId checkpoint, std::string& state) override {
    std::vector<std::string> committables;
    PENSTOCK_RETURN_IF_ERROR(writer_->PreCommit(checkpoint, committables));
    if (!committables.empty()) pending_[checkpoint] = std::move(committables);
    WriteState(state);
    return Status::Ok();
  }

  [[gnu::cold]] Status NotifyCheckpointCompleted(CheckpointId checkpoint) override {
    return CommitUpTo(checkpoint);
  }

  Status Close() override { return writer_->Close(); }

 private:
  static constexpr std::uint32_t kStateVersion = 1;

  Status MakeWriter() {
    PENSTOCK_ASSIGN_OR_RETURN(writer_, sink_->NewWriter(*context_, ""));
    return Status::Ok();
  }

  [[gnu::cold]] Status CommitUpTo(CheckpointId checkpoint) {
    while (!pending_.empty() && pending_.begin()->first <= checkpoint) {
      for (const std::string& committable : pending_.begin()->second) {
        PENSTOCK_RETURN_IF_ERROR(writer_->Commit(committable));
      }
      pending_.erase(pending_.begin());
    }
    return Status::Ok();
  }

  [[gnu::cold]] void WriteState(std::string& state) const {
    ByteWriter out(state);
    out.Fixed(kStateVersion);
    out.Fixed(static_cast<std::uint32_t>(pending_.size()));
    for (const auto& [checkpoint, committables] : pending_) {
      out.Fixed(checkpoint.value());
      out.Fixed(static_cast<std::uint32_t>(committables.size()));
      for (const std::string& committable : committables) out.String(committable);
    }
    std::string writer_state;
    writer_->SnapshotState(writer_state);
    out.String(writer_state);
  }

  /// Takes over what is pending when `mine`.
  [[gnu::cold]] bool ReadState(std::string_view state, bool mine, std::string_view& writer_state) {
    ByteReader in(state);
    if (in.Fixed<std::uint32_t>() != kStateVersion) return false;
    const auto checkpoints = in.Fixed<std::uint32_t>();
    for (std::uint32_t i = 0; i < checkpoints && !in.failed(); ++i) {
      const CheckpointId checkpoint(in.Fixed<std::uint64_t>());
      const auto count = in.Fixed<std::uint32_t>();
      for (std::uint32_t j = 0; j < count && !in.failed(); ++j) {
        const std::string_view committable = in.String();
        if (mine) pending_[checkpoint].emplace_back(committable);
      }
    }
    writer_state = in.String();
    return !in.failed() && in.remaining() == 0;
  }

  const std::shared_ptr<const Sink<T>> sink_;  // shared: one description, many subtasks
  OperatorContext* context_ = nullptr;
  Counter* records_in_ = nullptr;
  std::unique_ptr<SinkWriter<T>> writer_;
  std::map<CheckpointId, std::vector<std::string>> pending_;
};

}  // namespace penstock
