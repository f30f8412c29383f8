#include "api/testing/local_task.h"

#include <algorithm>
#include <map>
#include <utility>
#include <variant>

#include "common/bytes.h"

namespace penstock::testing {
namespace {

const std::string& LabelOf(const OperatorIdentity& who) {
  return who.uid.empty() ? who.name : who.uid;
}

Timestamp WallOf(const Clock& clock) { return {ToMillis(clock.Wall())}; }

}  // namespace

LocalTask::LocalTask(const OperatorSpec& spec, const OperatorIdentity& who,
                     TestSurroundings& surroundings, std::vector<LocalInput> inputs, Epoch epoch)
    : spec_(spec),
      surroundings_(surroundings),
      inputs_(std::move(inputs)),
      epoch_(epoch),
      context_(who, surroundings),
      boundary_({LabelOf(who)}),
      outputs_(epoch_),
      valve_(static_cast<std::uint32_t>(inputs_.size())) {
  context_.counter_prefix = LabelOf(who) + ".";
  context_.find_side_output = [this](const std::string& tag, const void* type_id) {
    return SideOutput(tag, type_id);
  };
}

/// The only place where exceptions of the operator are caught.
template <typename Call>
Status LocalTask::Run(Call&& call) {
  static_cast<void>(boundary_.Run(0, std::forward<Call>(call)));
  if (!context_.failure.ok()) boundary_.Fail(0, context_.failure);
  if (surroundings_.waker.TakeTimedOut()) {
    boundary_.Fail(0, Status::User(ErrorCode::kTimeout,
                                   "has waited " + FormatDuration(surroundings_.waker.limit()) +
                                       " for an answer from another thread",
                                   "let the function complete every call, or call time_limit() "
                                   "with a longer time"));
  }
  return boundary_.failure();
}

void LocalTask::AddEdge(const std::string& side, std::unique_ptr<EdgeOutput> edge) {
  (side.empty() ? outputs_.main() : outputs_.side(side)).Add(*edge);
  edges_.push_back(std::move(edge));
}

Output* LocalTask::SideOutput(const std::string& tag, const void* type_id) {
  FanOut& side = outputs_.side(tag);
  for (const EdgeOutput* reader : side.edges()) {
    if (reader->record_type().NewBatch()->type_id() == type_id) continue;
    context_.Fail(Status::InvalidArgument(
        "side output \"" + tag + "\" is read as another type of records than is emitted to it",
        "use one OutputTag for both"));
    return nullptr;
  }
  if (side_tap_) side.AddOnce(side_tap_(tag, type_id));
  return &side;
}

Status LocalTask::Open() {
  return Run([this]() -> Status {
    op_ = spec_.make();
    if (spec_.kind == OperatorKind::kSource) {
      source_ = dynamic_cast<SourceOperator*>(op_.get());
      if (source_ == nullptr) return Status::Internal("is no source operator");
    }
    return op_->Open(context_, outputs_);
  });
}

Status LocalTask::Restore(const StoredOperator* stored) {
  PENSTOCK_RETURN_IF_ERROR(Run([&] { return AttachTables(stored); }));
  if (!context_.restored()) return Status::Ok();
  static const StoredOperator nothing;
  if (stored != nullptr) RestoreWatermarks(*stored);
  return Run([&] { return RestoreState(stored != nullptr ? *stored : nothing); });
}

Status LocalTask::RestoreState(const StoredOperator& stored) {
  OperatorRestore restore;
  restore.subtask = context_.subtask();
  restore.parallelism = context_.parallelism();
  restore.old_parallelism = stored.subtasks.empty()
                                ? context_.parallelism()
                                : static_cast<std::uint32_t>(stored.subtasks.size());
  for (std::uint32_t i = 0; i < stored.subtasks.size(); ++i) {
    restore.states.push_back({i, stored.subtasks[i].state});
  }
  PENSTOCK_RETURN_IF_ERROR(restore.Check());
  return op_->Restore(restore);
}

void LocalTask::RestoreWatermarks(const StoredOperator& stored) {
  if (stored.subtasks.size() == context_.parallelism()) {
    const std::vector<Timestamp>& own = stored.subtasks[context_.subtask()].watermarks;
    if (own.size() == inputs_.size()) return valve_.Restore(own);
  }
  Timestamp smallest = Timestamp::Max();
  for (const SubtaskSnapshot& subtask : stored.subtasks) {
    if (subtask.watermarks.empty()) return;
    smallest = std::min(smallest, std::ranges::min(subtask.watermarks));
  }
  valve_.Restore(std::vector<Timestamp>(inputs_.size(), smallest));
}

Status LocalTask::AttachTables(const StoredOperator* stored) {
  std::map<std::string, int> known;
  for (KeyedTable* table : context_.tables) {
    const std::string& name = table->descriptor().name;
    if (known[name]++ > 0) {
      return Status::InvalidArgument("has two states named '" + name + "'",
                                     "give one of them another name");
    }
    TierEntries entries;
    if (stored != nullptr) {
      for (const SubtaskSnapshot& old : stored->subtasks) {
        PENSTOCK_RETURN_IF_ERROR(TakeOver(old, *table, entries));
      }
    }
    tiers_.push_back(std::make_unique<MapTier>(std::move(entries)));
    table->Attach(*tiers_.back(), tiers_.back()->entries.empty());
  }
  if (stored == nullptr) return Status::Ok();
  for (const SubtaskSnapshot& old : stored->subtasks) {
    for (const auto& [name, table] : old.tables) {
      if (known.contains(name) || table.entries.empty()) continue;
      return Status::InvalidArgument(
          "doesn't declare the state '" + name + "' that the checkpoint has",
          "keep the states' names");
    }
  }
  return Status::Ok();
}

/// The entries of `table` in this subtask's key groups.
Status LocalTask::TakeOver(const SubtaskSnapshot& stored, const KeyedTable& table,
                           TierEntries& entries) {
  const StateDescriptor& now = table.descriptor();
  const auto found = stored.tables.find(now.name);
  if (found == stored.tables.end()) return Status::Ok();
  const StateDescriptor& then = found->second.descriptor;
  if (then.kind != now.kind || then.key != now.key || then.space != now.space ||
      then.value != now.value) {
    return Status::InvalidArgument(
        "has another type for the state '" + now.name + "' than the checkpoint",
        "the test kit restores states of the same type only; test changed types on a cluster");
  }
  for (const auto& [key, value] : found->second.entries) {
    if (context_.key_groups().Contains(ReadBigEndian16(key.data()))) entries[key] = value;
  }
  return Status::Ok();
}

bool LocalTask::HasRoom() const {
  return std::ranges::all_of(edges_, [](const auto& edge) { return edge->HasRoom(); });
}

bool LocalTask::TimerDue() const {
  if (final_) return false;
  const std::optional<Timestamp> next = op_->NextProcessingTime();
  return next && *next <= WallOf(surroundings_.clock);
}

bool LocalTask::Pollable() const {
  return is_source() && !exhausted_ &&
         (!polled_ || source_->next_poll() <= surroundings_.clock.Now());
}

std::optional<Clock::MonotonicTime> LocalTask::NextDue() const {
  std::optional<Clock::MonotonicTime> due;
  if (const auto timer = final_ ? std::nullopt : op_->NextProcessingTime()) {
    const auto wait = std::max<std::int64_t>(0, timer->millis - WallOf(surroundings_.clock).millis);
    // What is further away than that need not be told apart from never.
    constexpr std::int64_t kFar = std::int64_t{1} << 42;
    if (wait < kFar) due = surroundings_.clock.Now() + Millis(wait);
  }
  if (!is_source() || exhausted_ || source_->next_poll() == Clock::MonotonicTime::max()) return due;
  return due ? std::min(*due, source_->next_poll()) : source_->next_poll();
}

Status LocalTask::FireTimers() {
  return Run([this] { op_->OnProcessingTime(WallOf(surroundings_.clock)); });
}

Status LocalTask::Poll() {
  return Run([this] {
    const SourcePoll outcome = source_->Poll();
    polled_ = outcome == SourcePoll::kNothingYet;
    if (outcome != SourcePoll::kExhausted) return;
    exhausted_ = true;
    outputs_.EmitStatus(/*idle=*/false);
    outputs_.EmitWatermark(Timestamp::Max());
  });
}

Status LocalTask::Read(std::size_t input) {
  const LocalInput& from = inputs_[input];
  const LocalElement element = from.channel->Take();
  if (const auto* batch = std::get_if<std::unique_ptr<Batch>>(&element)) {
    return ReadBatch(from, **batch);
  }
  if (const auto* encoded = std::get_if<EncodedBatch>(&element)) return ReadEncoded(from, *encoded);
  const auto channel = static_cast<std::uint32_t>(input);
  if (const auto* watermark = std::get_if<Timestamp>(&element)) {
    return Forward(valve_.OnWatermark(channel, *watermark));
  }
  if (const auto* status = std::get_if<IdleStatus>(&element)) {
    return Forward(valve_.OnStatus(channel, status->idle));
  }
  return OnBarrier(input, std::get<CheckpointId>(element));
}

Status LocalTask::ReadBatch(const LocalInput& from, Batch& batch) {
  records_in_ += batch.size();
  for (RecordTap* tap : input_taps_) tap->Take(batch, epoch_);
  return Run([&] { op_->ProcessInput(from.input, batch); });
}

Status LocalTask::ReadEncoded(const LocalInput& from, const EncodedBatch& encoded) {
  const std::unique_ptr<Batch> batch = from.record->NewBatch();
  PENSTOCK_RETURN_IF_ERROR(
      Run([&] { return from.record->Decode(encoded.bytes, encoded.count, *batch); }));
  return ReadBatch(from, *batch);
}

Status LocalTask::Forward(const WatermarkValve::Change& change) {
  if (change.idle) {
    for (RecordTap* tap : input_taps_) tap->TakeStatus(*change.idle);
    if (!spec_.assigns_watermarks) outputs_.EmitStatus(*change.idle);
  }
  if (!change.watermark) return Status::Ok();
  for (RecordTap* tap : input_taps_) tap->TakeWatermark(*change.watermark);
  return Run([&] { op_->ProcessWatermark(*change.watermark); });
}

Status LocalTask::OnBarrier(std::size_t input, CheckpointId checkpoint) {
  inputs_[input].channel->set_blocked(true);
  if (++barriers_ < inputs_.size()) return Status::Ok();
  barriers_ = 0;
  for (const LocalInput& from : inputs_) from.channel->set_blocked(false);
  return TakeSnapshot(checkpoint);
}

Status LocalTask::TakeSnapshot(CheckpointId checkpoint) {
  snapshot_ = {};
  PENSTOCK_RETURN_IF_ERROR(Run([&] { return op_->SnapshotState(checkpoint, snapshot_.state); }));
  PENSTOCK_RETURN_IF_ERROR(Run([&]() -> Status {
    for (std::size_t i = 0; i < tiers_.size(); ++i) {
      KeyedTable& table = *context_.tables[i];
      PENSTOCK_RETURN_IF_ERROR(SnapshotInto(table, tiers_[i]->entries));
      snapshot_.tables[table.descriptor().name] = {table.descriptor(), tiers_[i]->entries};
    }
    return Status::Ok();
  }));
  snapshot_.watermarks = valve_.watermarks();
  snapshot_of_ = checkpoint;
  epoch_ = checkpoint.value() + 1;
  for (const auto& edge : edges_) edge->SendBarrier(checkpoint);
  return Status::Ok();
}

const SubtaskSnapshot* LocalTask::SnapshotOf(CheckpointId checkpoint) const {
  return snapshot_of_ == checkpoint ? &snapshot_ : nullptr;
}

bool LocalTask::Flush() {
  bool sent = false;
  for (const auto& edge : edges_) sent |= edge->Flush();
  return sent;
}

Status LocalTask::NotifyCompleted(CheckpointId checkpoint) {
  return Run([&] { return op_->NotifyCheckpointCompleted(checkpoint); });
}

Status LocalTask::Close() {
  return Run([this] { return op_->Close(); });
}

Status LocalTask::Evict() {
  return Run([this] {
    for (KeyedTable* table : context_.tables) table->Evict(1.0);
  });
}

Status LocalTask::Fill(std::uint32_t entries) {
  return Run([&] {
    for (KeyedTable* table : context_.tables) table->Fill(entries);
  });
}

}  // namespace penstock::testing
