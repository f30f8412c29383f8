#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

#include "api/runtime/owned_record.h"
#include "api/runtime/window_operator.h"

namespace penstock {

// How a window keeps what has come: as an aggregate, as one reduced record, or all of it. `Stored`
// is what its entry holds.

template <typename T, typename Acc>
struct AggregatedContents {
  static_assert(Aggregator<Acc, T>,
                "an aggregator is a copyable, default-constructible type with "
                "`void add(const Record&)`");
  using Stored = Acc;
  static constexpr bool kBuffered = false;
  static constexpr bool kMerges = Mergeable<Acc>;

  Acc prototype;

  void Add(std::optional<Acc>& contents, const T& record) const {
    if (!contents) contents.emplace(prototype);
    contents->add(record);
  }
  void Merge(std::optional<Acc>& into, std::optional<Acc>& from) const {
    if (!from) return;
    if (!into) {
      into = std::move(from);
    } else {
      into->merge(*from);
    }
  }
};

template <typename T, typename F>
struct ReducedContents {
  static_assert(std::is_invocable_r_v<T, F&, const T&, const T&>,
                "reduce() needs a function that takes two records of this stream by const "
                "reference and returns one");
  using Stored = Owned<T>;
  static constexpr bool kBuffered = false;
  static constexpr bool kMerges = true;

  F reduce;

  void Add(std::optional<Stored>& contents, const T& record) {
    if (!contents) {
      contents.emplace(record);
    } else {
      *contents = Stored(std::invoke(reduce, RecordOf(std::as_const(*contents)), record));
    }
  }
  void Merge(std::optional<Stored>& into, std::optional<Stored>& from) {
    if (!from) return;
    if (!into) {
      into = std::move(from);
    } else {
      Add(into, RecordOf(std::as_const(*from)));
    }
  }
};

/// The entry says how many there are.
struct BufferedCount {
  std::uint64_t count = 0;
};

template <typename T>
struct BufferedContents {
  using Stored = BufferedCount;
  static constexpr bool kBuffered = true;
  static constexpr bool kMerges = true;
};

}  // namespace penstock
