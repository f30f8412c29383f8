#include "cli/dashboard_command.h"

#include <boost/json.hpp>

#include "cli/exit_code.h"
#include "cli/shown_value.h"
#include "common/process.h"

namespace penstock {
namespace {

namespace json = boost::json;

/// Its output would mix with ours, and it may take as long as the browser.
Status OpenInBrowser(const std::string& url) {
  SpawnOptions spawn;
  spawn.argv = {"xdg-open", url};
  spawn.stdout_file = "/dev/null";
  spawn.stderr_file = "/dev/null";
  spawn.new_process_group = true;
  Result<ChildProcess> browser = ChildProcess::Spawn(spawn);
  if (!browser.ok()) {
    return Status::External("no browser can be opened: " + browser.status().message(),
                            "open the address above yourself");
  }
  browser->Detach();
  return {};
}

}  // namespace

std::string DashboardUrl(const CommandContext& context) {
  const std::string token = context.Token();
  return context.RestUrl() + "/" + (token.empty() ? "" : "#token=" + token);
}

int ShowDashboard(const CommandContext& context, bool open) {
  RestClient rest = context.Rest();
  rest.set_timeout(std::chrono::seconds(5));
  if (const auto answer = rest.Get("/overview"); !answer.ok()) {
    return Fail(context, answer.status());
  }
  const std::string url = DashboardUrl(context);
  if (!ShowValue(context, json::object{{"dashboard", url}}, {url})) context.console.Line(url);
  if (!open) return kExitDone;
  const Status opened = OpenInBrowser(url);
  return opened.ok() ? kExitDone : Fail(context, opened);
}

}  // namespace penstock
