#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/runtime/codec.h"
#include "api/runtime/evolution_of.h"
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
  /// The window at whose end the key is visited next; set as soon as there is a slot. Not stored.
  std::int64_t next_window = 0;
  SlotVector<Pane<Acc>, kInline> slots;
};

/// As stored: the number of panes (4 bytes), then of each its start and its accumulator, in order
/// of the starts.
template <typename Acc, std::uint32_t kInline>
struct PanesValue {
  static_assert(!Codec<Acc>::kHoldsText,
                "an aggregator must own its characters: use std::string instead of penstock::Text");
  static constexpr bool kNoHeap = false;
  using Value = KeyPanes<Acc, kInline>;

  static Fingerprint Describe() {
    Fingerprint fields;
    internal::DescribeLeaf("", "list", fields);
    Codec<Timestamp>::Describe("[].start", fields);
    Codec<Acc>::Describe("[].accumulator", fields);
    return fields;
  }
  /// Belongs to Describe().
  static Evolution Evolve() {
    const auto accumulator = std::make_unique<const Acc>();  // it may be too large for the stack
    std::string pane;
    Codec<std::int64_t>::Encode(0, pane);
    Codec<Acc>::Encode(*accumulator, pane);
    Evolution evolution;
    evolution.defaults.push_back({"[]", std::move(pane)});
    internal::EvolutionWalk<Acc>::Visit("[].accumulator", evolution);
    return evolution;
  }
  static void Encode(const Value& value, std::string& out) {
    Codec<std::uint32_t>::Encode(value.slots.size(), out);
    for (const Pane<Acc>& pane : value.slots) {
      Codec<std::int64_t>::Encode(pane.start, out);
      Codec<Acc>::Encode(pane.accumulator, out);
    }
  }
  static bool Decode(std::string_view bytes, Value& value) {
    ByteReader in(bytes);
    const auto count = in.Fixed<std::uint32_t>();
    for (std::uint32_t i = 0; i < count && !in.failed(); ++i) {
      Pane<Acc> pane{in.Fixed<std::int64_t>(), {}};
      const bool follows = i == 0 || (value.slots.end() - 1)->start < pane.start;
      if (in.failed() || !follows || !Codec<Acc>::Decode(in, pane.accumulator)) return false;
      value.slots.Insert(std::move(pane));
    }
    return count > 0 && !in.failed() && in.remaining() == 0;
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
  void Clear() {
    buckets_.clear();
    last_ = nullptr;
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
