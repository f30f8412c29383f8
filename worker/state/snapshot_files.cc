#include "worker/state/snapshot_files.h"

#include "checkpoint/file_copy.h"
#include "checkpoint/snapshot_file.h"

namespace penstock {

Result<SnapshotFiles::Placed> SnapshotFiles::Place(const TierFile& file,
                                                   const std::string& local_directory,
                                                   const std::string& target_directory,
                                                   const std::string& name,
                                                   const std::string& completed) {
  const std::string local = JoinPath(local_directory, file.file.name);
  PENSTOCK_RETURN_IF_ERROR(LinkOrCopyNew(local, target_directory, name, completed));
  Placed placed{{name, file.size, file.checksum}, 0, false};
  const auto known = tails_.find({file.size, file.checksum});
  if (known != tails_.end()) {
    placed.tail_checksum = known->second;
    return placed;
  }
  PENSTOCK_ASSIGN_OR_RETURN(placed.tail_checksum, TailChecksum(fs_, local, file.size));
  tails_[{file.size, file.checksum}] = placed.tail_checksum;
  placed.fresh = true;
  return placed;
}

Status SnapshotFiles::LinkOrCopyNew(const std::string& local, const std::string& target_directory,
                                    const std::string& name, const std::string& completed) {
  const std::string target = JoinPath(target_directory, name);
  const Status linked = fs_.Link(local, target);
  if (linked.ok() || linked.code() == ErrorCode::kAlreadyExists) return linked;
  if (!completed.empty() && fs_.Link(JoinPath(completed, name), target).ok()) return Status::Ok();
  return CopyFile(fs_, local, target);
}

}  // namespace penstock
