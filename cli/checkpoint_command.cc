#include "cli/checkpoint_command.h"

#include <fmt/format.h>

#include "cli/exit_code.h"
#include "cli/json_fields.h"
#include "cli/shown_value.h"

namespace penstock {
namespace {

namespace json = boost::json;

std::string Bytes(const json::value& object, std::string_view key) {
  return HumanBytes(static_cast<std::uint64_t>(NumberField(object, key)));
}

std::string Millis(const json::value& object, std::string_view key) {
  return HumanDuration(NumberField(object, key));
}

std::string Headline(const json::value& detail) {
  std::string text = fmt::format(
      "Checkpoint {} is {}: {} of {} subtasks, {} new, {} in full, {}", NumberField(detail, "id"),
      TextField(detail, "status"), NumberField(detail, "num_acknowledged_subtasks"),
      NumberField(detail, "num_subtasks"), Bytes(detail, "checkpointed_size"),
      Bytes(detail, "state_size"), Millis(detail, "end_to_end_duration"));
  const std::string failure = TextField(detail, "failure_message");
  return failure.empty() ? text : text + "; " + failure;
}

void AddSubtasks(const json::value& vertex, Table& table) {
  for (const json::value& part : ArrayField(vertex, "subtasks")) {
    if (TextField(part, "status") != "completed") continue;
    const json::value& written = MemberField(part, "checkpoint");
    table.Add({fmt::format("{} ({}/{})", TextField(vertex, "name"), NumberField(part, "index") + 1,
                           NumberField(vertex, "num_subtasks")),
               Millis(part, "start_delay"), Millis(MemberField(part, "alignment"), "duration"),
               Millis(written, "sync"), Millis(written, "async"),
               Millis(part, "end_to_end_duration"), Bytes(part, "checkpointed_size"),
               Bytes(part, "state_size")});
  }
}

}  // namespace

int ShowCheckpoint(const CommandContext& context, const std::string& job,
                   const std::string& checkpoint) {
  Result<json::value> detail =
      context.Rest().Get("/jobs/" + job + "/checkpoints/details/" + checkpoint);
  if (!detail.ok()) return Fail(context, detail.status());
  if (ShowValue(context, *detail, {checkpoint})) return kExitDone;
  context.console.Message(Headline(*detail));
  Table table(
      {"SUBTASK", "START DELAY", "ALIGNMENT", "SYNC", "ASYNC", "END TO END", "NEW", "FULL"});
  if (const json::object* vertices = MemberField(*detail, "tasks").if_object()) {
    for (const auto& [id, vertex] : *vertices) AddSubtasks(vertex, table);
  }
  context.console.Raw(table.Render());
  return kExitDone;
}

}  // namespace penstock
