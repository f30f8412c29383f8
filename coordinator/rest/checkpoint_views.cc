// The part of job_views.h about checkpoints.

#include <algorithm>

#include "common/file_system.h"
#include "coordinator/rest/job_views.h"

namespace penstock {
namespace {

namespace json = boost::json;

json::object RecordOf(const JobMaster& job, const CheckpointRecord& record) {
  json::object object{{"className", record.status == CheckpointStatus::kCompleted ? "completed"
                                    : record.status == CheckpointStatus::kFailed  ? "failed"
                                                                                  : "in_progress"},
                      {"id", record.id.value()},
                      {"status", ToString(record.status)},
                      {"is_savepoint", record.savepoint},
                      {"final", record.final},
                      {"trigger_timestamp", record.trigger_millis},
                      {"latest_ack_timestamp", record.latest_ack_millis},
                      {"checkpointed_size", record.bytes},
                      {"state_size", record.bytes},
                      {"end_to_end_duration", record.duration_millis},
                      {"num_subtasks", record.tasks},
                      {"num_acknowledged_subtasks", record.acknowledged.size()},
                      {"checkpoint_type", record.savepoint ? "SAVEPOINT" : "CHECKPOINT"},
                      {"tasks", json::object()}};
  if (record.status == CheckpointStatus::kCompleted) {
    object["external_path"] =
        record.savepoint_path.empty()
            ? job.options().checkpoint_directory + "/completed/" + ToString(record.id)
            : record.savepoint_path;
    object["discarded"] = false;
  }
  if (record.status == CheckpointStatus::kFailed) {
    object["failure_timestamp"] = record.end_millis;
    object["failure_message"] = record.failure;
  }
  return object;
}

template <typename Field>
json::object Summary(const CheckpointStatistics& statistics, Field field) {
  std::int64_t least = 0;
  std::int64_t most = 0;
  std::int64_t sum = 0;
  std::int64_t count = 0;
  for (const CheckpointRecord& record : statistics.history()) {
    if (record.status != CheckpointStatus::kCompleted) continue;
    const auto value = static_cast<std::int64_t>(field(record));
    least = count == 0 ? value : std::min(least, value);
    most = std::max(most, value);
    sum += value;
    ++count;
  }
  return {{"min", least}, {"max", most}, {"avg", count == 0 ? 0 : sum / count}};
}

/// Checkpoints lie in <job>/completed/<id>, savepoints elsewhere.
bool IsSavepoint(const std::string& directory) {
  return !ParentPath(directory).ends_with("/completed");
}

json::value Optional(const JobMaster& job, const std::optional<CheckpointRecord>& record) {
  return record ? json::value(RecordOf(job, *record)) : json::value();
}

}  // namespace

json::object JobCheckpoints(const JobMaster& job) {
  const CheckpointStatistics& statistics = job.checkpoints().statistics();
  const std::uint64_t in_progress = job.checkpoints().in_flight() ? 1 : 0;
  json::array history;
  if (const CheckpointRecord* current = job.checkpoints().current()) {
    history.push_back(RecordOf(job, *current));
  }
  for (auto record = statistics.history().rbegin(); record != statistics.history().rend();
       ++record) {
    history.push_back(RecordOf(job, *record));
  }
  json::value restored;
  if (statistics.restored > 0 && statistics.restored_checkpoint != CheckpointId()) {
    restored = json::object{{"id", statistics.restored_checkpoint.value()},
                            {"restore_timestamp", statistics.restored_millis},
                            {"is_savepoint", IsSavepoint(statistics.restored_directory)},
                            {"external_path", statistics.restored_directory}};
  }
  return {{"counts", json::object{{"restored", statistics.restored},
                                  {"total", statistics.completed + statistics.failed + in_progress},
                                  {"in_progress", in_progress},
                                  {"completed", statistics.completed},
                                  {"failed", statistics.failed}}},
          {"summary",
           json::object{
               {"checkpointed_size", Summary(statistics, [](const auto& r) { return r.bytes; })},
               {"state_size", Summary(statistics, [](const auto& r) { return r.bytes; })},
               {"end_to_end_duration",
                Summary(statistics, [](const auto& r) { return r.duration_millis; })}}},
          {"latest", json::object{{"completed", Optional(job, statistics.latest_completed())},
                                  {"savepoint", Optional(job, statistics.latest_savepoint())},
                                  {"failed", Optional(job, statistics.latest_failed())},
                                  {"restored", std::move(restored)}}},
          {"history", std::move(history)}};
}

json::value CheckpointDetail(const JobMaster& job, CheckpointId id) {
  const CheckpointRecord* record = job.checkpoints().statistics().Find(id);
  const CheckpointRecord* current = job.checkpoints().current();
  if (current != nullptr && current->id == id) record = current;
  if (record == nullptr) return nullptr;
  json::object detail = RecordOf(job, *record);
  json::object tasks;
  for (const auto& [subtask, part] : record->acknowledged) {
    json::value& vertex = tasks[VertexIdText(subtask.vertex)];
    if (vertex.is_null()) vertex = json::object{{"subtasks", json::array()}};
    vertex.get_object()["subtasks"].get_array().push_back(
        json::object{{"index", subtask.index},
                     {"status", "completed"},
                     {"ack_timestamp", part.acknowledged_millis},
                     {"end_to_end_duration", part.duration_millis},
                     {"state_size", part.bytes},
                     {"checkpointed_size", part.bytes},
                     {"checkpoint", json::object{{"sync", part.timings.synchronous / 1000},
                                                 {"async", part.timings.asynchronous / 1000}}},
                     {"alignment", json::object{{"duration", part.timings.alignment / 1000}}},
                     {"start_delay", part.timings.start_delay / 1000}});
  }
  detail["tasks"] = std::move(tasks);
  return detail;
}

}  // namespace penstock
