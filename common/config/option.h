#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "common/config/value.h"
#include "common/status.h"

namespace penstock {

class Configuration;

enum class OptionType : unsigned char { kBool, kInt, kDouble, kString, kDuration, kSize, kEnum };

/// Everything known about one option, for checking, help and the reference. Lives forever.
struct OptionSpec {
  std::string_view key;
  /// One line: what it does.
  std::string_view description;
  /// As a user would write it. Unused when `computed_default` is set.
  std::string_view default_text{};
  /// For defaults that depend on the machine or on other options.
  std::string (*computed_default)(const Configuration&) = nullptr;
  /// Says in words what `computed_default` computes.
  std::string_view default_note{};
  /// Inclusive bounds in the option's own notation; empty for none.
  std::string_view minimum{};
  std::string_view maximum{};
  /// Enumerations: the words, separated by '|', in the order of the enumerators.
  std::string_view choices{};
  /// Other keys that mean this option, separated by '|', such as the name it has in older Flinks.
  std::string_view aliases{};
  OptionType type = OptionType::kString;  // set by Option<T>
};

/// An option whose value is a T: bool, std::int64_t, double, std::string,
/// std::chrono::milliseconds, ByteSize or an enumeration with consecutive enumerators from 0.
template <typename T>
struct Option {
  OptionSpec spec;

  constexpr Option(OptionSpec from) : spec(from) { spec.type = TypeOf(); }  // NOLINT: implicit

 private:
  static constexpr OptionType TypeOf() {
    if constexpr (std::is_enum_v<T>)
      return OptionType::kEnum;
    else if constexpr (std::is_same_v<T, bool>)
      return OptionType::kBool;
    else if constexpr (std::is_same_v<T, std::int64_t>)
      return OptionType::kInt;
    else if constexpr (std::is_same_v<T, double>)
      return OptionType::kDouble;
    else if constexpr (std::is_same_v<T, std::chrono::milliseconds>)
      return OptionType::kDuration;
    else if constexpr (std::is_same_v<T, ByteSize>)
      return OptionType::kSize;
    else {
      static_assert(std::is_same_v<T, std::string>, "not a type of configuration values");
      return OptionType::kString;
    }
  }
};

/// The parts of a list separated by '|'; none for an empty text.
std::vector<std::string_view> SplitList(std::string_view list);

/// Position of `text` among the choices of an enumeration.
std::optional<std::size_t> ParseChoice(const OptionSpec& spec, std::string_view text);

/// OK when `text` is a value of that option: right type, within its bounds.
Status CheckValue(const OptionSpec& spec, std::string_view text);

/// Such as "duration, at least 1 ms".
std::string DescribeType(const OptionSpec& spec);

/// Single-character insertions, deletions and replacements that turn one text into the other.
/// Source: Wagner and Fischer, "The String-to-String Correction Problem", 1974.
std::size_t EditDistance(std::string_view a, std::string_view b);

}  // namespace penstock
