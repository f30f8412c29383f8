#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/pfr/core.hpp>

#include "api/runtime/arena.h"
#include "api/runtime/field_names.h"
#include "api/text.h"
#include "common/timestamp.h"

namespace penstock {

inline constexpr std::size_t kMaxRecordFields = 128;

/// What a parser has to find for a field of a record.
enum class FieldKind : unsigned char { kBool, kSigned, kUnsigned, kFloat, kString, kTimestamp };

/// What it found; `kind` of the field says which member counts.
struct FieldValue {
  bool absent = false;       ///< Only for optional fields.
  std::int64_t integer = 0;  ///< kBool (0 or 1), kSigned, kTimestamp (milliseconds).
  std::uint64_t natural = 0;
  double real = 0;
  std::string_view text{};  ///< Valid until the setter returns.
};

/// A field of a record type, for parsers that don't know the type.
struct RecordField {
  std::string_view name;
  FieldKind kind = FieldKind::kString;
  bool optional = false;
  unsigned bits = 0;  ///< Width of numbers.
  /// Sets the field of `record`; bytes of a Text go into the arena. False when the number is out of
  /// the field's range.
  bool (*set)(void* record, const FieldValue& value, Arena& arena) = nullptr;
};

namespace internal {

template <typename T>
inline constexpr bool kNotReadable = false;

template <typename T>
struct Unwrapped {
  using type = T;
  static constexpr bool kOptional = false;
};
template <typename T>
struct Unwrapped<std::optional<T>> {
  using type = T;
  static constexpr bool kOptional = true;
};

template <typename F>
constexpr FieldKind KindOf() {
  if constexpr (std::is_same_v<F, bool>) {
    return FieldKind::kBool;
  } else if constexpr (std::is_enum_v<F>) {
    return KindOf<std::underlying_type_t<F>>();
  } else if constexpr (std::is_integral_v<F>) {
    return std::is_signed_v<F> ? FieldKind::kSigned : FieldKind::kUnsigned;
  } else if constexpr (std::is_same_v<F, double> || std::is_same_v<F, float>) {
    return FieldKind::kFloat;
  } else if constexpr (std::is_same_v<F, std::string> || std::is_same_v<F, Text>) {
    return FieldKind::kString;
  } else {
    static_assert(std::is_same_v<F, Timestamp> || kNotReadable<F>,
                  "a record that is read from a file may have fields of these types: integers, "
                  "float, double, bool, enums (as numbers), std::string, penstock::Text, "
                  "penstock::Timestamp, and std::optional of these; read into such a struct and "
                  "use map() to make yours");
    return FieldKind::kTimestamp;
  }
}

template <typename F>
bool SetInteger(F& field, const FieldValue& value) {
  using Limits = std::numeric_limits<F>;
  if constexpr (std::is_signed_v<F>) {
    if (value.integer < Limits::min() || value.integer > Limits::max()) return false;
    field = static_cast<F>(value.integer);
  } else {
    if (value.natural > Limits::max()) return false;
    field = static_cast<F>(value.natural);
  }
  return true;
}

template <typename F>
bool SetValue(F& field, const FieldValue& value, Arena& arena) {
  if constexpr (std::is_same_v<F, bool>) {
    field = value.integer != 0;
  } else if constexpr (std::is_enum_v<F>) {
    std::underlying_type_t<F> number{};
    if (!SetValue(number, value, arena)) return false;
    field = static_cast<F>(number);
  } else if constexpr (std::is_integral_v<F>) {
    return SetInteger(field, value);
  } else if constexpr (std::is_floating_point_v<F>) {
    field = static_cast<F>(value.real);
  } else if constexpr (std::is_same_v<F, std::string>) {
    field.assign(value.text);
  } else if constexpr (std::is_same_v<F, Text>) {
    field = value.text.size() <= Text::kInlineCapacity ? Text(value.text)
                                                       : Text(arena.Copy(value.text));
  } else {
    field = Timestamp{value.integer};
  }
  return true;
}

template <typename T, std::size_t I>
bool SetField(void* record, const FieldValue& value, Arena& arena) {
  auto& field = boost::pfr::get<I>(*static_cast<T*>(record));
  if constexpr (Unwrapped<std::decay_t<decltype(field)>>::kOptional) {
    if (value.absent) {
      field.reset();
      return true;
    }
    if (!field) field.emplace();
    return SetValue(*field, value, arena);
  } else {
    return SetValue(field, value, arena);
  }
}

template <typename T, std::size_t I>
RecordField FieldOf() {
  using Wrapped = boost::pfr::tuple_element_t<I, T>;
  using F = typename Unwrapped<Wrapped>::type;
  return {FieldName<T, I>(), KindOf<F>(), Unwrapped<Wrapped>::kOptional,
          static_cast<unsigned>(8 * sizeof(F)), &SetField<T, I>};
}

template <typename T, std::size_t... I>
std::vector<RecordField> FieldsOf(std::index_sequence<I...>) {
  return {FieldOf<T, I>()...};
}

}  // namespace internal

/// The fields of the plain struct T in their order, by the names of its declaration.
template <typename T>
std::vector<RecordField> RecordFieldsOf() {
  static_assert(std::is_aggregate_v<T> && std::is_class_v<T>,
                "records are read from a file into a plain struct; for lines of text use "
                "FileSource::text_lines");
  static_assert(boost::pfr::tuple_size_v<T> <= kMaxRecordFields,
                "a record that is read from a file may have up to 128 fields");
  return internal::FieldsOf<T>(std::make_index_sequence<boost::pfr::tuple_size_v<T>>());
}

}  // namespace penstock
