#pragma once

#include <charconv>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>

#include "common/timestamp.h"

namespace penstock::internal {

// Values of job arguments: their types, as text, and from text.

template <typename T>
struct IsDuration : std::false_type {};
template <typename Rep, typename Period>
struct IsDuration<std::chrono::duration<Rep, Period>> : std::true_type {};

/// What an argument whose default is a T is: string literals are text.
template <typename T>
using ArgumentType = std::conditional_t<std::is_convertible_v<T, std::string>, std::string, T>;

template <typename T>
constexpr const char* ArgumentTypeName() {
  if constexpr (std::is_same_v<T, std::string>) {
    return "text";
  } else if constexpr (std::is_same_v<T, bool>) {
    return "true|false";
  } else if constexpr (std::is_integral_v<T>) {
    return "integer";
  } else if constexpr (std::is_floating_point_v<T>) {
    return "number";
  } else {
    static_assert(IsDuration<T>::value,
                  "an argument is a std::string, bool, integer, floating point number or duration; "
                  "read it as std::string and convert it yourself");
    return "duration";
  }
}

/// As its user would write it.
template <typename T>
[[gnu::cold]] std::string ShowArgument(const T& value) {
  if constexpr (std::is_same_v<T, std::string>) {
    return value;
  } else if constexpr (std::is_same_v<T, bool>) {
    return value ? "true" : "false";
  } else if constexpr (IsDuration<T>::value) {
    return FormatDuration(std::chrono::duration_cast<Millis>(value));
  } else if constexpr (std::is_floating_point_v<T>) {
    char shortest[64];
    return {shortest, std::to_chars(shortest, shortest + sizeof(shortest), value).ptr};
  } else {
    return std::to_string(value);
  }
}

/// A number itself, a duration in milliseconds; exact for every integer.
template <typename T>
constexpr long double Measure(const T& value) {
  if constexpr (IsDuration<T>::value) {
    return std::chrono::duration<long double, std::milli>(value).count();
  } else {
    return static_cast<long double>(value);
  }
}

// Each returns false when the text is no value of that type.

inline bool ParseArgument(std::string_view text, std::string& value) {
  value = text;
  return true;
}
inline bool ParseArgument(std::string_view text, bool& value) {
  value = text == "true";
  return value || text == "false";
}
template <typename T>
requires std::is_arithmetic_v<T>
[[gnu::cold]] bool ParseArgument(std::string_view text, T& value) {
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && rest == end;
}

/// Milliseconds of a unit; 0 when there is no such unit.
inline std::int64_t MillisOfUnit(std::string_view unit) {
  if (unit == "ms") return 1;
  if (unit == "s") return 1000;
  if (unit == "min" || unit == "m") return 60 * 1000;
  if (unit == "h") return 60 * 60 * 1000;
  if (unit == "d") return 24 * 60 * 60 * 1000;
  return 0;
}
inline bool ParseMillis(std::string_view text, Millis& value) {
  std::int64_t count = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, count);
  if (error != std::errc()) return false;
  std::string_view unit(rest, static_cast<std::size_t>(end - rest));
  while (!unit.empty() && unit.front() == ' ') unit.remove_prefix(1);
  const std::int64_t millis = MillisOfUnit(unit);
  std::int64_t total = 0;
  if (millis == 0 || __builtin_mul_overflow(count, millis, &total)) return false;
  value = Millis(total);
  return true;
}
template <typename Rep, typename Period>
[[gnu::cold]] bool ParseArgument(std::string_view text, std::chrono::duration<Rep, Period>& value) {
  Millis millis{0};
  if (!ParseMillis(text, millis)) return false;
  value = std::chrono::duration_cast<std::chrono::duration<Rep, Period>>(millis);
  return true;
}

}  // namespace penstock::internal
