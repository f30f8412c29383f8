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
  const Content content{file.size, file.checksum};
  if (const auto known = stored_.find(content); known != stored_.end()) {
    placed.tail_checksum = known->second;
  } else {
    PENSTOCK_ASSIGN_OR_RETURN(placed.tail_checksum, TailChecksum(fs_, local, file.size));
    placed.fresh = true;
  }
  placed_[content] = placed.tail_checksum;
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
