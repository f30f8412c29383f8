#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace penstock {

/// An amount of memory or disk.
struct ByteSize {
  std::uint64_t bytes = 0;
  constexpr auto operator<=>(const ByteSize&) const = default;
};

/// Texts of configuration values, as Flink writes them. Parsers return nothing when the text is not
/// of that form or too large; surrounding blanks are ignored, units are case-insensitive.

/// "true" or "false".
std::optional<bool> ParseBool(std::string_view text);
std::optional<std::int64_t> ParseInt(std::string_view text);
/// Finite numbers only.
std::optional<double> ParseDouble(std::string_view text);
/// "500 ms", "10 s", "5 min", "1 h", "1 d", also spelled out; without a unit milliseconds.
std::optional<std::chrono::milliseconds> ParseDuration(std::string_view text);
/// "512m", "2 gb"; units b, k, m, g, t are powers of 1024; without a unit bytes.
std::optional<ByteSize> ParseSize(std::string_view text);

}  // namespace penstock
