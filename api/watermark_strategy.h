#pragma once

#include <algorithm>
#include <concepts>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "common/timestamp.h"

namespace penstock {

/// Where a generator says how far event time has come, in one split or stream. Task thread only.
class WatermarkOutput {
 public:
  /// No record with this timestamp or an earlier one follows. What doesn't advance is ignored;
  /// Timestamp::Max() counts as the millisecond before it, because only the end of the input is
  /// that.
  void emit(Timestamp watermark) {
    current_ = std::max(current_, std::min(watermark, Timestamp::Max() - Millis(1)));
  }
  /// The last one, also of before a restore; Timestamp::Min() when there was none.
  Timestamp current() const { return current_; }

 private:
  Timestamp current_ = Timestamp::Min();
};

/// What makes watermarks of records T: a copyable class with
///   void on_event(const T& record, Timestamp timestamp, WatermarkOutput& output);
///   void on_periodic(WatermarkOutput& output);
/// Each split, or each subtask of with_timestamps(), has a copy of its own. on_event is called for
/// each record, on_periodic after each batch of records and, while none come, every 200 ms. What
/// they emit takes effect behind the batch. After a restore a generator starts afresh, and its
/// output where it was.
template <typename G, typename T>
concept WatermarkGenerator = std::is_copy_constructible_v<G> &&
    requires(G& generator, const T& record, Timestamp timestamp, WatermarkOutput& output) {
  generator.on_event(record, timestamp, output);
  generator.on_periodic(output);
};

namespace internal {

/// What a strategy says beside its generator.
struct WatermarkOptions {
  std::optional<Millis> idleness;
  std::string alignment_group;  // empty: none
  Millis max_drift{0};
  bool negative_bound = false;

  bool aligned() const { return !alignment_group.empty(); }
  /// Empty, or a sentence that says what is wrong; for JobBuilder::Complain.
  [[gnu::cold]] std::string Problem() const {
    if (negative_bound) return "bounded_out_of_orderness() needs a bound that is not below 0";
    if (idleness && idleness->count() <= 0) return "with_idleness() needs a time above 0";
    if (max_drift.count() < 0) return "with_alignment() needs a drift that is not below 0";
    return "";
  }
};

/// Generators that have nothing to say but what records tell them; they are not called while none
/// come.
template <typename G>
concept KnowsOnlyRecords = requires {
  requires G::kKnowsOnlyRecords;
};

class BoundedOutOfOrderness {
 public:
  static constexpr bool kKnowsOnlyRecords = true;

  explicit BoundedOutOfOrderness(Millis bound) : bound_(bound) {}
  template <typename T>
  void on_event(const T&, Timestamp timestamp, WatermarkOutput&) {
    greatest_ = std::max(greatest_, timestamp);
  }
  void on_periodic(WatermarkOutput& output) const { output.emit(Behind(greatest_)); }
  /// The watermark when `greatest` is the greatest timestamp.
  Timestamp Behind(Timestamp greatest) const { return greatest - bound_ - Millis(1); }

 private:
  const Millis bound_;
  Timestamp greatest_ = Timestamp::Min();
};

template <typename F>
class PunctuatedWatermarks {
 public:
  static constexpr bool kKnowsOnlyRecords = true;

  explicit PunctuatedWatermarks(F watermark_of) : watermark_of_(std::move(watermark_of)) {}
  template <typename T>
  requires std::is_invocable_r_v<std::optional<Timestamp>, F&, const T&, Timestamp> void on_event(
      const T& record, Timestamp timestamp, WatermarkOutput& output) {
    const std::optional<Timestamp> watermark = std::invoke(watermark_of_, record, timestamp);
    if (watermark) output.emit(*watermark);
  }
  void on_periodic(WatermarkOutput&) const {}

 private:
  F watermark_of_;
};

struct NoWatermarks {
  static constexpr bool kKnowsOnlyRecords = true;

  template <typename T>
  void on_event(const T&, Timestamp, WatermarkOutput&) {}
  void on_periodic(WatermarkOutput&) const {}
};

}  // namespace internal

/// How watermarks come about: a generator, and what is done while nothing comes or others lag
/// behind. A description, for env.from() and with_timestamps(). Watermarks that it makes begin,
/// after a restore, where they were.
template <typename Generator>
class WatermarkStrategy {
 public:
  explicit WatermarkStrategy(Generator generator, internal::WatermarkOptions options = {})
      : generator_(std::move(generator)), options_(std::move(options)) {}

  /// A split whose source says for this long that it has nothing, or a stream that brings nothing,
  /// does not hold the watermark back until its next record, which may then be late. Time that
  /// passes under back-pressure, in a restore, or while the source's system doesn't answer does not
  /// count. Default: never.
  [[gnu::cold]] WatermarkStrategy with_idleness(Millis after) && {
    options_.idleness = after;
    return std::move(*this);
  }
  /// Only for env.from(): all sources with the same group read side by side. A split that is more
  /// than `max_drift` of event time ahead of the least watermark in the group is not read until
  /// that has caught up; so one that has no watermark yet makes the others wait, unless it is idle.
  [[gnu::cold]] WatermarkStrategy with_alignment(std::string group, Millis max_drift) && {
    options_.alignment_group = std::move(group);
    options_.max_drift = max_drift;
    return std::move(*this);
  }

  // For the framework.
  const Generator& generator() const { return generator_; }
  const internal::WatermarkOptions& options() const { return options_; }

 private:
  Generator generator_;
  internal::WatermarkOptions options_;
};

/// A record comes at most `bound` later than a newer one: the watermark follows the greatest
/// timestamp seen at that distance, and a millisecond. Records that come later still are late.
[[gnu::cold]] inline WatermarkStrategy<internal::BoundedOutOfOrderness> bounded_out_of_orderness(
    Millis bound) {
  internal::WatermarkOptions options;
  options.negative_bound = bound.count() < 0;
  return WatermarkStrategy(internal::BoundedOutOfOrderness(bound), std::move(options));
}

/// Records come in the order of their timestamps, in each split or stream.
[[gnu::cold]] inline WatermarkStrategy<internal::BoundedOutOfOrderness> monotonous_timestamps() {
  return bounded_out_of_orderness(Millis(0));
}

/// Records carry watermarks: `watermark_of` is (const T&, Timestamp) → std::optional<Timestamp>.
template <typename F>
[[gnu::cold]] WatermarkStrategy<internal::PunctuatedWatermarks<F>> punctuated(F watermark_of) {
  return WatermarkStrategy(internal::PunctuatedWatermarks<F>(std::move(watermark_of)));
}

/// With a generator of one's own, see WatermarkGenerator.
template <typename Generator>
[[gnu::cold]] WatermarkStrategy<Generator> watermarks_by(Generator generator) {
  return WatermarkStrategy<Generator>(std::move(generator));
}

/// Records get timestamps; the watermark comes only at the end of the input.
[[gnu::cold]] inline WatermarkStrategy<internal::NoWatermarks> no_watermarks() {
  return WatermarkStrategy(internal::NoWatermarks());
}

}  // namespace penstock
