#include "common/config/option.h"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

namespace penstock {
namespace {

/// The value as a number that can be compared with the bounds; nothing if it is not of the type.
std::optional<double> Measure(const OptionSpec& spec, std::string_view text) {
  switch (spec.type) {
    case OptionType::kBool: return ParseBool(text) ? std::optional(0.0) : std::nullopt;
    case OptionType::kInt:
      if (auto value = ParseInt(text)) return static_cast<double>(*value);
      return std::nullopt;
    case OptionType::kDouble: return ParseDouble(text);
    case OptionType::kDuration:
      if (auto value = ParseDuration(text)) return static_cast<double>(value->count());
      return std::nullopt;
    case OptionType::kSize:
      if (auto value = ParseSize(text)) return static_cast<double>(value->bytes);
      return std::nullopt;
    case OptionType::kEnum:
      if (auto choice = ParseChoice(spec, text)) return static_cast<double>(*choice);
      return std::nullopt;
    case OptionType::kString:
      if (text.find('\0') != std::string_view::npos) return std::nullopt;
      return 0.0;
  }
  return std::nullopt;
}

std::string_view TypeName(const OptionSpec& spec) {
  switch (spec.type) {
    case OptionType::kBool: return "true or false";
    case OptionType::kInt: return "whole number";
    case OptionType::kDouble: return "number";
    case OptionType::kDuration: return "duration";
    case OptionType::kSize: return "size";
    case OptionType::kEnum: return "one of";
    case OptionType::kString: return "text";
  }
  return "text";
}

std::string_view ExampleOf(OptionType type) {
  switch (type) {
    case OptionType::kDuration: return " such as '500 ms', '10 s', '5 min' or '1 h'";
    case OptionType::kSize: return " such as '512m' or '2g'";
    default: return "";
  }
}

}  // namespace

std::vector<std::string_view> SplitList(std::string_view list) {
  std::vector<std::string_view> parts;
  while (!list.empty()) {
    const std::size_t bar = std::min(list.find('|'), list.size());
    parts.push_back(list.substr(0, bar));
    list.remove_prefix(std::min(bar + 1, list.size()));
  }
  return parts;
}

std::optional<std::size_t> ParseChoice(const OptionSpec& spec, std::string_view text) {
  const auto choices = SplitList(spec.choices);
  const auto found = std::find(choices.begin(), choices.end(), text);
  if (found == choices.end()) return std::nullopt;
  return static_cast<std::size_t>(found - choices.begin());
}

std::string DescribeType(const OptionSpec& spec) {
  std::string text(TypeName(spec));
  if (spec.type == OptionType::kEnum) {
    return fmt::format("{} {}", text, fmt::join(SplitList(spec.choices), ", "));
  }
  if (!spec.minimum.empty() && !spec.maximum.empty()) {
    return fmt::format("{} from {} to {}", text, spec.minimum, spec.maximum);
  }
  if (!spec.minimum.empty()) return fmt::format("{}, at least {}", text, spec.minimum);
  if (!spec.maximum.empty()) return fmt::format("{}, at most {}", text, spec.maximum);
  return text;
}

Status CheckValue(const OptionSpec& spec, std::string_view text) {
  const std::optional<double> measure = Measure(spec, text);
  const bool valid = measure.has_value() &&
                     (spec.minimum.empty() || *measure >= *Measure(spec, spec.minimum)) &&
                     (spec.maximum.empty() || *measure <= *Measure(spec, spec.maximum));
  if (valid) return {};
  return Status::InvalidArgument(fmt::format("{}: '{}' is not valid; it takes a {}{}", spec.key,
                                             text, DescribeType(spec), ExampleOf(spec.type)));
}

std::size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

}  // namespace penstock
