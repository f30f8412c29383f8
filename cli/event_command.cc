#include "cli/event_command.h"

#include <thread>

#include <fmt/format.h>

#include "cli/exit_code.h"
#include "cli/interrupt.h"
#include "cli/job_commands.h"
#include "cli/json_fields.h"
#include "cli/shown_value.h"
#include "common/clock.h"
#include "common/logging.h"

namespace penstock {
namespace {

namespace json = boost::json;

constexpr auto kPollInterval = std::chrono::milliseconds(200);

Result<json::value> Fetch(const RestClient& rest, const std::string& job, std::int64_t since) {
  return rest.Get(fmt::format("/jobs/{}/events?since={}", job, since));
}

std::string TimeText(const json::value& event) {
  return FormatTime(Clock::WallTime(std::chrono::milliseconds(NumberField(event, "timestamp"))));
}

/// Wide enough for every kind, so that lines that come later fit.
std::string LineOf(const json::value& event) {
  return fmt::format("{:>5}  {}  {:<5}  {:<20}  {}", NumberField(event, "id"), TimeText(event),
                     TextField(event, "level"), TextField(event, "kind"),
                     TextField(event, "message"));
}

int ShowAll(const CommandContext& context, const json::array& events) {
  std::vector<std::string> names;
  for (const json::value& event : events) names.push_back(std::to_string(NumberField(event, "id")));
  if (ShowValue(context, events, names)) return kExitDone;
  Table table({"NO", "TIME", "LEVEL", "KIND", "MESSAGE"});
  for (const json::value& event : events) {
    table.Add({std::to_string(NumberField(event, "id")), TimeText(event), TextField(event, "level"),
               TextField(event, "kind"), TextField(event, "message")});
  }
  context.console.Raw(table.Render());
  return kExitDone;
}

/// One document of YAML each.
void ShowOne(const CommandContext& context, const json::value& event) {
  if (context.format == OutputFormat::kYaml) context.console.Line("---");
  if (ShowValue(context, event, {std::to_string(NumberField(event, "id"))})) return;
  context.console.Line(LineOf(event));
}

int Follow(const CommandContext& context, const RestClient& rest, const std::string& job,
           std::int64_t since) {
  CatchInterrupts();
  while (!Interrupted()) {
    const Result<json::value> answer = Fetch(rest, job, since);
    const bool away = !answer.ok() && answer.status().code() == ErrorCode::kUnavailable;
    if (!answer.ok() && !away) return Fail(context, answer.status());
    if (!away) {
      // A coordinator that has been restarted counts anew.
      const std::int64_t last = NumberField(*answer, "last");
      if (last < since) {
        since = 0;
        continue;
      }
      for (const json::value& event : ArrayField(*answer, "events")) ShowOne(context, event);
      since = std::max(since, last);
      if (HasEnded(TextField(*answer, "state"))) return kExitDone;
    }
    if (Status written = context.console.CheckOutput(); !written.ok())
      return Fail(context, written);
    std::this_thread::sleep_for(kPollInterval);
  }
  return kExitInterrupted;
}

}  // namespace

int ShowEvents(const CommandContext& context, const std::string& job, const EventRequest& request) {
  const RestClient rest = context.Rest();
  if (request.follow) return Follow(context, rest, job, request.since);
  const Result<json::value> answer = Fetch(rest, job, request.since);
  if (!answer.ok()) return Fail(context, answer.status());
  return ShowAll(context, ArrayField(*answer, "events"));
}

}  // namespace penstock
