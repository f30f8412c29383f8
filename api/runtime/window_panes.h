#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/runtime/entry_policy.h"
#include "api/runtime/key_traits.h"
#include "api/runtime/slot_vector.h"

namespace penstock {

/// The records of one key in one pane.
template <typename Acc>
struct Pane {
  std::int64_t start;
  Acc accumulator;
};

/// All panes of one key that a window still needs.
template <typename Acc, std::uint32_t kInline>
struct KeyPanes {
  SlotVector<Pane<Acc>, kInline> slots;
  /// The window at whose end the key is visited next; set as soon as there is a slot.
  std::int64_t next_window = 0;
};

/// One snapshot entry per pane; the namespace is its start.
template <typename Acc, std::uint32_t kInline>
struct PaneEntries {
  static_assert(!Codec<Acc>::kHoldsText,
                "an aggregator must own its characters: use std::string instead of penstock::Text");
  static constexpr bool kNoHeap = false;
  using Value = KeyPanes<Acc, kInline>;

  static void Save(const Value& value, EntryBuffer& out) {
    for (const Pane<Acc>& pane : value.slots) {
      out.Add([&](std::string& bytes) { AppendOrdered64(bytes, pane.start); },
              [&](std::string& bytes) { Codec<Acc>::Encode(pane.accumulator, bytes); });
    }
  }
  static bool Load(Value& value, std::string_view space, std::string_view bytes) {
    Pane<Acc> pane{};
    ByteReader reader(bytes);
    if (!ReadOrdered64(space, pane.start) || !Codec<Acc>::Decode(reader, pane.accumulator) ||
        reader.remaining() != 0 || value.slots.Find(pane.start) != nullptr) {
      return false;
    }
    value.slots.Insert(std::move(pane));
    return true;
  }
  static std::size_t HeapBytes(const Value& value) {
    std::size_t bytes = value.slots.HeapBytes() + sizeof(void*);  // with its item in a bucket
    if constexpr (!Codec<Acc>::kFixedSize) {
      for (const Pane<Acc>& pane : value.slots) bytes += Codec<Acc>::HeapBytes(pane.accumulator);
    }
    return bytes;
  }
};

/// Which keys to visit when a window ends. A cache of the panes: every key with panes is in the
/// bucket of its next_window. Items may be out of date (the key was moved to an earlier bucket, or
/// is gone): the visitor compares next_window. Task thread only.
template <typename Entry>
class WindowBuckets {
 public:
  void Add(std::int64_t window, Entry& entry) {
    if (last_ == nullptr || window != last_window_) {
      last_ = &buckets_[window];
      last_window_ = window;
    }
    last_->push_back(&entry);
  }
  bool empty() const { return buckets_.empty(); }
  /// The earliest window with a bucket. Requires !empty(), as TakeFirst does.
  std::int64_t First() const { return buckets_.begin()->first; }
  std::vector<Entry*> TakeFirst() {
    last_ = nullptr;
    return std::move(buckets_.extract(buckets_.begin()).mapped());
  }

 private:
  std::map<std::int64_t, std::vector<Entry*>> buckets_;
  std::vector<Entry*>* last_ = nullptr;  // the bucket used last, in buckets_
  std::int64_t last_window_ = 0;
};

}  // namespace penstock
