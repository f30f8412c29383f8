#pragma once

#include <charconv>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <boost/pfr/core.hpp>

#include "api/runtime/field_names.h"
#include "api/text.h"
#include "common/timestamp.h"
#include "connectors/file/json_text.h"
#include "connectors/file/time_format.h"

namespace penstock::internal {

template <typename T>
inline constexpr bool kNotWritable = false;

template <typename F>
inline constexpr bool kIsText = std::is_same_v<F, std::string> || std::is_same_v<F, Text>;

template <typename F>
inline constexpr bool kIsOptional = false;
template <typename F>
inline constexpr bool kIsOptional<std::optional<F>> = true;

/// Numbers, bool and enums (as numbers); floating point in the shortest form that reads back the
/// same.
template <typename F>
void AppendScalar(F value, std::string& out) {
  if constexpr (std::is_same_v<F, bool>) {
    out += value ? "true" : "false";
  } else if constexpr (std::is_enum_v<F>) {
    AppendScalar(static_cast<std::underlying_type_t<F>>(value), out);
  } else {
    static_assert(std::is_arithmetic_v<F> || kNotWritable<F>,
                  "a row that is written to a file may have fields of these types: numbers, bool, "
                  "enums (as numbers), std::string, penstock::Text, penstock::Timestamp, and "
                  "std::optional of these; use map() to make such a row");
    char digits[64];
    char* const end = std::to_chars(digits, digits + sizeof(digits), value).ptr;
    out.append(digits, end);
  }
}

/// RFC 4180: in quotes when it must be, or when it is empty, which would read as absent.
inline void AppendCsvText(std::string_view text, char delimiter, std::string& out) {
  const char special[] = {delimiter, '"', '\n', '\r'};
  if (!text.empty() && text.find_first_of({special, sizeof(special)}) == std::string_view::npos) {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

template <typename F>
void AppendCsvField(const F& field, char delimiter, std::string& out) {
  if constexpr (kIsOptional<F>) {
    if (field) AppendCsvField(*field, delimiter, out);
  } else if constexpr (kIsText<F>) {
    AppendCsvText(field, delimiter, out);
  } else if constexpr (std::is_same_v<F, Timestamp>) {
    AppendIso8601(field, out);
  } else {
    AppendScalar(field, out);
  }
}

template <typename F>
void AppendJsonField(const F& field, std::string& out) {
  if constexpr (kIsOptional<F>) {
    field ? AppendJsonField(*field, out) : void(out += "null");
  } else if constexpr (kIsText<F>) {
    AppendJsonString(field, out);
  } else if constexpr (std::is_same_v<F, Timestamp>) {
    out += '"';
    AppendIso8601(field, out);
    out += '"';
  } else if constexpr (std::is_floating_point_v<F>) {
    std::isfinite(field) ? AppendScalar(field, out) : void(out += "null");
  } else {
    AppendScalar(field, out);
  }
}

template <typename T, typename Fn>
void ForEachField(const T& row, Fn fn) {
  static_assert(std::is_aggregate_v<T> && std::is_class_v<T>,
                "rows are written to a file from a plain struct; for lines of text use "
                "FileSink::text");
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    (fn(FieldName<T, I>(), boost::pfr::get<I>(row), I), ...);
  }
  (std::make_index_sequence<boost::pfr::tuple_size_v<T>>());
}

template <typename T>
std::string CsvHeader(char delimiter) {
  std::string header;
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    ((header += (I == 0 ? "" : std::string(1, delimiter)), header += FieldName<T, I>()), ...);
  }
  (std::make_index_sequence<boost::pfr::tuple_size_v<T>>());
  return header + '\n';
}

template <typename T>
void AppendCsvRow(const T& row, char delimiter, std::string& out) {
  ForEachField(row, [&](std::string_view, const auto& field, std::size_t index) {
    if (index > 0) out += delimiter;
    AppendCsvField(field, delimiter, out);
  });
  out += '\n';
}

template <typename T>
void AppendJsonRow(const T& row, std::string& out) {
  ForEachField(row, [&](std::string_view name, const auto& field, std::size_t index) {
    out += index == 0 ? "{\"" : ",\"";
    out += name;
    out += "\":";
    AppendJsonField(field, out);
  });
  out += "}\n";
}

}  // namespace penstock::internal
