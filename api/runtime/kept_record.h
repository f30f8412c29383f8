#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "api/runtime/codec.h"

namespace penstock {

/// A record kept as state. One with Text views bytes of its own.
template <typename T>
struct KeptRecord {
  T record{};
  std::string text;

  /// `next` may view `text` and `record`.
  void Set(const T& next) {
    std::string encoded = EncodeToString(next);
    text.swap(encoded);
    ByteReader reader(text);
    Codec<T>::Decode(reader, record);
  }
};
template <typename T>
requires(!Codec<T>::kHoldsText) struct KeptRecord<T> {
  T record{};

  void Set(T next) { record = std::move(next); }
};

template <typename T>
struct KeptRecordValue {
  static constexpr bool kNoHeap = Codec<T>::kFixedSize;

  static void Encode(const KeptRecord<T>& value, std::string& out) {
    Codec<T>::Encode(value.record, out);
  }
  static bool Decode(std::string_view bytes, KeptRecord<T>& value) {
    ByteReader in(bytes);
    T record{};
    if (!Codec<T>::Decode(in, record) || in.remaining() != 0) return false;
    value.Set(std::move(record));
    return true;
  }
  static std::size_t HeapBytes(const KeptRecord<T>& value) {
    std::size_t bytes = Codec<T>::HeapBytes(value.record);
    if constexpr (Codec<T>::kHoldsText) bytes += value.text.capacity();
    return bytes;
  }
};

}  // namespace penstock
