#include "bench/state/checkpointer.h"

#include <utility>

#include "bench/measure.h"

namespace penstock::bench {
namespace {

constexpr std::uint64_t kRetained = 3;

}  // namespace

Checkpointer::Checkpointer(StateBed& bed) : bed_(bed) { executor_.Start(); }

Checkpointer::~Checkpointer() { executor_.Stop(); }

std::string Checkpointer::DirectoryOf(std::uint64_t checkpoint) const {
  return JoinPath(directory_.path(), ToString(CheckpointId(checkpoint)));
}

void Checkpointer::Write(FrozenChain frozen) {
  in_flight_ = true;
  done_ = false;
  SnapshotTarget target;
  target.checkpoint = CheckpointId(++last_);
  target.directory = JoinPath(directory_.path(), "pending");
  if (completed_ != 0) target.completed_directory = DirectoryOf(completed_);
  target.parallelism = bed_.identity().parallelism;
  target.max_parallelism = bed_.identity().max_parallelism;
  std::packaged_task<void()> work(
      [this, target = std::move(target), frozen = std::move(frozen)]() mutable {
        outcome_ = Store(target, std::move(frozen));
        if (outcome_.ok()) outcome_ = Complete(target);
        done_.store(true, std::memory_order_release);
      });
  end_ = work.get_future();
  executor_.Submit(std::move(work));
}

Status Checkpointer::Store(const SnapshotTarget& target, FrozenChain frozen) {
  stored_ = false;
  PENSTOCK_RETURN_IF_ERROR(PosixFileSystem().MakeDirectories(target.directory));
  const SnapshotStores stores = bed_.state().stores();
  const double start = WallSeconds();
  const double start_cpu = ThreadSeconds();
  PENSTOCK_RETURN_IF_ERROR(StoreChanges(frozen, *stores.tier));
  stored_ = true;
  const double stored = WallSeconds();
  PENSTOCK_ASSIGN_OR_RETURN(WrittenSnapshot written,
                            WriteTaskSnapshot(stores, target, std::move(frozen)));
  figures_.store = (stored - start) * 1e3;
  figures_.link = (WallSeconds() - stored) * 1e3;
  figures_.cpu = (ThreadSeconds() - start_cpu) * 1e3;
  figures_.new_bytes = written.new_bytes;
  figures_.full_bytes = 0;
  for (const SnapshotFile& file : written.snapshot.files) figures_.full_bytes += file.size;
  figures_.files = written.snapshot.files.size();
  snapshot_ = std::move(written.snapshot);
  return Status::Ok();
}

/// What the coordinator does, without its manifest.
Status Checkpointer::Complete(const SnapshotTarget& target) {
  FileSystem& fs = PosixFileSystem();
  const std::uint64_t id = target.checkpoint.value();
  PENSTOCK_RETURN_IF_ERROR(fs.Rename(target.directory, DirectoryOf(id)));
  PENSTOCK_RETURN_IF_ERROR(fs.SyncDirectory(directory_.path()));
  return id > kRetained ? fs.RemoveTree(DirectoryOf(id - kRetained)) : Status::Ok();
}

Result<CheckpointFigures> Checkpointer::Finish() {
  end_.get();
  in_flight_ = false;
  bed_.state().Thaw(stored_);
  PENSTOCK_RETURN_IF_ERROR(outcome_);
  completed_ = last_;
  return figures_;
}

Result<std::shared_ptr<const RestoredCheckpoint>> Checkpointer::Read() const {
  const RestorePoint point{
      CheckpointId(completed_), DirectoryOf(completed_), /*final=*/false, {snapshot_}};
  return RestoredCheckpoint::Read(PosixFileSystem(), point, {});
}

}  // namespace penstock::bench
