#include "worker/task/task_snapshots.h"

#include <chrono>
#include <exception>
#include <string>
#include <utility>

#include "worker/state/snapshot_write.h"

namespace penstock {
namespace {

/// Everything that the background thread needs; nothing of it is shared with the task.
struct PendingSnapshot {
  SnapshotTarget target;
  FrozenChain frozen;
  SnapshotTimings timings;
};

std::uint64_t MicrosSince(const Clock& clock, Clock::MonotonicTime start) {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(clock.Now() - start).count());
}

std::uint64_t TotalBytes(const TaskSnapshot& snapshot) {
  std::uint64_t bytes = 0;
  for (const SnapshotFile& file : snapshot.files) bytes += file.size;
  return bytes;
}

/// The codecs of state are user code, so they may throw.
Result<TaskSnapshot> WriteCatching(FileSystem& fs, PendingSnapshot& pending) {
  try {
    return WriteTaskSnapshot(fs, pending.target, std::move(pending.frozen));
  } catch (const std::exception& e) {
    return Status::User(ErrorCode::kFailed,
                        std::string("writing the state threw an exception: ") + e.what());
  } catch (...) {
    return Status::User(
        ErrorCode::kFailed,
        "writing the state threw something that is not derived from std::exception");
  }
}

}  // namespace

void TaskSnapshots::Write(CheckpointId checkpoint, FrozenChain frozen,
                          std::vector<Timestamp> input_watermarks, SnapshotTimings timings) {
  in_flight_ = true;
  PendingSnapshot pending;
  pending.target = {JoinPath(pending_directory_, ToString(checkpoint)),
                    checkpoint,
                    task_.subtask,
                    task_.parallelism,
                    task_.max_parallelism,
                    std::move(input_watermarks)};
  pending.frozen = std::move(frozen);
  pending.timings = timings;
  executor_.Submit(
      std::packaged_task<void()>([&task = task_, &mailbox = mailbox_, &listener = listener_,
                                  pending = std::move(pending)]() mutable {
        const Clock::MonotonicTime start = task.clock.Now();
        auto written = WriteCatching(task.file_system, pending);
        pending.frozen = {};
        pending.timings.asynchronous = MicrosSince(task.clock, start);
        mailbox.Post(SnapshotWritten{});
        const CheckpointId checkpoint = pending.target.checkpoint;
        if (written.ok()) {
          const std::uint64_t bytes = TotalBytes(*written);
          listener.OnAcknowledged({checkpoint, std::move(*written), pending.timings, bytes});
        } else {
          listener.OnDeclined({checkpoint, task.subtask, written.status()});
        }
      }));
}

void TaskSnapshots::Decline(CheckpointId checkpoint, Status reason) {
  listener_.OnDeclined({checkpoint, task_.subtask, std::move(reason)});
}

}  // namespace penstock
