#include "worker/state/task_restore.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "api/runtime/entry_key.h"
#include "checkpoint/snapshot_file.h"
#include "worker/state/layout_check.h"
#include "worker/state/snapshot_v1.h"

namespace penstock {
namespace {

/// Smaller files are read whole when they are verified, larger ones block by block when used.
constexpr std::uint64_t kVerifiedWhole = 1 << 20;

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
  const StateDescriptor& descriptor = now.descriptor();
  PENSTOCK_RETURN_IF_ERROR(CheckLayout(stored.task.metadata.version, table, descriptor));
  const std::uint32_t before = StateIdOf(stored.op.key, table.name);
  const std::uint32_t state = StateIdOf(descriptor.operator_uid, descriptor.name);
  const bool old_format = stored.task.metadata.version == 1;
  if (old_format || before != state) rewrites_.push_back({&stored.task, &table, before, state});
  if (!old_format) Want(stored.task, before);
  return Status::Ok();
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
  const auto has = [&](const Wanted& wanted) {
    return !wanted.part->files.empty() &&
           std::find(wanted.states.begin(), wanted.states.end(), state) != wanted.states.end();
  };
  return std::any_of(wanted_.begin(), wanted_.end(), has) ||
         std::any_of(rewrites_.begin(), rewrites_.end(),
                     [&](const Rewrite& rewrite) { return rewrite.to == state; });
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
  for (const Rewrite& rewrite : rewrites_) PENSTOCK_RETURN_IF_ERROR(Run(rewrite, tier));
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
    PENSTOCK_RETURN_IF_ERROR(listed.size <= kVerifiedWhole
                                 ? VerifyFile(fs_, path, listed.size, listed.checksum)
                                 : VerifyTail(fs_, path, listed.size, file.tail_checksum));
    files.AddStored(listed.size, listed.checksum, file.tail_checksum);
    imported.files.push_back({file, listed.size, listed.checksum});
  }
  return imported;
}

Status TaskRestore::Run(const Rewrite& rewrite, TierDatabase& tier) const {
  if (rewrite.task->metadata.version == 1) {
    return LoadTableV1(fs_, checkpoint_->directory(), *rewrite.table, rewrite.to, groups_, tier);
  }
  tier.AddState(rewrite.to);
  std::string key;
  const std::unique_ptr<TierCursor> cursor = tier.NewCursor(rewrite.from);
  AppendEntryHeader(key, groups_.begin, 0);
  for (cursor->Seek(key); cursor->Valid(); cursor->Next()) {
    if (ReadBigEndian32(cursor->key().data() + 2) != rewrite.from) continue;
    key.assign(cursor->key());
    key.replace(2, 4, "");
    std::string id;
    AppendBigEndian32(id, rewrite.to);
    key.insert(2, id);
    tier.Put(key, cursor->value());
  }
  return Status::Ok();
}

}  // namespace penstock
