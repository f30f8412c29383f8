#pragma once

#include <utility>

#include "api/runtime/output.h"
#include "api/runtime/typed_batch.h"
#include "common/timestamp.h"

namespace penstock {

/// Where a flat_map or process function puts its results; none, one or many per call. Valid during
/// the call only.
template <typename T>
class Collector {
 public:
  /// For operators: collects into `batch`, which goes to `output` whenever it is full.
  Collector(TypedBatch<T>& batch, Output& output) : batch_(batch), output_(output) {}

  /// Adds a record with the timestamp of the record (or timer) being processed.
  void collect(T record) { collect(std::move(record), timestamp_); }
  void collect(T record, Timestamp timestamp) {
    batch_.Append(std::move(record), timestamp);
    if (batch_.full()) Flush();
  }

  /// For operators: the timestamp of what is collected from now on.
  void SetTimestamp(Timestamp timestamp) { timestamp_ = timestamp; }
  /// For operators: hands on what has been collected.
  void Flush() {
    if (batch_.empty()) return;
    output_.Emit(batch_);
    batch_.Clear();
  }

 private:
  TypedBatch<T>& batch_;
  Output& output_;
  Timestamp timestamp_;
};

}  // namespace penstock
