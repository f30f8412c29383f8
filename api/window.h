#pragma once

#include <cstdint>
#include <numeric>
#include <string>
#include <type_traits>
#include <utility>

#include "common/timestamp.h"

namespace penstock {

/// One window: the records with start <= time < end. Aligned to the Unix epoch, or to an offset
/// from it. Bounds beyond the range of Timestamp are cut off at Min() and Max(); global windows
/// have both.
struct Window {
  Timestamp start;
  Timestamp end;
  constexpr auto operator<=>(const Window&) const = default;

  /// The last time in it.
  constexpr Timestamp max_timestamp() const {
    return end == Timestamp::Max() ? end : end - Millis(1);
  }
};

/// Windows of `size` that start every `slide`, at `offset` after multiples of it. Made by
/// tumbling() and sliding(), whose results are types of their own: an aggregator needs merge() only
/// for sliding windows, and is asked for it by the compiler.
struct WindowSpec {
  Millis size{0};
  Millis slide{0};
  Millis offset{0};

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
  /// For people: "tumbling(1 min)", "sliding(7 d, 1 d)", "tumbling(1 d, offset 6 h)".
  std::string name() const {
    std::string name = is_tumbling() ? "tumbling(" : "sliding(";
    name += FormatDuration(size);
    if (!is_tumbling()) name += ", " + FormatDuration(slide);
    if (offset.count() != 0) name += ", offset " + FormatDuration(offset);
    return name + ")";
  }
};

struct TumblingWindows : WindowSpec {};
struct SlidingWindows : WindowSpec {};

/// Windows that follow one another without overlap: tumbling(10min). tumbling(24h, 6h): days that
/// begin at six o'clock UTC.
constexpr TumblingWindows tumbling(Millis size, Millis offset = Millis(0)) {
  return {{size, size, offset}};
}

/// Overlapping windows: sliding(7 * 24h, 24h). Each record counts in size / slide of them.
constexpr SlidingWindows sliding(Millis size, Millis slide, Millis offset = Millis(0)) {
  return {{size, slide, offset}};
}

/// Windows of one key that end when no record has come for `gap`.
struct SessionWindows {
  Millis gap{0};

  std::string Problem() const {
    return gap.count() > 0 ? "" : "the gap of a session must be at least one millisecond";
  }
  std::string name() const { return "session(" + FormatDuration(gap) + ")"; }
};

/// Sessions whose gap each record decides; see session().
template <typename GapFn>
struct DynamicSessionWindows {
  GapFn gap;

  std::string Problem() const { return ""; }
  std::string name() const { return "session(dynamic gap)"; }
};

/// Sessions: a record opens a window of length `gap` that is merged with those that it touches.
constexpr SessionWindows session(Millis gap) { return {gap}; }

/// Sessions with a gap for each record: session([](const Click& c) { return c.patience; }). The
/// task fails when a gap is less than a millisecond.
template <typename GapFn>
requires(!std::is_convertible_v<GapFn, Millis>) DynamicSessionWindows<GapFn> session(GapFn gap) {
  return {std::move(gap)};
}

/// One window for each key that never ends; its trigger says when it fires.
struct GlobalWindows {
  static std::string Problem() { return ""; }
  static std::string name() { return "global"; }
};
constexpr GlobalWindows global_windows() { return {}; }

/// Every `size` records of a key are a window.
struct CountWindows {
  std::uint64_t size = 0;

  std::string Problem() const {
    return size > 0 ? "" : "the size of a count window must be at least one record";
  }
  std::string name() const { return "count(" + std::to_string(size) + ")"; }
};

/// After every `slide` records of a key the last `size` are a window.
struct SlidingCountWindows {
  std::uint64_t size = 0;
  std::uint64_t slide = 0;

  std::string Problem() const {
    return size > 0 && slide > 0 ? ""
                                 : "size and slide of a count window must be at least one record";
  }
  std::string name() const {
    return "count(" + std::to_string(size) + ", " + std::to_string(slide) + ")";
  }
};

constexpr CountWindows count_window(std::uint64_t size) { return {size}; }
constexpr SlidingCountWindows count_window(std::uint64_t size, std::uint64_t slide) {
  return {size, slide};
}

/// Windows of the wall clock; see processing_time().
template <typename Spec>
struct ProcessingTimeWindows {
  Spec windows;

  std::string Problem() const { return windows.Problem(); }
  std::string name() const { return "processing time " + windows.name(); }
};

/// tumbling(…), sliding(…) or session(…) by the time at which a record is processed:
/// processing_time(tumbling(1min)).
template <typename Spec>
constexpr ProcessingTimeWindows<Spec> processing_time(Spec windows) {
  return {std::move(windows)};
}

}  // namespace penstock
