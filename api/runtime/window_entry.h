#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "api/runtime/codec.h"
#include "api/runtime/evolution_of.h"
#include "api/runtime/window_key.h"

namespace penstock {

/// Which timers of a window are set for sure, so that they needn't be set again: the last of each
/// kind, Min() when it isn't known, and that of the cleanup. Not stored.
struct KnownTimers {
  Timestamp event_time = Timestamp::Min();
  Timestamp processing_time = Timestamp::Min();
  bool cleanup = false;
};

/// What is kept of one window: its contents, none when it has been purged, and the state of its
/// trigger.
template <typename Contents, typename State>
struct WindowEntry {
  std::optional<Contents> contents;
  [[no_unique_address]] State trigger{};
  KnownTimers known;
};

/// As stored: the contents as an optional, then the trigger's state if it has one.
template <typename Contents, typename State>
struct WindowEntryValue {
  static_assert(!Codec<Contents>::kHoldsText && !Codec<State>::kHoldsText,
                "what a window keeps must own its characters: use std::string instead of "
                "penstock::Text in aggregators and in states of triggers");
  static constexpr bool kNoHeap = Codec<Contents>::kFixedSize && Codec<State>::kFixedSize;
  static constexpr bool kHasState = !std::is_empty_v<State>;
  using Value = WindowEntry<Contents, State>;
  using ContentsCodec = Codec<std::optional<Contents>>;

  static Fingerprint Describe() {
    Fingerprint fields;
    ContentsCodec::Describe("contents", fields);
    if constexpr (kHasState) Codec<State>::Describe("trigger", fields);
    return fields;
  }
  /// Belongs to Describe().
  static Evolution Evolve() {
    Evolution evolution;
    evolution.defaults.push_back({"", {}});
    Encode(Value{}, evolution.defaults.back().bytes);
    internal::EvolutionWalk<std::optional<Contents>>::Visit("contents", evolution);
    if constexpr (kHasState) internal::EvolutionWalk<State>::Visit("trigger", evolution);
    return evolution;
  }
  static void Encode(const Value& value, std::string& out) {
    ContentsCodec::Encode(value.contents, out);
    if constexpr (kHasState) Codec<State>::Encode(value.trigger, out);
  }
  static bool Decode(std::string_view bytes, Value& value) {
    ByteReader in(bytes);
    if (!ContentsCodec::Decode(in, value.contents)) return false;
    if constexpr (kHasState) {
      if (!Codec<State>::Decode(in, value.trigger)) return false;
    }
    return in.remaining() == 0;
  }
  static std::size_t HeapBytes(const Value& value) {
    std::size_t bytes = ContentsCodec::HeapBytes(value.contents);
    if constexpr (kHasState) bytes += Codec<State>::HeapBytes(value.trigger);
    return bytes;
  }
};

}  // namespace penstock
