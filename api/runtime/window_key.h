#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>

#include "api/runtime/codec.h"
#include "api/runtime/composite_hash.h"
#include "api/runtime/entry_key.h"
#include "api/runtime/key_traits.h"
#include "api/window.h"

namespace penstock {

/// One window of one key.
template <typename K>
struct WindowKey {
  K key{};
  Window window{};

  bool operator==(const WindowKey& other) const {
    return window == other.window && KeysEqual(key, other.key);
  }
};

namespace internal {
struct WindowKeyFields {
  template <typename Key>
  static auto tie(Key& key) {
    return std::tie(key.key, key.window);
  }
  static std::string_view name(std::size_t index) { return index == 0 ? "key" : "window"; }
};
}  // namespace internal

template <typename K>
struct Codec<WindowKey<K>>
    : internal::ProductCodec<WindowKey<K>, internal::WindowKeyFields, K, Window> {};

/// The window last, as its codec encodes it.
template <typename K>
struct EntryKeyCodec<WindowKey<K>> {
  static std::uint64_t Append(const WindowKey<K>& key, std::string& out) {
    const std::uint64_t hash = EntryKeyCodec<K>::Append(key.key, out);
    Codec<Window>::Encode(key.window, out);
    return hash;
  }
  static bool Read(std::string_view bytes, WindowKey<K>& key) {
    if (bytes.size() < Codec<Window>::kSize) return false;
    const std::size_t size = bytes.size() - Codec<Window>::kSize;
    Codec<Window>::Get(bytes.data() + size, key.window);
    return EntryKeyCodec<K>::Read(bytes.substr(0, size), key.key);
  }
};

template <typename K>
class KeyHasher<WindowKey<K>> {
 public:
  std::uint64_t operator()(const WindowKey<K>& key) { return Of(hasher_(key.key), key.window); }
  static std::uint64_t Of(std::uint64_t key_hash, Window window) {
    const auto start = static_cast<std::uint64_t>(window.start.millis);
    const auto end = static_cast<std::uint64_t>(window.end.millis);
    return CompositeHash(key_hash, start * 0xff51afd7ed558ccdULL + end);
  }

 private:
  KeyHasher<K> hasher_;
};

namespace internal {

/// How windows stand in the description of a table's entry keys.
[[gnu::cold]] inline Fingerprint DescribeWindow() {
  Fingerprint fields;
  Codec<Window>::Describe("window", fields);
  return fields;
}

}  // namespace internal
}  // namespace penstock
