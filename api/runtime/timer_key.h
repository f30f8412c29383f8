#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>

#include "api/runtime/codec.h"
#include "api/runtime/entry_key.h"
#include "api/runtime/key_traits.h"
#include "common/timestamp.h"

namespace penstock {

/// The key of a timer's entry: when it fires, and for which key of the stream.
template <typename K>
struct TimerKey {
  std::int64_t time;
  K key;

  bool operator==(const TimerKey& other) const {
    return time == other.time && KeysEqual(key, other.key);
  }
};

namespace internal {
struct TimerKeyFields {
  template <typename Key>
  static auto tie(Key& key) {
    return std::tie(key.time, key.key);
  }
  static std::string_view name(std::size_t index) { return index == 0 ? "time" : "key"; }
};
}  // namespace internal

template <typename K>
struct Codec<TimerKey<K>>
    : internal::ProductCodec<TimerKey<K>, internal::TimerKeyFields, std::int64_t, K> {};

/// Time first, so that a scan meets timers in the order of firing.
template <typename K>
struct EntryKeyCodec<TimerKey<K>> {
  static constexpr std::size_t kTimeBytes = 8;

  static std::uint64_t Append(const TimerKey<K>& key, std::string& out) {
    AppendOrdered64(out, key.time);
    return EntryKeyCodec<K>::Append(key.key, out);
  }
  static bool Read(std::string_view bytes, TimerKey<K>& key) {
    return bytes.size() >= kTimeBytes && ReadOrdered64(bytes.substr(0, kTimeBytes), key.time) &&
           EntryKeyCodec<K>::Read(bytes.substr(kTimeBytes), key.key);
  }
};

/// The upper half, which tells the key group, is that of the stream's key.
template <typename K>
class KeyHasher<TimerKey<K>> {
 public:
  std::uint64_t operator()(const TimerKey<K>& key) { return Of(hasher_(key.key), key.time); }
  static std::uint64_t Of(std::uint64_t key_hash, std::int64_t time) {
    const std::uint64_t mixed =
        (key_hash ^ static_cast<std::uint64_t>(time)) * 0x9e3779b97f4a7c15ULL;
    return (key_hash & 0xffffffff00000000ULL) | (mixed >> 32);
  }

 private:
  KeyHasher<K> hasher_;
};

}  // namespace penstock
