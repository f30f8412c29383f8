#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "api/runtime/codec.h"
#include "api/runtime/entry_key.h"
#include "common/timestamp.h"

namespace penstock {

/// How the key of a map's element ends an entry key. Where kOrdered, the order of the bytes is that
/// of the values, which Less gives. This one, for types of no order: as their codec has them, in
/// the order of those bytes.
template <typename T>
struct OrderedKey {
  static constexpr bool kOrdered = false;

  static void Append(const T& value, std::string& out) { Codec<T>::Encode(value, out); }
  /// False when `bytes` are not exactly what Append writes.
  static bool Read(std::string_view bytes, T& value) {
    ByteReader in(bytes);
    return Codec<T>::Decode(in, value) && in.remaining() == 0;
  }
  static bool Less(const T& a, const T& b) { return EncodeToString(a) < EncodeToString(b); }
};

namespace internal {

/// Integers: big endian, the sign flipped, so that negative ones come first.
template <typename T>
struct OrderedInteger {
  static constexpr bool kOrdered = true;
  static constexpr unsigned kBits = 8 * sizeof(T);
  static constexpr std::uint64_t kSign =
      std::is_signed_v<T> ? std::uint64_t{1} << (kBits - 1) : std::uint64_t{0};

  static void Append(T value, std::string& out) {
    const std::uint64_t bits = static_cast<std::uint64_t>(value) ^ kSign;
    for (unsigned shift = kBits; shift > 0; shift -= 8) {
      out.push_back(static_cast<char>((bits >> (shift - 8)) & 0xff));
    }
  }
  static bool Read(std::string_view bytes, T& value) {
    if (bytes.size() != sizeof(T)) return false;
    std::uint64_t bits = 0;
    for (const char byte : bytes) bits = (bits << 8) | static_cast<unsigned char>(byte);
    value = static_cast<T>(bits ^ kSign);
    return true;
  }
  static bool Less(T a, T b) { return a < b; }
};

/// Types that are an integer to the codec, and for which To and From tell which.
template <typename T, typename Integer, Integer (*To)(const T&), T (*From)(Integer)>
struct OrderedAs {
  static constexpr bool kOrdered = true;

  static void Append(const T& value, std::string& out) {
    OrderedInteger<Integer>::Append(To(value), out);
  }
  static bool Read(std::string_view bytes, T& value) {
    Integer integer{};
    if (!OrderedInteger<Integer>::Read(bytes, integer)) return false;
    value = From(integer);
    return true;
  }
  static bool Less(const T& a, const T& b) { return To(a) < To(b); }
};

template <typename E>
constexpr std::underlying_type_t<E> ToUnderlying(const E& value) {
  return static_cast<std::underlying_type_t<E>>(value);
}
template <typename E>
constexpr E FromUnderlying(std::underlying_type_t<E> value) {
  return static_cast<E>(value);
}
template <typename D>
constexpr typename D::rep CountOf(const D& duration) {
  return duration.count();
}
template <typename D>
constexpr D DurationOf(typename D::rep count) {
  return D(count);
}
constexpr std::int64_t MillisOf(const Timestamp& time) { return time.millis; }
constexpr Timestamp TimestampOf(std::int64_t millis) { return {millis}; }

}  // namespace internal

template <typename T>
requires(std::integral<T> && sizeof(T) <= 8) struct OrderedKey<T> : internal::OrderedInteger<T> {
};
template <typename T>
requires std::is_enum_v<T>
struct OrderedKey<T> : internal::OrderedAs<T, std::underlying_type_t<T>, internal::ToUnderlying<T>,
                                           internal::FromUnderlying<T>> {
};
template <>
struct OrderedKey<Timestamp>
    : internal::OrderedAs<Timestamp, std::int64_t, internal::MillisOf, internal::TimestampOf> {};
template <std::integral Rep, typename Period>
struct OrderedKey<std::chrono::duration<Rep, Period>>
    : internal::OrderedAs<std::chrono::duration<Rep, Period>, Rep,
                          internal::CountOf<std::chrono::duration<Rep, Period>>,
                          internal::DurationOf<std::chrono::duration<Rep, Period>>> {};

/// The characters alone: nothing follows them.
template <>
struct OrderedKey<std::string> {
  static constexpr bool kOrdered = true;

  static void Append(const std::string& value, std::string& out) { out.append(value); }
  static bool Read(std::string_view bytes, std::string& value) {
    value.assign(bytes);
    return true;
  }
  static bool Less(const std::string& a, const std::string& b) { return a < b; }
};

}  // namespace penstock
