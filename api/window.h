#pragma once

#include <numeric>
#include <string>

#include "common/timestamp.h"

namespace penstock {

/// One window of event time: the records with start <= timestamp < end. Aligned to the Unix epoch.
/// Bounds beyond the range of Timestamp are cut off at Min() and Max().
struct Window {
  Timestamp start;
  Timestamp end;
  constexpr auto operator<=>(const Window&) const = default;
};

/// Windows of `size` that start every `slide`. Made by tumbling() and sliding(), whose results are
/// types of their own: an aggregator needs merge() only for sliding windows, and is asked for it by
/// the compiler.
struct WindowSpec {
  Millis size{0};
  Millis slide{0};

  constexpr bool is_tumbling() const { return size == slide; }
  /// Length of the panes: the pieces that overlapping windows share.
  constexpr Millis pane() const { return Millis(std::gcd(size.count(), slide.count())); }

  /// Empty, or a sentence that says what is wrong; for JobBuilder::Complain.
  std::string Problem() const {
    if (size.count() <= 0) return "the size of a window must be at least one millisecond";
    if (slide.count() <= 0) return "the slide of a window must be at least one millisecond";
    if (slide > size) {
      return "the slide of a window must not be longer than its size: records between two windows "
             "would be lost";
    }
    return "";
  }
  /// For people: "tumbling(1 min)", "sliding(7 d, 1 d)".
  std::string name() const {
    if (is_tumbling()) return "tumbling(" + FormatDuration(size) + ")";
    return "sliding(" + FormatDuration(size) + ", " + FormatDuration(slide) + ")";
  }
};

struct TumblingWindows : WindowSpec {};
struct SlidingWindows : WindowSpec {};

/// Windows that follow one another without overlap: tumbling(10min).
constexpr TumblingWindows tumbling(Millis size) { return {{size, size}}; }

/// Overlapping windows: sliding(7 * 24h, 24h). Each record counts in size / slide of them.
constexpr SlidingWindows sliding(Millis size, Millis slide) { return {{size, slide}}; }

}  // namespace penstock
