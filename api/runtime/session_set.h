#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/runtime/codec.h"
#include "api/runtime/slot_vector.h"
#include "api/runtime/window_entry.h"
#include "api/window.h"

namespace penstock {

/// A session that has not ended, and the window under which its contents are kept: the one that it
/// began with, which lies within it and in no other session of its key.
struct ActiveSession {
  Window window;
  Window stored;
};

/// ActiveSession in a SlotVector. `Entry` is that of the table with the contents.
template <typename Entry>
struct SessionSlot {
  std::int64_t start;  ///< Of the session.
  Timestamp end;
  Window stored;
  // Not stored: where the contents were last, and when that was known.
  Entry* entry = nullptr;
  std::uint64_t evictions = 0;
  std::optional<Timestamp> alarm = {};  // a timer that is set for sure, for what is next

  Window window() const { return {{start}, end}; }
};

/// The sessions of one key that have not ended, in order; no two touch.
template <typename Entry>
class SessionSet {
 public:
  using Slot = SessionSlot<Entry>;
  SlotVector<Slot, 1> slots;

  /// Those that `window` touches.
  std::pair<Slot*, Slot*> Touching(Window window) {
    Slot* first = slots.begin();
    while (first != slots.end() && first->end < window.start) ++first;
    Slot* last = first;
    while (last != slots.end() && last->start <= window.end.millis) ++last;
    return {first, last};
  }
  /// Null when there is none.
  Slot* FindStored(Window stored) {
    for (Slot& slot : slots) {
      if (slot.stored == stored) return &slot;
    }
    return nullptr;
  }
  Slot* FindWindow(Window window) {
    Slot* slot = slots.Find(window.start.millis);
    return slot != nullptr && slot->end == window.end ? slot : nullptr;
  }
};

/// As stored: a list of ActiveSession.
template <typename Entry>
struct SessionSetValue {
  static constexpr bool kNoHeap = false;
  using Value = SessionSet<Entry>;

  static void Encode(const Value& value, std::string& out) {
    Codec<std::uint32_t>::Encode(value.slots.size(), out);
    for (const auto& slot : value.slots) {
      Codec<ActiveSession>::Encode({slot.window(), slot.stored}, out);
    }
  }
  static bool Decode(std::string_view bytes, Value& value) {
    ByteReader in(bytes);
    const auto count = in.Fixed<std::uint32_t>();
    for (std::uint32_t i = 0; i < count && !in.failed(); ++i) {
      ActiveSession session;
      if (!Codec<ActiveSession>::Decode(in, session)) return false;
      const std::int64_t start = session.window.start.millis;
      if (i > 0 && (value.slots.end() - 1)->end.millis >= start) return false;
      value.slots.Insert({start, session.window.end, session.stored});
    }
    return count > 0 && !in.failed() && in.remaining() == 0;
  }
  static std::size_t HeapBytes(const Value& value) { return value.slots.HeapBytes(); }
};

}  // namespace penstock
