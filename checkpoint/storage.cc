#include "checkpoint/storage.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "checkpoint/stored_checkpoint.h"

namespace penstock {
namespace {

constexpr std::string_view kFencedPrefix = "fenced-";
constexpr std::string_view kRemovedPrefix = "removed-";

std::optional<std::uint64_t> ParseNumber(std::string_view text) {
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || rest != end || text.empty()) return std::nullopt;
  return value;
}

/// The number of a directory "g<number>".
std::optional<std::uint64_t> ParseGeneration(std::string_view name) {
  if (!name.starts_with('g')) return std::nullopt;
  return ParseNumber(name.substr(1));
}

DecisionOutcome NotDecided(Status status) { return {Decision::kNotDecided, std::move(status)}; }

}  // namespace

CheckpointStorage::CheckpointStorage(FileSystem& fs, const std::string& directory, JobId job)
    : fs_(fs), root_(JoinPath(directory, ToString(job))), job_(job) {}

std::string CheckpointStorage::GenerationPath(std::uint64_t generation) const {
  return JoinPath(root_, fmt::format("g{}", generation));
}

std::string CheckpointStorage::PendingPath(CheckpointId id) const {
  return JoinPath(JoinPath(GenerationPath(generation_.value()), "pending"), ToString(id));
}

std::string CheckpointStorage::CompletedPath(CheckpointId id) const {
  return JoinPath(JoinPath(root_, "completed"), ToString(id));
}

Status CheckpointStorage::Fence(Generation generation) {
  generation_ = generation;
  // Own directory first, then the look at the others: of two generations that begin at the same
  // time at least the newer one sees the other, and the older one is refused or moved away.
  PENSTOCK_RETURN_IF_ERROR(MakeOwnDirectories());
  PENSTOCK_RETURN_IF_ERROR(FenceOlder());
  // A rename that an older generation did without syncing becomes durable before it is believed.
  PENSTOCK_RETURN_IF_ERROR(fs_.SyncDirectory(JoinPath(root_, "completed")));
  PENSTOCK_RETURN_IF_ERROR(fs_.SyncDirectory(root_));
  RemoveLeftOvers();
  return {};
}

Status CheckpointStorage::MakeOwnDirectories() {
  const std::string own = GenerationPath(generation_.value());
  PENSTOCK_RETURN_IF_ERROR(fs_.MakeDirectories(JoinPath(root_, "completed")));
  PENSTOCK_RETURN_IF_ERROR(fs_.MakeDirectories(JoinPath(own, "pending")));
  PENSTOCK_RETURN_IF_ERROR(fs_.SyncDirectory(own));
  PENSTOCK_RETURN_IF_ERROR(fs_.SyncDirectory(root_));
  return fs_.SyncDirectory(ParentPath(root_));
}

Status CheckpointStorage::FenceOlder() {
  PENSTOCK_ASSIGN_OR_RETURN(const auto names, fs_.List(root_));
  for (const std::string& name : names) {
    const auto other = ParseGeneration(name);
    if (!other || *other == generation_.value()) continue;
    if (*other > generation_.value()) {
      return Status::Fenced(fmt::format("generation {} of job {} has begun; {} is fenced", *other,
                                        ToString(job_), generation_.value()));
    }
    const std::string directory = JoinPath(root_, name);
    const std::string pending = JoinPath(directory, "pending");
    PENSTOCK_ASSIGN_OR_RETURN(const bool exists, fs_.Exists(pending));
    if (!exists) continue;
    const std::string fenced =
        JoinPath(directory, fmt::format("{}{}", kFencedPrefix, generation_.value()));
    PENSTOCK_RETURN_IF_ERROR(fs_.Rename(pending, fenced));
    PENSTOCK_RETURN_IF_ERROR(fs_.SyncDirectory(directory));
  }
  return {};
}

void CheckpointStorage::RemoveLeftOvers() {
  const auto names = fs_.List(root_);
  if (!names.ok()) return;
  for (const std::string& name : *names) {
    const auto other = ParseGeneration(name);
    if (name.starts_with(kRemovedPrefix) || (other && *other < generation_.value())) {
      static_cast<void>(fs_.RemoveTree(JoinPath(root_, name)));
    }
  }
}

Result<std::string> CheckpointStorage::PreparePending(CheckpointId id) {
  // Made beside and moved in: making it in place would bring a fenced pending directory back.
  const std::string own = GenerationPath(generation_.value());
  const std::string fresh = JoinPath(own, "new-" + ToString(id));
  const std::string path = PendingPath(id);
  PENSTOCK_RETURN_IF_ERROR(fs_.RemoveTree(fresh));
  PENSTOCK_RETURN_IF_ERROR(fs_.MakeDirectories(fresh));
  const Status renamed = fs_.Rename(fresh, path);
  if (renamed.ok()) return path;
  static_cast<void>(fs_.RemoveTree(fresh));
  if (renamed.code() != ErrorCode::kNotFound) return renamed;
  return Status::Fenced(fmt::format("checkpoint {} cannot begin: generation {} of job {} is fenced",
                                    ToString(id), generation_.value(), ToString(job_)));
}

DecisionOutcome CheckpointStorage::Decide(const CheckpointManifest& manifest) {
  const std::string pending = PendingPath(manifest.checkpoint);
  const std::string completed = CompletedPath(manifest.checkpoint);
  if (Status checked = CheckSizes(fs_, pending, manifest); !checked.ok())
    return NotDecided(checked);
  if (Status wrote = WriteManifest(fs_, pending, manifest); !wrote.ok()) return NotDecided(wrote);
  if (Status synced = SyncContents(fs_, pending, manifest); !synced.ok()) return NotDecided(synced);

  if (Status renamed = fs_.Rename(pending, completed); !renamed.ok()) {
    if (renamed.code() != ErrorCode::kNotFound) return {Decision::kUnknown, renamed};
    return NotDecided(Status::Fenced("checkpoint " + ToString(manifest.checkpoint) +
                                     " cannot be decided: " + renamed.message()));
  }
  Status synced = fs_.SyncDirectory(ParentPath(completed));
  if (synced.ok()) synced = fs_.SyncDirectory(ParentPath(pending));
  if (!synced.ok()) return {Decision::kUnknown, synced};
  return {Decision::kDecided, Status()};
}

Status CheckpointStorage::AbortPending(CheckpointId id) {
  const std::string aborted =
      JoinPath(GenerationPath(generation_.value()), "aborted-" + ToString(id));
  const Status renamed = fs_.Rename(PendingPath(id), aborted);
  if (renamed.code() == ErrorCode::kNotFound && !renamed.ok()) return {};
  PENSTOCK_RETURN_IF_ERROR(renamed);
  return fs_.RemoveTree(aborted);
}

Result<std::vector<CheckpointId>> CheckpointStorage::ListCompleted() {
  PENSTOCK_ASSIGN_OR_RETURN(const auto names, fs_.List(JoinPath(root_, "completed")));
  std::vector<CheckpointId> ids;
  for (const std::string& name : names) {
    if (const auto number = ParseNumber(name)) ids.emplace_back(*number);
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

Result<CheckpointManifest> CheckpointStorage::ReadManifest(CheckpointId id) {
  const std::string path = JoinPath(CompletedPath(id), kManifestFile);
  auto bytes = ReadFile(fs_, path);
  if (!bytes.ok() && bytes.status().code() == ErrorCode::kNotFound) {
    return CheckpointFileProblem(path, "a manifest", "no file");
  }
  PENSTOCK_RETURN_IF_ERROR(bytes.status());
  PENSTOCK_ASSIGN_OR_RETURN(CheckpointManifest manifest, DecodeManifest(*bytes, path));
  if (manifest.job != job_ || manifest.checkpoint != id) {
    return CheckpointFileProblem(
        path, fmt::format("the manifest of checkpoint {} of job {}", ToString(id), ToString(job_)),
        fmt::format("that of checkpoint {} of job {}", ToString(manifest.checkpoint),
                    ToString(manifest.job)));
  }
  return manifest;
}

Status CheckpointStorage::VerifyFiles(const CheckpointManifest& manifest) {
  return CheckSizes(fs_, CompletedPath(manifest.checkpoint), manifest);
}

Status CheckpointStorage::Retain(std::size_t count, const std::set<std::string>& needed) {
  PENSTOCK_ASSIGN_OR_RETURN(const auto ids, ListCompleted());
  std::vector<std::string> removed;
  for (std::size_t i = 0; i + count < ids.size(); ++i) {
    if (needed.contains(CompletedPath(ids[i]))) continue;
    removed.push_back(JoinPath(root_, fmt::format("{}{}", kRemovedPrefix, ToString(ids[i]))));
    PENSTOCK_RETURN_IF_ERROR(fs_.Rename(CompletedPath(ids[i]), removed.back()));
  }
  if (removed.empty()) return {};
  // Durable before the first file goes: a checkpoint in completed/ is always whole.
  PENSTOCK_RETURN_IF_ERROR(fs_.SyncDirectory(JoinPath(root_, "completed")));
  PENSTOCK_RETURN_IF_ERROR(fs_.SyncDirectory(root_));
  for (const std::string& path : removed) PENSTOCK_RETURN_IF_ERROR(fs_.RemoveTree(path));
  return {};
}

Status DeleteJobCheckpoints(FileSystem& fs, const std::string& directory, JobId job) {
  const std::string path = JoinPath(directory, ToString(job));
  const std::string removed =
      JoinPath(directory, fmt::format("{}{}", kRemovedPrefix, ToString(job)));
  PENSTOCK_RETURN_IF_ERROR(fs.RemoveTree(removed));
  const Status renamed = fs.Rename(path, removed);
  if (renamed.code() == ErrorCode::kNotFound) return {};
  PENSTOCK_RETURN_IF_ERROR(renamed);
  PENSTOCK_RETURN_IF_ERROR(fs.SyncDirectory(directory));
  return fs.RemoveTree(removed);
}

}  // namespace penstock
