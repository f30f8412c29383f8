#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "common/timestamp.h"

namespace penstock {

/// Target size of a batch in memory: small enough for the first-level cache.
inline constexpr std::size_t kBatchBytes = 16 * 1024;

/// Some records of one type with their timestamps: what flows through a chain and between tasks.
/// A batch has one owner and is used by one thread at a time; it is handed on by reference inside a
/// chain (the callee may consume the records, the caller clears it afterwards) and by unique_ptr
/// between tasks. The typed face is TypedBatch<T>; this one is all that untyped code needs.
class Batch {
 public:
  virtual ~Batch() = default;
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;

  std::size_t size() const { return timestamps_.size(); }
  bool empty() const { return timestamps_.empty(); }
  const std::vector<Timestamp>& timestamps() const { return timestamps_; }
  std::vector<Timestamp>& timestamps() { return timestamps_; }

  /// Forgets the records and keeps their memory for the next ones; views into the batch (Text) go
  /// stale.
  virtual void Clear() = 0;
  /// A deep copy, for all consumers of a fan-out but the last.
  virtual std::unique_ptr<Batch> Copy() const = 0;
  /// Memory that the records take, approximately; what credits count for in-process channels.
  virtual std::size_t MemoryBytes() const = 0;
  /// Identity of the record type: equal exactly for batches of the same TypedBatch<T> in one
  /// plugin.
  virtual const void* type_id() const = 0;

 protected:
  Batch() = default;

  std::vector<Timestamp> timestamps_;
};

}  // namespace penstock
