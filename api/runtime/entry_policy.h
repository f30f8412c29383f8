#pragma once

#include <string>
#include <string_view>

#include "api/runtime/codec.h"
#include "api/runtime/entry_buffer.h"

namespace penstock {

/// How the value that a table keeps for a key becomes entries of a snapshot and back. This one: one
/// entry without a namespace. A policy for several entries adds one per namespace and gets them one
/// by one.
template <typename V>
struct SingleEntry {
  static_assert(!Codec<V>::kHoldsText,
                "a state must own its characters: use std::string instead of penstock::Text in it");
  /// No value owns heap memory.
  static constexpr bool kNoHeap = Codec<V>::kFixedSize;

  static void Save(const V& value, EntryBuffer& out) {
    out.Add([](std::string&) {}, [&](std::string& bytes) { Codec<V>::Encode(value, bytes); });
  }
  /// False when the bytes are not what Save writes.
  static bool Load(V& value, std::string_view space, std::string_view bytes) {
    ByteReader reader(bytes);
    return space.empty() && Codec<V>::Decode(reader, value) && reader.remaining() == 0;
  }
  static std::size_t HeapBytes(const V& value) { return Codec<V>::HeapBytes(value); }
};

}  // namespace penstock
