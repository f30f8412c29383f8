#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "api/runtime/batch_stamper.h"
#include "api/runtime/output.h"
#include "api/runtime/quiet_time.h"
#include "common/clock.h"
#include "common/timestamp.h"

namespace penstock {

/// Event time at one subtask of a source. Each split has a generator of its own; the subtask's
/// watermark is the least of the splits that are neither finished nor idle; when the last one
/// becomes idle, the greatest. A split that has gone too far ahead is paused. Splits are named by
/// their number, in order of Add. Without a plan nothing is stamped and there are no watermarks.
class SplitWatermarks {
 public:
  explicit SplitWatermarks(std::optional<StampingPlan> plan) : plan_(std::move(plan)) {}

  /// `watermark`: where it was in the snapshot; Min for a new one.
  [[gnu::cold]] void Add(Timestamp watermark, bool finished) {
    Split& split = splits_.emplace_back(plan_ ? plan_->options.idleness : std::nullopt);
    split.finished = finished;
    split.output.emit(watermark);
    if (plan_) split.stamper = plan_->make();
  }

  bool active() const { return plan_.has_value(); }
  Timestamp watermark(std::size_t split) const { return splits_[split].output.current(); }
  /// What a snapshot keeps of it: whatever has passed it for the subtask is late for the split too.
  Timestamp stored(std::size_t split) const { return std::max(watermark(split), emitted_); }
  bool Paused(std::size_t split) const { return watermark(split) > limit_; }

  /// It has read records; makes the subtask active before they go on.
  void OnRecords(std::size_t number, Batch& batch, Output& output) {
    if (!active()) return;
    Split& split = splits_[number];
    const bool held_back = split.idle || watermark(number) <= emitted_;
    split.stamper->Stamp(batch, split.output);
    split.quiet.OnRecords();
    if (split.idle) {
      split.idle = false;
      SetIdle(false, output);
    }
    changed_ = changed_ || held_back;
  }
  /// It has nothing, and is asked again at `next`, or before; returns when.
  Clock::MonotonicTime OnNothing(std::size_t number, Clock::MonotonicTime now,
                                 Clock::MonotonicTime next) {
    if (!active()) return next;
    Split& split = splits_[number];
    next = split.quiet.OnNothing(now, next);
    if (split.quiet.idle() && !split.idle) changed_ = split.idle = true;
    return next;
  }
  /// Its system does not answer.
  void OnNoAnswer(std::size_t split) { splits_[split].quiet.OnNoAnswer(); }
  [[gnu::cold]] void OnEnd(std::size_t split) {
    splits_[split].finished = true;
    changed_ = true;
  }
  /// Calls the generators that want to be called while no records come. When next: next_period().
  void OnTime(Clock::MonotonicTime now) {
    if (!active() || !plan_->needs_period || now < next_period_) return;
    next_period_ = now + StampingPlan::kPeriod;
    for (Split& split : splits_) {
      if (!split.finished && !split.idle) split.stamper->OnPeriodic(split.output);
    }
    changed_ = true;
  }
  Clock::MonotonicTime next_period() const {
    return active() && plan_->needs_period ? next_period_ : Clock::MonotonicTime::max();
  }

  /// Number of the split that holds the watermark back, as last emitted; none when all are idle or
  /// finished.
  std::optional<std::size_t> slowest() const { return slowest_; }
  /// Watermark of the split that is ahead of all.
  Timestamp furthest() const { return active() ? Greatest() : Timestamp::Min(); }

  /// Of the other subtasks in the alignment group.
  [[gnu::cold]] void SetGroupWatermark(Timestamp least) {
    group_ = least;
    SetLimit();
  }

  /// Emits what has changed: the watermark, or that all splits are idle.
  void Emit(Output& output) {
    if (!changed_ || !active()) return;
    changed_ = false;
    slowest_ = Slowest();
    least_.reset();
    if (slowest_) least_ = watermark(*slowest_);
    SetLimit();
    const bool idle = !least_ && !Finished();
    if (!idle) SetIdle(false, output);
    // With all of them idle nobody holds back what any has reached.
    const Timestamp watermark = least_ ? *least_ : idle ? Greatest() : emitted_;
    if (watermark > emitted_) {
      emitted_ = watermark;
      output.EmitWatermark(watermark);
    }
    if (idle) SetIdle(true, output);
  }

 private:
  struct Split {
    explicit Split(std::optional<Millis> idleness) : quiet(idleness) {}

    std::unique_ptr<BatchStamper> stamper;
    WatermarkOutput output;
    QuietTime quiet;
    bool idle = false;
    bool finished = false;
  };

  /// Of those that count the one with the least watermark; none when there are none.
  std::optional<std::size_t> Slowest() const {
    std::optional<std::size_t> slowest;
    for (std::size_t i = 0; i < splits_.size(); ++i) {
      if (splits_[i].finished || splits_[i].idle) continue;
      if (!slowest || watermark(i) < watermark(*slowest)) slowest = i;
    }
    return slowest;
  }
  Timestamp Greatest() const {
    Timestamp greatest = Timestamp::Min();
    for (const Split& split : splits_) greatest = std::max(greatest, split.output.current());
    return greatest;
  }
  bool Finished() const {
    return std::all_of(splits_.begin(), splits_.end(), [](const Split& s) { return s.finished; });
  }
  void SetIdle(bool idle, Output& output) {
    if (idle == idle_) return;
    idle_ = idle;
    output.EmitStatus(idle);
  }
  /// A subtask goes no further ahead of its own slowest split than of others, and until it has
  /// heard of them no further than from where it began.
  void SetLimit() {
    if (!active() || !plan_->options.aligned()) return;
    if (!group_ && least_ > Timestamp::Min()) group_ = least_;
    limit_ = std::min(group_.value_or(Timestamp::Max()), least_.value_or(Timestamp::Max())) +
             plan_->options.max_drift;
  }

  const std::optional<StampingPlan> plan_;
  std::vector<Split> splits_;
  bool changed_ = true;  // since Emit
  bool idle_ = false;    // as emitted
  Timestamp emitted_ = Timestamp::Min();
  std::optional<std::size_t> slowest_;  // split, as of Emit
  std::optional<Timestamp> least_;      // its watermark, as of Emit
  std::optional<Timestamp> group_;      // of the others in the group, as heard of
  Timestamp limit_ = Timestamp::Max();  // beyond it a split is paused
  Clock::MonotonicTime next_period_{};
};

}  // namespace penstock
