#include "worker/task/task_snapshots.h"

#include <chrono>
#include <exception>
#include <string>
#include <utility>

#include "worker/state/snapshot_write.h"

namespace penstock {
namespace {

/// Everything that the background thread needs beside the tier.
struct PendingSnapshot {
  SnapshotTarget target;
  FrozenChain frozen;
  SnapshotTimings timings;
  SnapshotStores stores;
};

std::uint64_t MicrosSince(const Clock& clock, Clock::MonotonicTime start) {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(clock.Now() - start).count());
}

/// The codecs of state are user code, so they may throw.
Status StoreCatching(PendingSnapshot& pending) {
  if (pending.stores.tier == nullptr) return Status::Ok();
  try {
    return StoreChanges(pending.frozen, *pending.stores.tier);
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
  SnapshotTarget target;
  target.directory = JoinPath(directories_.pending, ToString(checkpoint));
  if (last_completed_ != CheckpointId()) {
    target.completed_directory = JoinPath(directories_.completed, ToString(last_completed_));
  }
  target.checkpoint = checkpoint;
  target.subtask = task_.subtask;
  target.parallelism = task_.parallelism;
  target.max_parallelism = task_.max_parallelism;
  target.input_watermarks = std::move(input_watermarks);
  executor_.Submit(
      std::packaged_task<void()>([&task = task_, &mailbox = mailbox_, &listener = listener_,
                                  pending = PendingSnapshot{std::move(target), std::move(frozen),
                                                            timings, state_.stores()}]() mutable {
        const Clock::MonotonicTime start = task.clock.Now();
        const CheckpointId checkpoint = pending.target.checkpoint;
        const Status stored = StoreCatching(pending);
        auto written = stored.ok() ? WriteTaskSnapshot(pending.stores, pending.target,
                                                       std::move(pending.frozen))
                                   : Result<WrittenSnapshot>(stored);
        pending.frozen = {};
        pending.timings.asynchronous = MicrosSince(task.clock, start);
        mailbox.Post(SnapshotWritten{stored.ok()});
        if (written.ok()) {
          listener.OnAcknowledged(
              {checkpoint, std::move(written->snapshot), pending.timings, written->new_bytes});
        } else {
          listener.OnDeclined({checkpoint, task.subtask, written.status()});
        }
      }));
}

void TaskSnapshots::Decline(CheckpointId checkpoint, Status reason) {
  listener_.OnDeclined({checkpoint, task_.subtask, std::move(reason)});
}

}  // namespace penstock
