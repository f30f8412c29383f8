#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <utility>

#include "api/runtime/operator.h"
#include "api/runtime/typed_batch.h"
#include "api/time.h"
#include "common/bytes.h"
#include "common/timestamp.h"

namespace penstock {

/// Gives each record the timestamp that `F` takes out of it, and makes the watermark: the greatest
/// timestamp - bound - 1 ms, after each batch in which it advanced. Watermarks from before are
/// replaced, all but the last (Timestamp::Max()). Its state is the greatest timestamp (8 bytes), so
/// that what was late before a restore is late after it; at another parallelism it starts from the
/// smallest of all subtasks, because it may read what any of them has read.
template <typename T, typename F>
class TimestampOperator final : public Operator {
 public:
  TimestampOperator(BoundedOutOfOrderness strategy, F timestamp_of)
      : bound_(strategy.bound), timestamp_of_(std::move(timestamp_of)) {}

  Status Open(OperatorContext&, Output& output) override {
    output_ = &output;
    return Status::Ok();
  }
  [[gnu::cold]] Status Restore(const OperatorRestore& restore) override {
    if (restore.states.empty()) return Status::Ok();
    greatest_ = Timestamp::Max();
    for (const OperatorRestore::State& state : restore.Considered()) {
      ByteReader in(state.bytes);
      greatest_ = std::min(greatest_, Timestamp{in.Fixed<std::int64_t>()});
      if (in.failed() || in.remaining() != 0) {
        return Status::Corruption("state of with_timestamps has a wrong size");
      }
    }
    return Status::Ok();
  }
  void ProcessBatch(Batch& batch) override {
    auto& records = static_cast<TypedBatch<T>&>(batch);
    for (std::size_t i = 0; i < records.size(); ++i) {
      const Timestamp timestamp = std::invoke(timestamp_of_, std::as_const(records[i]));
      records.timestamps()[i] = timestamp;
      greatest_ = std::max(greatest_, timestamp);
    }
    output_->Emit(records);
    EmitWatermark();
  }
  void ProcessWatermark(Timestamp watermark) override {
    if (watermark == Timestamp::Max()) output_->EmitWatermark(watermark);
  }
  [[gnu::cold]] Status SnapshotState(CheckpointId, std::string& state) override {
    ByteWriter(state).Fixed(greatest_.millis);
    return Status::Ok();
  }

 private:
  /// If it has advanced, or, after a restore, was never emitted.
  void EmitWatermark() {
    const Timestamp watermark = greatest_ - bound_ - Millis(1);
    if (watermark <= emitted_) return;
    emitted_ = watermark;
    output_->EmitWatermark(watermark);
  }

  const Millis bound_;
  F timestamp_of_;
  Output* output_ = nullptr;
  Timestamp greatest_ = Timestamp::Min();
  Timestamp emitted_ = Timestamp::Min();  // in this attempt
};

}  // namespace penstock
