#include "cli/config_command.h"

#include <boost/json.hpp>
#include <fmt/format.h>

#include "cli/exit_code.h"
#include "cli/shown_value.h"
#include "common/config/options.h"

namespace penstock {
namespace {

namespace json = boost::json;

std::string OriginText(const Configuration::Entry& entry) {
  const std::string_view origin = ToString(entry.origin);
  return entry.where.empty() ? std::string(origin) : fmt::format("{}: {}", origin, entry.where);
}

std::vector<const OptionSpec*> OptionsWithPrefix(const std::string& prefix) {
  std::vector<const OptionSpec*> specs;
  for (const OptionSpec* spec : AllOptions()) {
    if (spec->key.starts_with(prefix)) specs.push_back(spec);
  }
  return specs;
}

std::vector<std::string> KeysOf(const std::vector<const OptionSpec*>& specs) {
  std::vector<std::string> keys;
  for (const OptionSpec* spec : specs) keys.emplace_back(spec->key);
  return keys;
}

Status UnknownKey(const std::string& key) {
  const std::string nearest = NearestKey(key);
  return Status::NotFound(
      "there is no option '" + key + "'",
      nearest.empty() ? "'penstock config get' lists all" : "did you mean " + nearest + "?");
}

std::string_view ScopeName(OptionScope scope) {
  switch (scope) {
    case OptionScope::kCluster: return "cluster";
    case OptionScope::kJob: return "job";
    case OptionScope::kSubmission: return "submission";
  }
  return "cluster";
}

json::array ReferenceToJson(const std::vector<const OptionSpec*>& specs) {
  json::array reference;
  for (const OptionSpec* spec : specs) {
    json::array aliases;
    for (const std::string_view alias : SplitList(spec->aliases)) aliases.emplace_back(alias);
    const bool computed = spec->computed_default != nullptr;
    reference.push_back(
        json::object{{"key", spec->key},
                     {"default", computed ? spec->default_note : spec->default_text},
                     {"value", DescribeType(*spec)},
                     {"scope", ScopeName(ScopeOf(*spec))},
                     {"description", spec->description},
                     {"aliases", std::move(aliases)}});
  }
  return reference;
}

}  // namespace

int ShowConfiguration(const CommandContext& context, const std::string& prefix, bool show_origin) {
  const std::vector<const OptionSpec*> specs = OptionsWithPrefix(prefix);
  if (specs.empty()) return Fail(context, UnknownKey(prefix));
  const bool wide = show_origin || context.format == OutputFormat::kWide;
  std::vector<std::string> header = {"KEY", "VALUE"};
  if (wide) header.emplace_back("ORIGIN");
  Table table(header);
  json::array values;
  for (const OptionSpec* spec : specs) {
    const Configuration::Entry entry = context.config.Find(*spec);
    std::vector<std::string> row = {std::string(spec->key), entry.value};
    if (wide) row.push_back(OriginText(entry));
    table.Add(std::move(row));
    values.push_back(json::object{{"key", spec->key},
                                  {"value", entry.value},
                                  {"origin", ToString(entry.origin)},
                                  {"where", entry.where}});
  }
  if (ShowValue(context, values, KeysOf(specs))) return kExitDone;
  context.console.Raw(table.Render());
  return kExitDone;
}

int ShowOptionReference(const CommandContext& context) {
  const std::vector<const OptionSpec*> specs = OptionsWithPrefix("");
  if (ShowValue(context, ReferenceToJson(specs), KeysOf(specs))) return kExitDone;
  context.console.Raw(RenderOptionReference());
  return kExitDone;
}

}  // namespace penstock
