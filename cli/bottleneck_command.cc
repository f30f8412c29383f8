#include "cli/bottleneck_command.h"

#include <fmt/format.h>

#include "cli/exit_code.h"
#include "cli/json_fields.h"
#include "cli/shown_value.h"

namespace penstock {
namespace {

namespace json = boost::json;

std::string BottleneckText(const json::value& found) {
  if (TextField(found, "vertex").empty())
    return "No task is a bottleneck: none is busy while others wait for it.\n";
  std::string text = fmt::format("bottleneck: {}, busy {:.0f} % of its time\n",
                                 TextField(found, "name"), 100 * RealField(found, "busy-ratio"));
  for (const char* sentence : {"reason", "hint"}) {
    const std::string said = TextField(found, sentence);
    if (!said.empty()) text += fmt::format("{}: {}\n", sentence, said);
  }
  return text;
}

std::string HolderText(const json::value& holder) {
  if (TextField(holder, "vertex").empty()) return "No watermark is held back.\n";
  const std::string split = TextField(holder, "split");
  std::string text =
      fmt::format("watermark held by: {}, subtask {}{}\n", TextField(holder, "name"),
                  NumberField(holder, "subtask"), split.empty() ? "" : ", split " + split);
  const std::int64_t lag = NumberField(holder, "lag", -1);
  text += fmt::format("it has not advanced for {}{}\n", HumanDuration(NumberField(holder, "since")),
                      lag < 0 ? "" : fmt::format(" and is {} behind", HumanDuration(lag)));
  const std::string reason = TextField(holder, "reason");
  return reason.empty() ? text : text + fmt::format("reason: {}\n", reason);
}

}  // namespace

std::string DescribeBottleneck(const json::value& answer) {
  return BottleneckText(MemberField(answer, "bottleneck")) + "\n" +
         HolderText(MemberField(answer, "watermark-holder"));
}

int ShowBottleneck(const CommandContext& context, const std::string& job) {
  const Result<json::value> answer = context.Rest().Get("/jobs/" + job + "/bottleneck");
  if (!answer.ok()) return Fail(context, answer.status());
  const std::string vertex = TextField(MemberField(*answer, "bottleneck"), "vertex");
  std::vector<std::string> names;
  if (!vertex.empty()) names.push_back(vertex);
  if (!ShowValue(context, *answer, names)) context.console.Raw(DescribeBottleneck(*answer));
  return kExitDone;
}

}  // namespace penstock
