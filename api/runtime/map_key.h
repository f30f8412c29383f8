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
#include "api/runtime/ordered_key.h"

namespace penstock {

/// The key of one element of a key's map.
template <typename K, typename UK>
struct MapKey {
  K key{};
  UK element{};

  bool operator==(const MapKey& other) const {
    return KeysEqual(element, other.element) && KeysEqual(key, other.key);
  }
};

namespace internal {
struct MapKeyFields {
  template <typename Key>
  static auto tie(Key& key) {
    return std::tie(key.key, key.element);
  }
  static std::string_view name(std::size_t index) { return index == 0 ? "key" : "element"; }
};
}  // namespace internal

template <typename K, typename UK>
struct Codec<MapKey<K, UK>> : internal::ProductCodec<MapKey<K, UK>, internal::MapKeyFields, K, UK> {
};

/// The element last, so that a scan meets the elements of a key in order.
template <typename K, typename UK>
struct EntryKeyCodec<MapKey<K, UK>> {
  static std::uint64_t Append(const MapKey<K, UK>& key, std::string& out) {
    const std::uint64_t hash = EntryKeyCodec<K>::Append(key.key, out);
    OrderedKey<UK>::Append(key.element, out);
    return hash;
  }
  static bool Read(std::string_view bytes, MapKey<K, UK>& key) {
    ByteReader in(bytes);
    return Codec<K>::Decode(in, key.key) && OrderedKey<UK>::Read(in.rest(), key.element);
  }
};

template <typename K, typename UK>
class KeyHasher<MapKey<K, UK>> {
 public:
  std::uint64_t operator()(const MapKey<K, UK>& key) { return Of(hasher_(key.key), key.element); }
  std::uint64_t Of(std::uint64_t key_hash, const UK& element) {
    return CompositeHash(key_hash, element_hasher_(element));
  }

 private:
  KeyHasher<K> hasher_;
  KeyHasher<UK> element_hasher_;
};

}  // namespace penstock
