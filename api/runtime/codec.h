#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "api/runtime/arena.h"
#include "api/runtime/field_names.h"
#include "api/runtime/keyed_table.h"
#include "api/text.h"
#include "common/bytes.h"
#include "common/timestamp.h"

namespace penstock {

template <typename T>
struct Codec;

namespace internal {

[[gnu::cold]] inline std::string JoinFieldName(const std::string& prefix, std::string_view name) {
  return prefix.empty() ? std::string(name) : prefix + "." + std::string(name);
}

[[gnu::cold]] inline void DescribeLeaf(const std::string& prefix, std::string type,
                                       Fingerprint& out) {
  out.push_back({prefix.empty() ? "value" : prefix, std::move(type)});
}

/// The members of a Codec that follow from few others. `Derived` has, when kDirect: Size (unless
/// kFixedSize) and Write, which returns the end of what it wrote; otherwise EncodeParts. And: Get
/// when kFixedSize, which reads kSize bytes; otherwise Read.
template <typename T, typename Derived>
struct CodecMembers {
  static constexpr bool kHoldsText = false;
  static constexpr bool kHoldsFloat = false;
  static constexpr bool kDirect = true;

  static void Encode(const T& value, std::string& out) {
    if constexpr (Derived::kFixedSize) {
      char bytes[Derived::kSize + 1];
      Derived::Write(value, bytes);
      out.append(bytes, Derived::kSize);
    } else if constexpr (Derived::kDirect) {
      const std::size_t begin = out.size();
      out.resize(begin + Derived::Size(value));
      Derived::Write(value, out.data() + begin);
    } else {
      Derived::EncodeParts(value, out);
    }
  }
  /// Text views the input. False when it is too short.
  static bool Decode(ByteReader& in, T& value) {
    if constexpr (Derived::kFixedSize) {
      const std::string_view bytes = in.Bytes(Derived::kSize);
      if (in.failed()) return false;
      Derived::Get(bytes.data(), value);
      return true;
    } else {
      return Derived::Read(in, value);
    }
  }
  static bool DecodeInto(ByteReader& in, T& value, Arena& arena) {
    if (!Derived::Decode(in, value)) return false;
    Derived::AdoptText(value, arena);
    return true;
  }
  static std::size_t Size(const T&) { return Derived::kSize; }
  static std::size_t HeapBytes(const T&) { return 0; }
  static void AdoptText(T&, Arena&) {}
};

template <typename T>
inline constexpr bool kUnsupported = false;

template <typename T>
inline constexpr bool kIsNumber = std::is_arithmetic_v<T> && sizeof(T) <= 8;

template <typename T>
inline constexpr bool kIsPlainAggregate =
    std::is_class_v<T>&& std::is_aggregate_v<T> && !std::is_polymorphic_v<T>;

/// What Codec is for types without a specialisation of their own.
template <typename T>
struct DefaultCodec : CodecMembers<T, DefaultCodec<T>> {
  static_assert(
      kUnsupported<T>,
      "penstock cannot encode this type. Use numbers, bool, enums, std::string, "
      "penstock::Text, penstock::Timestamp, durations, std::optional, std::pair, std::tuple, "
      "std::vector, std::array, or a plain struct of these without base classes, "
      "constructors and private members; or write "
      "`template <> struct penstock::Codec<YourType> : penstock::CustomCodec<YourType>` "
      "(api/runtime/codec.h shows how)");
  static constexpr bool kFixedSize = true;
  static constexpr std::size_t kSize = 0;
  static char* Write(const T&, char* out) { return out; }
  static void Get(const char*, T&) {}
  [[gnu::cold]] static void Describe(const std::string&, Fingerprint&) {}
};

template <typename T>
[[gnu::cold]] std::string NumberName() {
  if constexpr (std::is_same_v<T, bool>) return "bool";
  const char* kind = std::is_floating_point_v<T> ? "f" : std::is_signed_v<T> ? "i" : "u";
  return kind + std::to_string(8 * sizeof(T));
}

/// Values that are their own little-endian bytes.
template <typename T, typename Derived>
struct RawCodec : CodecMembers<T, Derived> {
  static constexpr bool kFixedSize = true;
  static constexpr std::size_t kSize = sizeof(T);
  static char* Write(const T& value, char* out) {
    std::memcpy(out, &value, sizeof(T));
    return out + sizeof(T);
  }
  static void Get(const char* in, T& value) { std::memcpy(&value, in, sizeof(T)); }
};

template <typename T>
requires kIsNumber<T>
struct DefaultCodec<T> : RawCodec<T, DefaultCodec<T>> {
  static constexpr bool kHoldsFloat = std::is_floating_point_v<T>;
  static void Get(const char* in, T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      value = *in != 0;
    } else {
      std::memcpy(&value, in, sizeof(T));
    }
  }
  [[gnu::cold]] static void Describe(const std::string& prefix, Fingerprint& out) {
    DescribeLeaf(prefix, NumberName<T>(), out);
  }
};

template <typename T>
requires std::is_enum_v<T>
struct DefaultCodec<T> : RawCodec<T, DefaultCodec<T>> {
  [[gnu::cold]] static void Describe(const std::string& prefix, Fingerprint& out) {
    DescribeLeaf(prefix, "enum " + NumberName<std::underlying_type_t<T>>(), out);
  }
};

/// Products of fields: `Fields` has tie(value), a tuple of references, and name(index).
template <typename T, typename Fields, typename... F>
struct ProductCodec : CodecMembers<T, ProductCodec<T, Fields, F...>> {
  static constexpr bool kFixedSize = (Codec<F>::kFixedSize && ...);
  static constexpr bool kHoldsText = (Codec<F>::kHoldsText || ...);
  static constexpr bool kHoldsFloat = (Codec<F>::kHoldsFloat || ...);
  static constexpr bool kDirect = (Codec<F>::kDirect && ...);
  static constexpr std::size_t kSize = (Codec<F>::kSize + ... + 0);

  static std::size_t Size(const T& value) {
    return std::apply([](const auto&... field) { return (Codec<F>::Size(field) + ... + 0); },
                      Fields::tie(value));
  }
  static char* Write(const T& value, char* out) {
    std::apply([&](const auto&... field) { ((out = Codec<F>::Write(field, out)), ...); },
               Fields::tie(value));
    return out;
  }
  static void EncodeParts(const T& value, std::string& out) {
    std::apply([&](const auto&... field) { (Codec<F>::Encode(field, out), ...); },
               Fields::tie(value));
  }
  static void Get(const char* in, T& value) {
    std::apply([&](auto&... field) { ((Codec<F>::Get(in, field), in += Codec<F>::kSize), ...); },
               Fields::tie(value));
  }
  static bool Read(ByteReader& in, T& value) {
    return std::apply([&](auto&... field) { return (Codec<F>::Decode(in, field) && ...); },
                      Fields::tie(value));
  }
  static std::size_t HeapBytes(const T& value) {
    return std::apply([](const auto&... field) { return (Codec<F>::HeapBytes(field) + ... + 0); },
                      Fields::tie(value));
  }
  static void AdoptText(T& value, Arena& arena) {
    if constexpr (kHoldsText) {
      std::apply([&](auto&... field) { (Codec<F>::AdoptText(field, arena), ...); },
                 Fields::tie(value));
    }
  }
  [[gnu::cold]] static void Describe(const std::string& prefix, Fingerprint& out) {
    if (sizeof...(F) == 0) return DescribeLeaf(prefix, "empty", out);
    std::size_t index = 0;
    (Codec<F>::Describe(JoinFieldName(prefix, Fields::name(index++)), out), ...);
  }
};

template <typename T>
struct AggregateFields {
  static auto tie(T& value) { return boost::pfr::structure_tie(value); }
  static auto tie(const T& value) { return boost::pfr::structure_tie(value); }
  static std::string_view name(std::size_t index) {
    return Names(std::make_index_sequence<boost::pfr::tuple_size_v<T>>())[index];
  }

 private:
  template <std::size_t... I>
  static constexpr std::array<std::string_view, sizeof...(I)> Names(std::index_sequence<I...>) {
    return {FieldName<T, I>()...};
  }
};

template <typename T, typename Indices = std::make_index_sequence<boost::pfr::tuple_size_v<T>>>
struct AggregateCodec;
template <typename T, std::size_t... I>
struct AggregateCodec<T, std::index_sequence<I...>>
    : ProductCodec<T, AggregateFields<T>, boost::pfr::tuple_element_t<I, T>...> {};

template <typename T>
requires kIsPlainAggregate<T>
struct DefaultCodec<T> : AggregateCodec<T> {
};

struct PairFields {
  template <typename Pair>
  static auto tie(Pair& pair) {
    return std::tie(pair.first, pair.second);
  }
  static std::string_view name(std::size_t index) { return index == 0 ? "first" : "second"; }
};

struct TupleFields {
  template <typename Tuple>
  static auto tie(Tuple& tuple) {
    return std::apply([](auto&... field) { return std::tie(field...); }, tuple);
  }
  static std::string name(std::size_t index) { return std::to_string(index); }
};

}  // namespace internal

/// How values of type T become bytes and back: on the wire, in state, in snapshots
/// (docs/formats/codec.md). Little endian, fixed layout, no tags; Fingerprint says what the layout
/// is. Made by the compiler for everything that the message in DefaultCodec lists. Members, all
/// static, all pure:
///   kFixedSize           the encoded size is constant (kSize) and the value owns no heap memory
///   kHoldsText           there is a Text in it
///   Encode(value, out)   appends
///   Decode(in, value)    sets every part; Text views the input; false when the input is too short
///   DecodeInto(in, value, arena)   as Decode, but Text views the arena
///   Describe(prefix, out)          appends the list of (name, type)
///   HeapBytes(value)               memory beside sizeof(T), approximately
///   AdoptText(value, arena)        lets Text that views other memory view a copy in the arena
///   Size(value), Write(value, out) size of the encoded form; writes it. Only when kDirect.
template <typename T>
struct Codec : internal::DefaultCodec<T> {};

/// Base of a Codec that somebody writes for a type of their own:
///   template <> struct penstock::Codec<Money> : penstock::CustomCodec<Money> {
///     static constexpr const char* kTypeName = "money";   // change it when the layout changes
///     static void Encode(const Money& m, std::string& out) {
///       Codec<std::int64_t>::Encode(m.cents(), out);
///     }
///     static bool Decode(ByteReader& in, Money& m) {
///       m = Money(in.Fixed<std::int64_t>());
///       return !in.failed();
///     }
///   };
template <typename T>
struct CustomCodec {
  static constexpr bool kFixedSize = false;
  static constexpr bool kHoldsText = false;
  static constexpr bool kHoldsFloat = false;
  static constexpr bool kDirect = false;
  static constexpr std::size_t kSize = 0;

  static bool DecodeInto(ByteReader& in, T& value, Arena&) { return Codec<T>::Decode(in, value); }
  [[gnu::cold]] static void Describe(const std::string& prefix, Fingerprint& out) {
    internal::DescribeLeaf(prefix, Codec<T>::kTypeName, out);
  }
  static std::size_t HeapBytes(const T&) { return 0; }
  static void AdoptText(T&, Arena&) {}
};

template <>
struct Codec<Timestamp> : internal::RawCodec<Timestamp, Codec<Timestamp>> {
  [[gnu::cold]] static void Describe(const std::string& prefix, Fingerprint& out) {
    internal::DescribeLeaf(prefix, "timestamp", out);
  }
};

template <typename Rep, typename Period>
struct Codec<std::chrono::duration<Rep, Period>>
    : internal::RawCodec<std::chrono::duration<Rep, Period>,
                         Codec<std::chrono::duration<Rep, Period>>> {
  static constexpr bool kHoldsFloat = std::is_floating_point_v<Rep>;
  [[gnu::cold]] static void Describe(const std::string& prefix, Fingerprint& out) {
    internal::DescribeLeaf(prefix,
                           "duration " + internal::NumberName<Rep>() + " of " +
                               std::to_string(Period::num) + "/" + std::to_string(Period::den) +
                               " s",
                           out);
  }
};

template <>
struct Codec<std::string> : internal::CodecMembers<std::string, Codec<std::string>> {
  static constexpr bool kFixedSize = false;
  static constexpr std::size_t kSize = 0;
  static std::size_t Size(const std::string& value) { return sizeof(std::uint32_t) + value.size(); }
  static char* Write(std::string_view value, char* out) {
    const auto size = static_cast<std::uint32_t>(value.size());
    std::memcpy(out, &size, sizeof(size));
    if (size > 0) std::memcpy(out + sizeof(size), value.data(), size);
    return out + sizeof(size) + size;
  }
  static bool Read(ByteReader& in, std::string& value) {
    const std::string_view bytes = in.String();
    if (in.failed()) return false;
    value.assign(bytes);
    return true;
  }
  static std::size_t HeapBytes(const std::string& value) {
    return value.size() < sizeof(std::string) / 2 ? 0 : value.size();
  }
  [[gnu::cold]] static void Describe(const std::string& prefix, Fingerprint& out) {
    internal::DescribeLeaf(prefix, "string", out);
  }
};

/// The same bytes and the same description as a std::string.
template <>
struct Codec<Text> : internal::CodecMembers<Text, Codec<Text>> {
  static constexpr bool kFixedSize = false;
  static constexpr bool kHoldsText = true;
  static constexpr std::size_t kSize = 0;
  static std::size_t Size(const Text& value) { return sizeof(std::uint32_t) + value.size(); }
  static char* Write(const Text& value, char* out) {
    return Codec<std::string>::Write(value.view(), out);
  }
  static bool Read(ByteReader& in, Text& value) {
    const std::string_view bytes = in.String();
    if (in.failed()) return false;
    value = Text(bytes);
    return true;
  }
  static void AdoptText(Text& value, Arena& arena) {
    if (value.is_inline() || arena.Owns(value.view().data())) return;
    value = Text(arena.Copy(value.view()));
  }
  [[gnu::cold]] static void Describe(const std::string& prefix, Fingerprint& out) {
    internal::DescribeLeaf(prefix, "string", out);
  }
};

template <typename A, typename B>
struct Codec<std::pair<A, B>>
    : internal::ProductCodec<std::pair<A, B>, internal::PairFields, A, B> {};

template <typename... F>
struct Codec<std::tuple<F...>>
    : internal::ProductCodec<std::tuple<F...>, internal::TupleFields, F...> {};

/// One byte, 0 or 1, then the value if 1.
template <typename T>
struct Codec<std::optional<T>> : internal::CodecMembers<std::optional<T>, Codec<std::optional<T>>> {
  static constexpr bool kFixedSize = false;
  static constexpr bool kHoldsText = Codec<T>::kHoldsText;
  static constexpr bool kHoldsFloat = Codec<T>::kHoldsFloat;
  static constexpr bool kDirect = Codec<T>::kDirect;
  static constexpr std::size_t kSize = 0;

  static std::size_t Size(const std::optional<T>& value) {
    return value ? 1 + Codec<T>::Size(*value) : 1;
  }
  static char* Write(const std::optional<T>& value, char* out) {
    *out++ = value ? 1 : 0;
    return value ? Codec<T>::Write(*value, out) : out;
  }
  static void EncodeParts(const std::optional<T>& value, std::string& out) {
    out.push_back(value ? 1 : 0);
    if (value) Codec<T>::Encode(*value, out);
  }
  static bool Read(ByteReader& in, std::optional<T>& value) {
    const auto present = in.Fixed<std::uint8_t>();
    if (in.failed() || present > 1) return false;
    if (present == 0) {
      value.reset();
      return true;
    }
    if (!value) value.emplace();
    return Codec<T>::Decode(in, *value);
  }
  static std::size_t HeapBytes(const std::optional<T>& value) {
    return value ? Codec<T>::HeapBytes(*value) : 0;
  }
  static void AdoptText(std::optional<T>& value, Arena& arena) {
    if (kHoldsText && value) Codec<T>::AdoptText(*value, arena);
  }
  [[gnu::cold]] static void Describe(const std::string& prefix, Fingerprint& out) {
    internal::DescribeLeaf(prefix, "optional", out);
    Codec<T>::Describe(prefix + "?", out);
  }
};

/// 32-bit count, then the elements.
template <typename T>
struct Codec<std::vector<T>> : internal::CodecMembers<std::vector<T>, Codec<std::vector<T>>> {
  static constexpr bool kFixedSize = false;
  static constexpr bool kHoldsText = Codec<T>::kHoldsText;
  static constexpr bool kHoldsFloat = Codec<T>::kHoldsFloat;
  static constexpr bool kDirect = Codec<T>::kDirect;
  static constexpr std::size_t kSize = 0;

  static std::size_t Size(const std::vector<T>& value) {
    if constexpr (Codec<T>::kFixedSize) {
      return sizeof(std::uint32_t) + value.size() * Codec<T>::kSize;
    } else {
      std::size_t size = sizeof(std::uint32_t);
      for (const T& element : value) size += Codec<T>::Size(element);
      return size;
    }
  }
  static char* Write(const std::vector<T>& value, char* out) {
    const auto count = static_cast<std::uint32_t>(value.size());
    std::memcpy(out, &count, sizeof(count));
    out += sizeof(count);
    for (const auto& element : value) out = Codec<T>::Write(element, out);
    return out;
  }
  static void EncodeParts(const std::vector<T>& value, std::string& out) {
    ByteWriter(out).Fixed(static_cast<std::uint32_t>(value.size()));
    for (const auto& element : value) Codec<T>::Encode(element, out);
  }
  static bool Read(ByteReader& in, std::vector<T>& value) {
    const auto count = in.Fixed<std::uint32_t>();
    if (in.failed()) return false;
    if constexpr (std::is_same_v<T, bool>) {
      const std::string_view bytes = in.Bytes(count);
      if (in.failed()) return false;
      value.assign(bytes.begin(), bytes.end());
      return true;
    } else {
      // Elements are kept, with their memory; a damaged count must not allocate what isn't there.
      if (value.size() > count) value.resize(count);
      value.reserve(std::min<std::size_t>(count, in.remaining()));
      for (std::size_t i = 0; i < count; ++i) {
        if (i == value.size()) value.emplace_back();
        if (!Codec<T>::Decode(in, value[i])) return false;
      }
      return true;
    }
  }
  static std::size_t HeapBytes(const std::vector<T>& value) {
    std::size_t bytes = value.capacity() * sizeof(T);
    if constexpr (!Codec<T>::kFixedSize) {
      for (const T& element : value) bytes += Codec<T>::HeapBytes(element);
    }
    return bytes;
  }
  static void AdoptText(std::vector<T>& value, Arena& arena) {
    if constexpr (kHoldsText) {
      for (T& element : value) Codec<T>::AdoptText(element, arena);
    }
  }
  [[gnu::cold]] static void Describe(const std::string& prefix, Fingerprint& out) {
    internal::DescribeLeaf(prefix, "list", out);
    Codec<T>::Describe(prefix + "[]", out);
  }
};

/// The elements.
template <typename T, std::size_t N>
struct Codec<std::array<T, N>> : internal::CodecMembers<std::array<T, N>, Codec<std::array<T, N>>> {
  static constexpr bool kFixedSize = Codec<T>::kFixedSize;
  static constexpr bool kHoldsText = Codec<T>::kHoldsText;
  static constexpr bool kHoldsFloat = Codec<T>::kHoldsFloat;
  static constexpr bool kDirect = Codec<T>::kDirect;
  static constexpr std::size_t kSize = N * Codec<T>::kSize;

  static std::size_t Size(const std::array<T, N>& value) {
    std::size_t size = 0;
    for (const T& element : value) size += Codec<T>::Size(element);
    return size;
  }
  static char* Write(const std::array<T, N>& value, char* out) {
    for (const T& element : value) out = Codec<T>::Write(element, out);
    return out;
  }
  static void EncodeParts(const std::array<T, N>& value, std::string& out) {
    for (const T& element : value) Codec<T>::Encode(element, out);
  }
  static void Get(const char* in, std::array<T, N>& value) {
    for (std::size_t i = 0; i < N; ++i) Codec<T>::Get(in + i * Codec<T>::kSize, value[i]);
  }
  static bool Read(ByteReader& in, std::array<T, N>& value) {
    for (T& element : value) {
      if (!Codec<T>::Decode(in, element)) return false;
    }
    return true;
  }
  static std::size_t HeapBytes(const std::array<T, N>& value) {
    std::size_t bytes = 0;
    for (const T& element : value) bytes += Codec<T>::HeapBytes(element);
    return bytes;
  }
  static void AdoptText(std::array<T, N>& value, Arena& arena) {
    if constexpr (kHoldsText) {
      for (T& element : value) Codec<T>::AdoptText(element, arena);
    }
  }
  [[gnu::cold]] static void Describe(const std::string& prefix, Fingerprint& out) {
    internal::DescribeLeaf(prefix, "array of " + std::to_string(N), out);
    Codec<T>::Describe(prefix + "[]", out);
  }
};

/// True for types that records can be grouped by: encodable, and no floating point anywhere in them
/// (0.0 and -0.0, or two NaNs, would be equal and still differ as bytes).
template <typename K>
inline constexpr bool kIsKey = !Codec<K>::kHoldsFloat;

template <typename T>
std::string EncodeToString(const T& value) {
  std::string bytes;
  Codec<T>::Encode(value, bytes);
  return bytes;
}

/// The layout of T.
template <typename T>
Fingerprint FingerprintOf() {
  Fingerprint fields;
  Codec<T>::Describe("", fields);
  return fields;
}

}  // namespace penstock
