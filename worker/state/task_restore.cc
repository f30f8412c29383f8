#include "worker/state/task_restore.h"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "checkpoint/snapshot_file.h"
#include "checkpoint/snapshot_v1.h"
#include "common/entry_key.h"

namespace penstock {
namespace {

constexpr const char* kStateHint =
    "the operator must have the same states as when the checkpoint was taken; drop the others with "
    "--allow-non-restored-state";

Status CheckMaxParallelism(const SnapshotMetadata& metadata, std::uint32_t max_parallelism) {
  if (metadata.max_parallelism == max_parallelism) return Status::Ok();
  return Status::InvalidArgument(
      fmt::format("the checkpoint was taken with a maximum parallelism of {}, the job has {}",
                  metadata.max_parallelism, max_parallelism),
      fmt::format("start it with -D pipeline.max-parallelism={}", metadata.max_parallelism));
}

KeyGroupRange Intersection(KeyGroupRange a, KeyGroupRange b) {
  const std::uint32_t begin = std::max(a.begin, b.begin);
  return {begin, std::max(begin, std::min(a.end, b.end))};
}

bool SameLayout(const SnapshotTable& a, const SnapshotTable& b) {
  return a.kind == b.kind && a.key == b.key && a.space == b.space && a.value == b.value;
}

const SnapshotFile* FindFile(const StoredTask& task, const std::string& name) {
  for (const SnapshotFile& file : task.files.files) {
    if (file.name == name) return &file;
  }
  return nullptr;
}

}  // namespace

TaskRestore::TaskRestore(FileSystem& fs, std::shared_ptr<const RestoredCheckpoint> checkpoint,
                         VertexId vertex, KeyGroupRange groups, std::uint32_t max_parallelism)
    : fs_(fs),
      checkpoint_(std::move(checkpoint)),
      vertex_(vertex),
      groups_(groups),
      max_parallelism_(max_parallelism) {}

Status TaskRestore::AddOperator(const std::string& uid, const std::vector<KeyedTable*>& tables) {
  for (const StoredOperator& stored : checkpoint_->Find(vertex_, uid)) {
    if (stored.op.tables.empty()) continue;
    PENSTOCK_RETURN_IF_ERROR(CheckMaxParallelism(stored.task.metadata, max_parallelism_));
    for (const SnapshotTable& table : stored.op.tables) {
      const auto match = [&](const KeyedTable* t) { return t->descriptor().name == table.name; };
      const auto found = std::find_if(tables.begin(), tables.end(), match);
      if (found != tables.end()) {
        PENSTOCK_RETURN_IF_ERROR(AddTable(stored, table, **found));
      } else if (!checkpoint_->ignores_unclaimed()) {
        return Status::InvalidArgument(
            fmt::format("state '{}' of operator '{}' matches no state of the job", table.name,
                        stored.op.key),
            kStateHint);
      }
    }
  }
  return Status::Ok();
}

Status TaskRestore::AddTable(const StoredOperator& stored, const SnapshotTable& table,
                             KeyedTable& now) {
  PENSTOCK_ASSIGN_OR_RETURN(const std::uint32_t state, Match(stored, table, now.descriptor()));
  if (stored.task.metadata.version == 1) {
    old_tables_.push_back({&table, state});
  } else {
    Want(stored.task, stored_.at(state).before);
  }
  return Status::Ok();
}

/// The id of the state in the job, now in stored_.
Result<std::uint32_t> TaskRestore::Match(const StoredOperator& stored, const SnapshotTable& table,
                                         const StateDescriptor& now) {
  const StateName name{now.operator_uid, now.name};
  const std::uint32_t state = StateIdOf(now.operator_uid, now.name);
  if (const auto known = stored_.find(state); known != stored_.end()) {
    if (SameLayout(*known->second.table, table)) return state;
    return Status::Corruption(
        fmt::format("the tasks of the checkpoint disagree on state '{}' of operator '{}'",
                    name.state, name.operator_uid));
  }
  PENSTOCK_RETURN_IF_ERROR(CheckKind(name, table.kind, now.kind));
  PENSTOCK_RETURN_IF_ERROR(CheckUnchanged(name, "key", table.key, now.key));
  PENSTOCK_RETURN_IF_ERROR(CheckUnchanged(name, "namespace", table.space, now.space));
  PENSTOCK_ASSIGN_OR_RETURN(ValueMigration migration,
                            ValueMigration::Make(name, table.value, now.value, now.evolution));
  stored_.emplace(state,
                  Stored{StateIdOf(stored.op.key, table.name), &table, std::move(migration)});
  return state;
}

void TaskRestore::Want(const StoredTask& task, std::uint32_t state) {
  for (const SnapshotPart& part : task.metadata.parts) {
    if (Intersection(part.groups, groups_).size() == 0) continue;
    if (std::find(part.states.begin(), part.states.end(), state) == part.states.end()) continue;
    const auto known = std::find_if(wanted_.begin(), wanted_.end(),
                                    [&](const Wanted& w) { return w.part == &part; });
    if (known == wanted_.end()) {
      wanted_.push_back({&task, &part, {state}});
    } else {
      known->states.push_back(state);
    }
  }
}

bool TaskRestore::HasStored(std::uint32_t state) const {
  const auto stored = stored_.find(state);
  if (stored == stored_.end()) return false;
  const std::uint32_t before = stored->second.before;
  const auto has = [&](const Wanted& wanted) {
    return !wanted.part->files.empty() &&
           std::find(wanted.states.begin(), wanted.states.end(), before) != wanted.states.end();
  };
  return std::any_of(wanted_.begin(), wanted_.end(), has) ||
         std::any_of(old_tables_.begin(), old_tables_.end(),
                     [&](const OldTable& old) { return old.state == state; });
}

/// Every key group must be there exactly once, for every state.
Status TaskRestore::CheckCoverage() const {
  std::map<std::uint32_t, std::uint32_t> groups;
  for (const Wanted& wanted : wanted_) {
    const std::uint32_t size = Intersection(wanted.part->groups, groups_).size();
    for (const std::uint32_t state : wanted.states) groups[state] += size;
  }
  for (const auto& [state, found] : groups) {
    if (found == groups_.size()) continue;
    return Status::Corruption(fmt::format(
        "the checkpoint has {} of the {} key groups of a state of vertex {}: parts of it are "
        "missing or there twice",
        found, groups_.size(), vertex_.value()));
  }
  return Status::Ok();
}

Status TaskRestore::Import(TierDatabase& tier, SnapshotFiles& files) {
  PENSTOCK_RETURN_IF_ERROR(CheckCoverage());
  std::vector<ImportedPart> parts;
  for (const Wanted& wanted : wanted_) {
    PENSTOCK_ASSIGN_OR_RETURN(ImportedPart part, Verified(wanted, files));
    parts.push_back(std::move(part));
  }
  PENSTOCK_RETURN_IF_ERROR(tier.Import(parts));
  PENSTOCK_RETURN_IF_ERROR(tier.Move(Moves()));
  for (const OldTable& old : old_tables_) PENSTOCK_RETURN_IF_ERROR(Load(old, tier));
  return Status::Ok();
}

Result<ImportedPart> TaskRestore::Verified(const Wanted& wanted, SnapshotFiles& files) const {
  ImportedPart imported;
  imported.groups = Intersection(wanted.part->groups, groups_);
  imported.states = wanted.states;
  imported.directory = checkpoint_->directory();
  for (const PartFile& file : wanted.part->files) {
    const SnapshotFile& listed = *FindFile(*wanted.task, file.name);
    const std::string path = JoinPath(imported.directory, file.name);
    PENSTOCK_RETURN_IF_ERROR(VerifyTableFile(fs_, path, listed, file.tail_checksum));
    files.AddStored(listed.size, listed.checksum, file.tail_checksum);
    imported.files.push_back({file, listed.size, listed.checksum});
  }
  return imported;
}

std::vector<StateMove> TaskRestore::Moves() const {
  std::vector<StateMove> moves;
  if (wanted_.empty()) return moves;
  for (const auto& [state, stored] : stored_) {
    const ValueMigration& migration = stored.migration;
    if (stored.before == state && migration.trivial()) continue;
    StateMove& move = moves.emplace_back(StateMove{stored.before, state, nullptr});
    if (migration.trivial()) continue;
    move.convert = [&migration](std::string_view value, std::string& out) {
      return migration.Convert(value, out);
    };
  }
  return moves;
}

Status TaskRestore::Load(const OldTable& old, TierDatabase& tier) const {
  const ValueMigration& migration = stored_.at(old.state).migration;
  tier.AddState(old.state);
  std::string entry;
  std::string converted;
  return ReadTableOfV1(fs_, checkpoint_->directory(), *old.table, groups_,
                       [&](std::uint32_t group, std::string_view key, std::string_view value) {
                         entry.clear();
                         AppendEntryHeader(entry, group, old.state);
                         entry += key;
                         PENSTOCK_RETURN_IF_ERROR(migration.Convert(value, converted));
                         tier.Put(entry, converted);
                         return Status::Ok();
                       });
}

}  // namespace penstock
