#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "api/runtime/codec.h"

namespace penstock {

/// A record with Text, and the bytes that its Text views.
template <typename T>
class OwnedRecord {
 public:
  OwnedRecord() = default;
  /// `record` may view any bytes.
  OwnedRecord(const T& record) {
    const std::string encoded = EncodeToString(record);
    Set(encoded);
  }
  OwnedRecord(const OwnedRecord& other) { Set(other.view()); }
  OwnedRecord(OwnedRecord&& other) noexcept = default;  // the bytes stay where they are
  OwnedRecord& operator=(const OwnedRecord& other) {
    if (this != &other) Set(other.view());
    return *this;
  }
  OwnedRecord& operator=(OwnedRecord&& other) noexcept = default;

  const T& record() const { return record_; }
  /// The encoded record; empty before there is one.
  std::string_view view() const { return {bytes_.data(), bytes_.size()}; }
  /// `encoded` is an encoded record, and not of this object.
  void Set(std::string_view encoded) {
    bytes_.assign(encoded.begin(), encoded.end());
    ByteReader reader(view());
    Codec<T>::Decode(reader, record_);
  }

 private:
  std::vector<char> bytes_;
  T record_{};
};

/// A record as state keeps it: T, unless it has Text.
template <typename T>
using Owned = std::conditional_t<Codec<T>::kHoldsText, OwnedRecord<T>, T>;

template <typename T>
const T& RecordOf(const OwnedRecord<T>& owned) {
  return owned.record();
}
template <typename T>
const T& RecordOf(const T& record) {
  return record;
}

/// The bytes of T.
template <typename T>
struct Codec<OwnedRecord<T>> : internal::CodecMembers<OwnedRecord<T>, Codec<OwnedRecord<T>>> {
  static constexpr bool kFixedSize = false;
  static constexpr bool kHoldsFloat = Codec<T>::kHoldsFloat;
  static constexpr bool kDirect = false;
  static constexpr std::size_t kSize = 0;

  static void EncodeParts(const OwnedRecord<T>& value, std::string& out) {
    Codec<T>::Encode(value.record(), out);
  }
  static bool Read(ByteReader& in, OwnedRecord<T>& value) {
    const std::string_view bytes = in.rest();
    T record{};
    if (!Codec<T>::Decode(in, record)) return false;
    value.Set(bytes.substr(0, bytes.size() - in.remaining()));
    return true;
  }
  static std::size_t HeapBytes(const OwnedRecord<T>& value) {
    return value.view().size() + Codec<T>::HeapBytes(value.record());
  }
  [[gnu::cold]] static void Describe(const std::string& prefix, Fingerprint& out) {
    Codec<T>::Describe(prefix, out);
  }
};

}  // namespace penstock
