#include "common/config/yaml.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

namespace penstock {
namespace {

/// Deeper than any key; an alias can make a file refer to itself.
constexpr int kDeepest = 16;

void Flatten(const YAML::Node& node, const std::string& prefix, int line, int depth,
             FlatYaml& out) {
  if (depth > kDeepest) {
    out.problems.push_back(fmt::format("{}: nested too deeply", line));
  } else if (node.IsMap()) {
    for (const auto& item : node) {
      const int item_line = item.first.Mark().line + 1;
      if (!item.first.IsScalar()) {
        out.problems.push_back(fmt::format("{}: a key must be plain text", item_line));
        continue;
      }
      const std::string& name = item.first.Scalar();
      Flatten(item.second, prefix.empty() ? name : prefix + "." + name, item_line, depth + 1, out);
    }
  } else if (node.IsScalar() && !prefix.empty()) {
    out.entries.push_back({prefix, node.Scalar(), line});
  } else if (prefix.empty()) {
    out.problems.push_back(fmt::format("{}: the file must consist of 'key: value' lines", line));
  } else if (node.IsSequence()) {
    out.problems.push_back(fmt::format("{}: '{}' takes one value, not a list", line, prefix));
  } else {
    out.problems.push_back(fmt::format("{}: '{}' has no value", line, prefix));
  }
}

}  // namespace

FlatYaml ParseFlatYaml(std::string_view text) {
  FlatYaml out;
  try {
    const YAML::Node root = YAML::Load(std::string(text));
    if (!root.IsNull()) Flatten(root, "", 1, 0, out);
  } catch (const YAML::Exception& error) {
    out.problems.push_back(fmt::format("{}: not YAML: {}", error.mark.line + 1, error.msg));
  }
  return out;
}

}  // namespace penstock
