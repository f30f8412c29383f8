#include "checkpoint/savepoint_exporter.h"

#include <algorithm>

#include <fmt/format.h>

#include "checkpoint/stored_checkpoint.h"
#include "common/checksum.h"

namespace penstock {
namespace {

constexpr std::string_view kIncomplete = ".incomplete";
constexpr std::size_t kCopyBuffer = 1 << 20;

/// A link that failed like this fails again as a copy. Others mean that these two places cannot
/// share a file: another file system, or one without (so many) links.
bool CopyWouldFail(const Status& link) {
  switch (link.code()) {
    case ErrorCode::kNotFound:
    case ErrorCode::kAlreadyExists:
    case ErrorCode::kResourceExhausted: return true;
    default: return false;
  }
}

}  // namespace

std::string SavepointName(JobId job, std::uint64_t random) {
  return fmt::format("savepoint-{}-{:012x}", ToString(job).substr(0, 6),
                     random & 0xffff'ffff'ffffULL);
}

Result<std::string> SavepointExporter::Export(const std::string& source, const std::string& target,
                                              const std::string& name) {
  PENSTOCK_ASSIGN_OR_RETURN(StoredCheckpoint checkpoint, OpenStoredCheckpoint(fs_, source));
  checkpoint.manifest.final = false;
  if (Status made = MakeTarget(target); !made.ok()) {
    return Status::External("cannot make the savepoint's directory: " + made.message(),
                            "name one that the coordinator can write");
  }
  const std::string path = JoinPath(target, name);
  const std::string incomplete = path + std::string(kIncomplete);
  Status filled = Fill(checkpoint.directory, incomplete, checkpoint.manifest);
  if (filled.ok()) filled = fs_.Rename(incomplete, path);
  if (!filled.ok()) {
    // The first error is the one to report.
    static_cast<void>(fs_.RemoveTree(incomplete));
    return filled.WithContext("cannot write savepoint " + path);
  }
  PENSTOCK_RETURN_IF_ERROR(fs_.SyncDirectory(target));
  return path;
}

Status SavepointExporter::MakeTarget(const std::string& target) {
  std::string oldest = target;  // of the directories that are to be made
  PENSTOCK_ASSIGN_OR_RETURN(bool exists, fs_.Exists(target));
  std::vector<std::string> changed;
  for (; !exists; oldest = ParentPath(oldest)) {
    changed.push_back(ParentPath(oldest));
    PENSTOCK_ASSIGN_OR_RETURN(exists, fs_.Exists(ParentPath(oldest)));
  }
  PENSTOCK_RETURN_IF_ERROR(fs_.MakeDirectories(target));
  for (const std::string& parent : changed) PENSTOCK_RETURN_IF_ERROR(fs_.SyncDirectory(parent));
  return {};
}

Status SavepointExporter::Fill(const std::string& source, const std::string& directory,
                               const CheckpointManifest& manifest) {
  for (const std::string& path : DirectoriesOf(directory, manifest)) {
    PENSTOCK_RETURN_IF_ERROR(fs_.MakeDirectories(path));
  }
  for (const TaskSnapshot& task : manifest.tasks) {
    for (const SnapshotFile& file : task.files) {
      PENSTOCK_RETURN_IF_ERROR(
          LinkOrCopy(JoinPath(source, file.name), JoinPath(directory, file.name), file));
    }
  }
  PENSTOCK_RETURN_IF_ERROR(WriteManifest(fs_, directory, manifest));
  return SyncContents(fs_, directory, manifest);
}

Status SavepointExporter::LinkOrCopy(const std::string& from, const std::string& to,
                                     const SnapshotFile& file) {
  const Status linked = fs_.Link(from, to);
  if (linked.ok() || CopyWouldFail(linked)) return linked;
  return Copy(from, to, file);
}

Status SavepointExporter::Copy(const std::string& from, const std::string& to,
                               const SnapshotFile& file) {
  PENSTOCK_ASSIGN_OR_RETURN(const auto in, fs_.Open(from));
  PENSTOCK_ASSIGN_OR_RETURN(const auto out, fs_.Create(to));
  std::string buffer(static_cast<std::size_t>(std::min<std::uint64_t>(file.size, kCopyBuffer)), 0);
  RunningChecksum checksum;
  for (std::uint64_t offset = 0; offset < file.size;) {
    PENSTOCK_ASSIGN_OR_RETURN(const std::size_t n, in->Read(offset, buffer.data(), buffer.size()));
    if (n == 0) break;
    const std::string_view part(buffer.data(), n);
    checksum.Update(part);
    PENSTOCK_RETURN_IF_ERROR(out->Append(part));
    offset += n;
  }
  PENSTOCK_RETURN_IF_ERROR(out->Sync());
  PENSTOCK_RETURN_IF_ERROR(out->Close());
  if (checksum.Digest() == file.checksum) return {};
  return Status::Corruption(fmt::format("checkpoint file {}: expected checksum {:016x}, found "
                                        "{:016x}",
                                        from, file.checksum, checksum.Digest()),
                            "the job goes on; take another savepoint");
}

}  // namespace penstock
