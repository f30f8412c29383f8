#include "cli/checkpoint_progress.h"

#include <fmt/format.h>

#include "cli/json_fields.h"

namespace penstock {

std::string CheckpointProgress(const boost::json::value& checkpoints) {
  for (const boost::json::value& checkpoint : ArrayField(checkpoints, "history")) {
    if (TextField(checkpoint, "status") != "IN_PROGRESS") continue;
    const bool savepoint = TextField(checkpoint, "checkpoint_type") == "SAVEPOINT";
    std::string text = fmt::format(
        "{} {}: {} of {} tasks acknowledged", savepoint ? "savepoint" : "checkpoint",
        NumberField(checkpoint, "id"), NumberField(checkpoint, "num_acknowledged_subtasks"),
        NumberField(checkpoint, "num_subtasks"));
    const auto bytes = static_cast<std::uint64_t>(NumberField(checkpoint, "state_size"));
    return bytes == 0 ? text : text + ", " + HumanBytes(bytes);
  }
  return "";
}

std::string CheckpointProgress(const CommandContext& context, const RestClient& rest,
                               const std::string& job) {
  if (!context.console.interactive()) return "";
  const auto checkpoints = rest.Get("/jobs/" + job + "/checkpoints");
  return checkpoints.ok() ? CheckpointProgress(*checkpoints) : "";
}

}  // namespace penstock
