#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "api/runtime/codec.h"
#include "api/runtime/entry_key.h"
#include "common/key_group.h"

namespace penstock {

/// The key type of records T under the key function (a callable or a pointer to a member).
template <typename T, typename KeyFn>
using KeyOf = std::remove_cvref_t<std::invoke_result_t<const KeyFn&, const T&>>;

/// HashKey of the encoded key. Allocates nothing for keys of fixed size; for others it keeps one
/// buffer. One thread at a time.
template <typename K>
class KeyHasher {
  static_assert(
      kIsKey<K>,
      "a key must not contain floating-point numbers: 0.0 and -0.0 are equal and differ as "
      "bytes. Use an integer, for example the value in thousandths");

 public:
  std::uint64_t operator()(const K& key) {
    if constexpr (Codec<K>::kFixedSize) {
      return HashFixed(key);
    } else {
      buffer_.clear();
      Codec<K>::Encode(key, buffer_);
      return HashKey(buffer_);
    }
  }

 private:
  // Flattened: with the size known the hash function is a few instructions.
  [[gnu::flatten]] static std::uint64_t HashFixed(const K& key) requires(Codec<K>::kFixedSize) {
    char bytes[Codec<K>::kSize + 1];
    Codec<K>::Write(key, bytes);
    return HashKey(std::string_view(bytes, Codec<K>::kSize));
  }

  std::string buffer_;
};

/// A key as a table keeps it: owns its bytes. Constructed in place and never moved.
template <typename K>
class StoredKey {
 public:
  explicit StoredKey(const K& key) : key_(key) {}
  const K& key() const { return key_; }
  std::size_t HeapBytes() const { return Codec<K>::HeapBytes(key_); }

 private:
  K key_;
};

/// A key with Text views the encoded bytes beside it.
template <typename K>
requires(Codec<K>::kHoldsText) class StoredKey<K> {
 public:
  explicit StoredKey(const K& key) : encoded_(EncodeToString(key)) {
    ByteReader reader(encoded_);
    Codec<K>::Decode(reader, key_);
  }
  StoredKey(const StoredKey&) = delete;
  StoredKey& operator=(const StoredKey&) = delete;

  const K& key() const { return key_; }
  std::size_t HeapBytes() const { return encoded_.capacity(); }

 private:
  std::string encoded_;
  K key_;
};

/// Equality as the encoding sees it; the operator of the type where it has one.
template <typename K>
bool KeysEqual(const K& a, const K& b) {
  if constexpr (std::equality_comparable<K>) {
    return a == b;
  } else if constexpr (Codec<K>::kFixedSize) {
    char bytes[2][Codec<K>::kSize + 1];
    Codec<K>::Write(a, bytes[0]);
    Codec<K>::Write(b, bytes[1]);
    return std::string_view(bytes[0], Codec<K>::kSize) ==
           std::string_view(bytes[1], Codec<K>::kSize);
  } else {
    return EncodeToString(a) == EncodeToString(b);
  }
}

}  // namespace penstock
