#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "api/runtime/batch_stamper.h"
#include "api/runtime/operator.h"
#include "api/runtime/quiet_time.h"
#include "common/bytes.h"
#include "common/timestamp.h"

namespace penstock {

/// Gives records timestamps and makes watermarks, after each batch in which they advanced.
/// Watermarks from before are replaced, all but the last (Timestamp::Max()); statuses from before
/// do not reach it. State: version (4 bytes) and watermark (8), so that what was late before a
/// restore is late after it; at another parallelism it starts from the least of all subtasks,
/// because it may read what any of them has read. The first release wrote the greatest timestamp
/// (8) only.
class TimestampOperator final : public Operator {
 public:
  explicit TimestampOperator(const StampingPlan& plan)
      : stamper_(plan.make()), quiet_(plan.options.idleness), needs_period_(plan.needs_period) {
    if (needs_period_) interval_ = StampingPlan::kPeriod;
    if (!plan.options.idleness) return;
    const Millis look = std::clamp(*plan.options.idleness / kLooks, Millis(1), kLongestLook);
    interval_ = std::min(interval_.value_or(look), look);
  }

  Status Open(OperatorContext& context, Output& output) override {
    context_ = &context;
    output_ = &output;
    ScheduleLook();
    return Status::Ok();
  }
  [[gnu::cold]] Status Restore(const OperatorRestore& restore) override {
    if (restore.states.empty()) return Status::Ok();
    Timestamp least = Timestamp::Max();
    for (const OperatorRestore::State& state : restore.Considered()) {
      PENSTOCK_ASSIGN_OR_RETURN(const Timestamp stored, ReadState(state.bytes));
      least = std::min(least, stored);
    }
    watermark_.emit(least);
    return Status::Ok();
  }

  void ProcessBatch(Batch& batch) override {
    stamper_->Stamp(batch, watermark_);
    heard_ = true;
    if (idle_) BecomeActive();
    output_->Emit(batch);
    EmitWatermark();
  }
  void ProcessWatermark(Timestamp watermark) override {
    if (watermark != Timestamp::Max()) return;
    if (idle_) BecomeActive();
    next_look_.reset();
    output_->EmitWatermark(watermark);
  }

  std::optional<Timestamp> NextProcessingTime() override { return next_look_; }
  void OnProcessingTime(Timestamp) override {
    ScheduleLook();
    const Clock::MonotonicTime now = context_->clock().Now();
    if (heard_) quiet_.OnRecords();
    quiet_.OnNothing(now, now + *interval_);
    heard_ = false;
    if (quiet_.idle()) return BecomeIdle();
    if (!needs_period_) return;
    stamper_->OnPeriodic(watermark_);
    EmitWatermark();
  }

  [[gnu::cold]] Status SnapshotState(CheckpointId, std::string& state) override {
    ByteWriter out(state);
    out.Fixed(kStateVersion);
    out.Fixed(watermark_.current().millis);
    return Status::Ok();
  }

 private:
  static constexpr std::uint32_t kStateVersion = 2;
  /// Within the time after which a stream is idle.
  static constexpr int kLooks = 16;
  static constexpr Millis kLongestLook = std::chrono::minutes(1);

  [[gnu::cold]] Result<Timestamp> ReadState(std::string_view bytes) const {
    ByteReader in(bytes);
    if (bytes.size() == sizeof(std::int64_t)) {
      WatermarkOutput watermark;
      stamper_->RestoreGreatest({in.Fixed<std::int64_t>()}, watermark);
      return watermark.current();
    }
    const auto version = in.Fixed<std::uint32_t>();
    const Timestamp watermark{in.Fixed<std::int64_t>()};
    if (in.failed() || in.remaining() != 0) {
      return Status::Corruption("state of with_timestamps has a wrong size");
    }
    if (version == kStateVersion) return watermark;
    return Status::Corruption("state of with_timestamps has a wrong version");
  }

  void ScheduleLook() {
    if (interval_) next_look_ = Timestamp{ToMillis(context_->clock().Wall())} + *interval_;
  }
  void BecomeIdle() {
    idle_ = true;
    next_look_.reset();
    output_->EmitStatus(true);
  }
  void BecomeActive() {
    idle_ = false;
    ScheduleLook();
    output_->EmitStatus(false);
  }
  /// If it has advanced, or, after a restore, was never emitted.
  void EmitWatermark() {
    if (watermark_.current() <= emitted_) return;
    emitted_ = watermark_.current();
    output_->EmitWatermark(emitted_);
  }

  const std::unique_ptr<BatchStamper> stamper_;
  OperatorContext* context_ = nullptr;
  Output* output_ = nullptr;
  WatermarkOutput watermark_;
  Timestamp emitted_ = Timestamp::Min();  // in this attempt

  QuietTime quiet_;
  const bool needs_period_;
  std::optional<Millis> interval_;      // of looks; none: there are no looks
  std::optional<Timestamp> next_look_;  // on the wall clock, while active
  bool heard_ = false;                  // of records, since the last look
  bool idle_ = false;
};

}  // namespace penstock
