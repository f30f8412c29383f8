#include "cli/config_command.h"

#include <fmt/format.h>

#include "cli/exit_code.h"
#include "common/config/options.h"

namespace penstock {
namespace {

std::string OriginText(const Configuration::Entry& entry) {
  const std::string_view origin = ToString(entry.origin);
  return entry.where.empty() ? std::string(origin) : fmt::format("{}: {}", origin, entry.where);
}

}  // namespace

int ShowConfiguration(const CommandContext& context, const std::string& prefix, bool show_origin) {
  std::vector<std::string> header = {"KEY", "VALUE"};
  if (show_origin) header.emplace_back("ORIGIN");
  Table table(header);
  std::size_t shown = 0;
  for (const OptionSpec* spec : AllOptions()) {
    if (!spec->key.starts_with(prefix)) continue;
    const Configuration::Entry entry = context.config.Find(*spec);
    std::vector<std::string> row = {std::string(spec->key), entry.value};
    if (show_origin) row.push_back(OriginText(entry));
    table.Add(std::move(row));
    ++shown;
  }
  if (shown == 0) {
    const std::string nearest = NearestKey(prefix);
    const Status unknown = Status::NotFound(
        "there is no option '" + prefix + "'",
        nearest.empty() ? "'penstock config get' lists all" : "did you mean " + nearest + "?");
    context.console.Error(unknown);
    return ExitCodeOf(unknown);
  }
  context.console.Raw(table.Render());
  return kExitDone;
}

int ShowOptionReference(const CommandContext& context) {
  context.console.Raw(RenderOptionReference());
  return kExitDone;
}

}  // namespace penstock
