#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "api/runtime/codec.h"

namespace penstock {

/// How the value that a table keeps for a key becomes the value of an entry and back. This one: as
/// the type's codec has it.
template <typename V>
struct PlainValue {
  static_assert(!Codec<V>::kHoldsText,
                "a state must own its characters: use std::string instead of penstock::Text in it");
  /// No value owns heap memory.
  static constexpr bool kNoHeap = Codec<V>::kFixedSize;

  static void Encode(const V& value, std::string& out) { Codec<V>::Encode(value, out); }
  /// False when the bytes are not what Encode writes.
  static bool Decode(std::string_view bytes, V& value) {
    ByteReader in(bytes);
    return Codec<V>::Decode(in, value) && in.remaining() == 0;
  }
  static std::size_t HeapBytes(const V& value) { return Codec<V>::HeapBytes(value); }
};

}  // namespace penstock
