#include "cli/shown_value.h"

#include <algorithm>
#include <cctype>
#include <string_view>

#include <boost/json.hpp>

namespace penstock {
namespace {

namespace json = boost::json;

/// Whether YAML reads the text, without quotes, as that very text.
bool IsPlain(std::string_view text) {
  constexpr std::string_view kWords[] = {"true", "false", "null", "yes", "no",
                                         "on",   "off",   "y",    "n"};
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (std::find(std::begin(kWords), std::end(kWords), lower) != std::end(kWords)) return false;
  const auto letter = [](unsigned char c) { return std::isalpha(c) != 0 || c == '_' || c == '/'; };
  const auto inner = [&](unsigned char c) {
    return letter(c) || std::isdigit(c) != 0 || c == '-' || c == '.';
  };
  return !text.empty() && letter(static_cast<unsigned char>(text.front())) &&
         std::all_of(text.begin(), text.end(), inner);
}

std::string Scalar(const json::value& value) {
  // In quotes YAML is JSON.
  if (!value.is_string()) return json::serialize(value);
  const std::string_view text = value.get_string();
  return IsPlain(text) ? std::string(text) : json::serialize(value);
}

bool IsNested(const json::value& value) {
  return (value.is_object() && !value.get_object().empty()) ||
         (value.is_array() && !value.get_array().empty());
}

/// Appends a value that stands at `indent`; the first line is begun already.
void Append(const json::value& value, std::size_t indent, std::string& out) {
  if (!IsNested(value)) {
    out += Scalar(value) + "\n";
    return;
  }
  bool first = true;
  const auto begin_line = [&] {
    if (!first) out.append(indent, ' ');
    first = false;
  };
  if (const json::array* array = value.if_array()) {
    for (const json::value& element : *array) {
      begin_line();
      out += "- ";
      Append(element, indent + 2, out);
    }
    return;
  }
  for (const auto& member : value.get_object()) {
    begin_line();
    out += Scalar(json::value(member.key())) + ":";
    if (IsNested(member.value())) {
      out += "\n" + std::string(indent + 2, ' ');
    } else {
      out += " ";
    }
    Append(member.value(), indent + 2, out);
  }
}

}  // namespace

std::string ToYaml(const json::value& value) {
  std::string out;
  Append(value, 0, out);
  return out;
}

bool ShowValue(const CommandContext& context, const json::value& value,
               const std::vector<std::string>& names) {
  switch (context.format) {
    case OutputFormat::kJson: context.console.Line(json::serialize(value)); return true;
    case OutputFormat::kYaml: context.console.Raw(ToYaml(value)); return true;
    case OutputFormat::kName:
      for (const std::string& name : names) context.console.Line(name);
      return true;
    case OutputFormat::kTable:
    case OutputFormat::kWide: return false;
  }
  return false;
}

}  // namespace penstock
