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

namespace penstock {

/// The key of one chunk of a key's list.
template <typename K>
struct ListKey {
  K key{};
  std::uint32_t chunk = 0;

  bool operator==(const ListKey& other) const {
    return chunk == other.chunk && KeysEqual(key, other.key);
  }
};

namespace internal {
struct ListKeyFields {
  template <typename Key>
  static auto tie(Key& key) {
    return std::tie(key.key, key.chunk);
  }
  static std::string_view name(std::size_t index) { return index == 0 ? "key" : "chunk"; }
};
}  // namespace internal

template <typename K>
struct Codec<ListKey<K>>
    : internal::ProductCodec<ListKey<K>, internal::ListKeyFields, K, std::uint32_t> {};

/// The chunk last, big endian, so that a scan meets a list's chunks in order.
template <typename K>
struct EntryKeyCodec<ListKey<K>> {
  static std::uint64_t Append(const ListKey<K>& key, std::string& out) {
    const std::uint64_t hash = EntryKeyCodec<K>::Append(key.key, out);
    AppendBigEndian32(out, key.chunk);
    return hash;
  }
  static bool Read(std::string_view bytes, ListKey<K>& key) {
    if (bytes.size() < sizeof(key.chunk)) return false;
    const std::size_t size = bytes.size() - sizeof(key.chunk);
    key.chunk = ReadBigEndian32(bytes.data() + size);
    return EntryKeyCodec<K>::Read(bytes.substr(0, size), key.key);
  }
};

template <typename K>
class KeyHasher<ListKey<K>> {
 public:
  std::uint64_t operator()(const ListKey<K>& key) {
    return CompositeHash(hasher_(key.key), key.chunk);
  }

 private:
  KeyHasher<K> hasher_;
};

}  // namespace penstock
