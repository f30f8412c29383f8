#include "common/config/value.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <initializer_list>
#include <limits>
#include <span>

namespace penstock {
namespace {

struct Unit {
  std::string_view symbol;
  std::int64_t factor;
  std::initializer_list<std::string_view> names;
};

const std::array<Unit, 5> kDurationUnits{{
    {"d", 86'400'000, {"d", "day", "days"}},
    {"h", 3'600'000, {"h", "hour", "hours"}},
    {"min", 60'000, {"min", "m", "minute", "minutes"}},
    {"s", 1000, {"s", "sec", "secs", "second", "seconds"}},
    {"ms", 1, {"", "ms", "milli", "millis", "millisecond", "milliseconds"}},
}};

const std::array<Unit, 5> kSizeUnits{{
    {"t", 1LL << 40, {"t", "tb", "tib"}},
    {"g", 1LL << 30, {"g", "gb", "gib"}},
    {"m", 1LL << 20, {"m", "mb", "mib"}},
    {"k", 1LL << 10, {"k", "kb", "kib"}},
    {"", 1, {"", "b", "bytes"}},
}};

std::string_view Trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

template <typename T>
std::optional<T> ParseNumber(std::string_view text) {
  text = Trimmed(text);
  T value{};
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// A non-negative whole number with a unit, in the smallest unit.
std::optional<std::int64_t> ParseWithUnit(std::string_view text, std::span<const Unit> units) {
  text = Trimmed(text);
  std::int64_t amount = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), amount);
  if (error != std::errc() || amount < 0) return std::nullopt;
  std::string unit(Trimmed(text.substr(static_cast<std::size_t>(end - text.data()))));
  std::transform(unit.begin(), unit.end(), unit.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const Unit& known : units) {
    if (std::find(known.names.begin(), known.names.end(), unit) == known.names.end()) continue;
    std::int64_t product = 0;
    if (__builtin_mul_overflow(amount, known.factor, &product)) return std::nullopt;
    return product;
  }
  return std::nullopt;
}

}  // namespace

std::optional<bool> ParseBool(std::string_view text) {
  text = Trimmed(text);
  if (text == "true") return true;
  if (text == "false") return false;
  return std::nullopt;
}

std::optional<std::int64_t> ParseInt(std::string_view text) {
  return ParseNumber<std::int64_t>(text);
}

std::optional<double> ParseDouble(std::string_view text) {
  std::optional<double> value = ParseNumber<double>(text);
  return value && std::isfinite(*value) ? value : std::nullopt;
}

std::optional<std::chrono::milliseconds> ParseDuration(std::string_view text) {
  const auto millis = ParseWithUnit(text, kDurationUnits);
  // Nanoseconds since some start must not overflow in anybody's arithmetic.
  constexpr std::int64_t kLongest = std::numeric_limits<std::int64_t>::max() / 4'000'000;
  if (!millis || *millis > kLongest) return std::nullopt;
  return std::chrono::milliseconds(*millis);
}

std::optional<ByteSize> ParseSize(std::string_view text) {
  const auto bytes = ParseWithUnit(text, kSizeUnits);
  if (!bytes) return std::nullopt;
  return ByteSize{static_cast<std::uint64_t>(*bytes)};
}

}  // namespace penstock
