#pragma once

#include <atomic>
#include <cstdint>
#include <future>
#include <memory>
#include <string>

#include "bench/state/state_bed.h"
#include "bench/temporary_directory.h"
#include "worker/state/restored_checkpoint.h"
#include "worker/state/snapshot_write.h"
#include "worker/task/serial_executor.h"

namespace penstock::bench {

/// What writing one checkpoint has taken, beside the task. Times in milliseconds.
struct CheckpointFigures {
  double store = 0;  ///< Collect, sort, write and ingest the changes.
  double link = 0;   ///< Place all files in the checkpoint's directory, durably.
  double cpu = 0;    ///< CPU time of the thread that did both.
  std::uint64_t new_bytes = 0;
  std::uint64_t full_bytes = 0;
  std::uint64_t files = 0;
};

/// Takes checkpoints of one task as TaskSnapshots and the coordinator do together: written on a
/// thread of its own, completed by a rename, the last three retained. Task thread.
class Checkpointer {
 public:
  explicit Checkpointer(StateBed& bed);
  ~Checkpointer();
  Checkpointer(const Checkpointer&) = delete;
  Checkpointer& operator=(const Checkpointer&) = delete;

  bool in_flight() const { return in_flight_; }
  /// Writes what has been frozen. Requires that nothing is in flight.
  void Write(FrozenChain frozen);
  /// The one in flight is written or has failed: to be ended by Finish.
  bool written() const { return in_flight_ && done_.load(std::memory_order_acquire); }
  /// Waits for the one in flight, and thaws the tables.
  Result<CheckpointFigures> Finish();

  /// The newest completed one.
  Result<std::shared_ptr<const RestoredCheckpoint>> Read() const;

 private:
  Status Store(const SnapshotTarget& target, FrozenChain frozen);
  Status Complete(const SnapshotTarget& target);
  std::string DirectoryOf(std::uint64_t checkpoint) const;

  StateBed& bed_;
  TemporaryDirectory directory_;
  SerialExecutor executor_{"snapshots"};
  bool in_flight_ = false;
  std::uint64_t last_ = 0;       // taken
  std::uint64_t completed_ = 0;  // the newest
  std::future<void> end_;

  // Of the background thread, until done_.
  std::atomic<bool> done_{false};
  Status outcome_;
  bool stored_ = false;
  CheckpointFigures figures_;
  TaskSnapshot snapshot_;
};

}  // namespace penstock::bench
