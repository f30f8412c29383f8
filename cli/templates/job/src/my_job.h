#pragma once

#include <algorithm>
#include <cstdint>
#include <string>

#include <penstock/penstock.h>

/// A page that was shown to a visitor: one line of the input, whose columns have these names.
struct View {
  penstock::Timestamp time;
  std::string page;
  std::int64_t load_ms = 0;
};

/// What is known of one page in one window; stored with every checkpoint.
struct Tally {
  std::uint64_t views = 0;
  std::int64_t slowest_ms = 0;

  void add(const View& view) {
    ++views;
    slowest_ms = std::max(slowest_ms, view.load_ms);
  }
};

/// One line of the output.
struct PageViews {
  penstock::Timestamp from;
  std::string page;
  std::uint64_t views = 0;
  std::int64_t slowest_ms = 0;
};

/// Pages count, what they consist of doesn't.
inline bool IsPage(const View& view) { return !view.page.starts_with("/static/"); }

inline PageViews Summarize(const std::string& page, penstock::Window window, const Tally& tally) {
  return {window.start, page, tally.views, tally.slowest_ms};
}

/// What the job does between its source and its sink.
inline penstock::Stream<PageViews> CountViews(const penstock::Stream<View>& views,
                                              penstock::Millis window) {
  return views.filter(IsPage)
      .key_by(&View::page)
      .window("page-views", penstock::tumbling(window))
      .aggregate(Tally{}, Summarize);
}
