#pragma once

#include <cstdint>
#include <memory>

#include "api/runtime/batch.h"
#include "api/runtime/operator.h"

namespace penstock::testing {

/// What belongs to which checkpoint: everything of epoch e lies before the barriers of checkpoint e
/// and behind those of the one before.
using Epoch = std::uint64_t;

/// Takes down what passes one place of a job under test. What is taken is never part of a snapshot:
/// it knows its epoch, and a restore takes back what came after the checkpoint.
class RecordTap {
 public:
  virtual ~RecordTap() = default;
  /// Of the only batches that it can take.
  virtual const void* type_id() const = 0;
  /// Copies the records.
  virtual void Take(const Batch& batch, Epoch epoch) = 0;
  virtual void TakeWatermark(Timestamp watermark) = 0;
  virtual void TakeStatus(bool idle) = 0;
  /// Forgets what is later than `last`.
  virtual void Rewind(Epoch last) = 0;
};

/// Where a job under test gets records from, in place of a source.
class TestFeed {
 public:
  virtual ~TestFeed() = default;
  virtual const void* type_id() const = 0;
  /// The job starts, or goes on, at `first` with that many subtasks; what was given out later than
  /// `last` will be given out again.
  virtual void Rewind(Epoch last, Epoch first, std::uint32_t parallelism) = 0;
  /// One subtask of the source that gives the records out; it must not outlive this.
  virtual std::unique_ptr<Operator> NewOperator() = 0;
};

}  // namespace penstock::testing
