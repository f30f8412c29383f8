#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/runtime/operator.h"
#include "api/runtime/plugin.h"
#include "api/runtime/typed_batch.h"
#include "common/file_system.h"
#include "common/status.h"

namespace penstock {

/// Writes the records of one subtask. Made and called on the task's thread.
template <typename T>
class SinkWriter {
 public:
  virtual ~SinkWriter() = default;
  /// Writes all records; may keep them in a buffer until PreCommit.
  virtual Status Write(const TypedBatch<T>& batch) = 0;
  /// At a barrier. Makes everything written so far durable but not visible, and appends one opaque
  /// committable per unit to `committables`; they are stored in the snapshot. A sink that isn't
  /// transactional flushes and appends none.
  virtual Status PreCommit(CheckpointId checkpoint, std::vector<std::string>& committables) = 0;
  /// Makes the unit visible. Called only for decided checkpoints, any number of times for the same
  /// committable, also by a later generation: must be idempotent, and an error when it can't be
  /// done.
  virtual Status Commit(std::string_view committable) {
    (void)committable;
    return Status::Internal("sink has nothing to commit");
  }
  /// What the writer itself must remember (e.g. a sequence number), after PreCommit.
  virtual void SnapshotState(std::string& state) const { (void)state; }
  /// The attempt has ended well.
  virtual Status Close() { return Status::Ok(); }
};

/// A sink that a third party can write. An object is a description: immutable, copied into every
/// subtask.
template <typename T>
class Sink {
 public:
  virtual ~Sink() = default;
  /// For people: "csv files in /data/out".
  virtual std::string name() const = 0;
  /// kTransactional, kIdempotent or kAtLeastOnce.
  virtual Delivery delivery() const = 0;
  /// Checks what can be checked at submission (the directory can be written).
  virtual Status Validate(FileSystem& fs) const = 0;
  /// `state` is what this subtask's writer of the restored checkpoint wrote in SnapshotState, or
  /// empty at a fresh start.
  virtual Result<std::unique_ptr<SinkWriter<T>>> NewWriter(OperatorContext& context,
                                                           std::string_view state) const = 0;
  /// After a restore; `writers` has what SnapshotState wrote, of at least one old subtask. What an
  /// old writer owned must be continued, or cleaned up, by exactly one new one: writers.Continues.
  /// The job may be another one than that of the checkpoint. Committables are none of its business:
  /// those of old subtask i are given to Commit of new subtask i % parallelism. A sink that doesn't
  /// override this can keep its parallelism only, unless its writers have no state.
  virtual Result<std::unique_ptr<SinkWriter<T>>> RestoreWriter(
      OperatorContext& context, const OperatorRestore& writers) const {
    if (writers.same_parallelism()) return NewWriter(context, writers.Considered().front().bytes);
    for (const OperatorRestore::State& writer : writers.states) {
      if (writer.bytes.empty()) continue;
      return Status::InvalidArgument("sink \"" + name() + "\" was written with parallelism " +
                                         std::to_string(writers.old_parallelism) +
                                         " and cannot go on with " +
                                         std::to_string(writers.parallelism),
                                     "give the sink the parallelism it had: .set_parallelism(" +
                                         std::to_string(writers.old_parallelism) + ")");
    }
    return NewWriter(context, "");
  }
};

}  // namespace penstock
