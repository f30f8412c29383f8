// The part of job_views.h about checkpoints.

#include <algorithm>
#include <limits>
#include <numeric>
#include <vector>

#include "common/config/options.h"
#include "common/file_system.h"
#include "coordinator/rest/job_views.h"

namespace penstock {
namespace {

namespace json = boost::json;

const char* TypeOf(const CheckpointRecord& record) {
  if (!record.savepoint) return "CHECKPOINT";
  return record.final ? "SYNC_SAVEPOINT" : "SAVEPOINT";
}

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
                      {"checkpointed_size", record.new_bytes},
                      {"state_size", record.bytes},
                      {"end_to_end_duration", record.duration_millis},
                      {"alignment_buffered", 0},
                      {"processed_data", 0},
                      {"persisted_data", 0},
                      {"num_subtasks", record.tasks},
                      {"num_acknowledged_subtasks", record.acknowledged.size()},
                      {"checkpoint_type", TypeOf(record)},
                      {"tasks", json::object()}};
  if (record.savepoint) object["savepointFormat"] = "CANONICAL";
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

/// Between the two nearest values, as Flink computes it. Requires sorted values, at least one.
double Percentile(const std::vector<std::int64_t>& sorted, double share) {
  const double position = share * static_cast<double>(sorted.size() + 1);
  if (position < 1) return static_cast<double>(sorted.front());
  const auto below = static_cast<std::size_t>(position);
  if (below >= sorted.size()) return static_cast<double>(sorted.back());
  const auto low = static_cast<double>(sorted[below - 1]);
  const auto high = static_cast<double>(sorted[below]);
  return low + (position - static_cast<double>(below)) * (high - low);
}

json::object Summary(std::vector<std::int64_t> values) {
  if (values.empty()) values.push_back(0);
  std::sort(values.begin(), values.end());
  const std::int64_t sum = std::accumulate(values.begin(), values.end(), std::int64_t{0});
  return {{"min", values.front()},
          {"max", values.back()},
          {"avg", sum / static_cast<std::int64_t>(values.size())},
          {"p50", Percentile(values, 0.5)},
          {"p90", Percentile(values, 0.9)},
          {"p95", Percentile(values, 0.95)},
          {"p99", Percentile(values, 0.99)},
          {"p999", Percentile(values, 0.999)}};
}

/// Over the completed ones that are remembered.
template <typename Field>
json::object Summary(const CheckpointStatistics& statistics, Field field) {
  std::vector<std::int64_t> values;
  for (const CheckpointRecord& record : statistics.history()) {
    if (record.status != CheckpointStatus::kCompleted) continue;
    values.push_back(static_cast<std::int64_t>(field(record)));
  }
  return Summary(std::move(values));
}

json::object SubtaskOf(std::uint32_t index, const SubtaskCheckpoint& part) {
  return {{"index", index},
          {"className", "completed"},
          {"status", "completed"},
          {"ack_timestamp", part.acknowledged_millis},
          {"end_to_end_duration", part.duration_millis},
          {"state_size", part.bytes},
          {"checkpointed_size", part.new_bytes},
          {"checkpoint", json::object{{"sync", part.timings.synchronous / 1000},
                                      {"async", part.timings.asynchronous / 1000}}},
          {"alignment", json::object{{"buffered", 0},
                                     {"processed", 0},
                                     {"persisted", 0},
                                     {"duration", part.timings.alignment / 1000}}},
          {"start_delay", part.timings.start_delay / 1000},
          {"unaligned_checkpoint", false},
          {"aborted", false}};
}

/// One that has not acknowledged.
json::object PendingSubtask(std::uint32_t index) {
  return {{"index", index}, {"className", "pending"}, {"status", "pending_or_failed"}};
}

/// One vertex's part of a checkpoint, with its subtasks.
json::object VertexPart(const CheckpointVertex& vertex, const CheckpointRecord& record) {
  std::uint64_t bytes = 0;
  std::uint64_t new_bytes = 0;
  std::int64_t latest = 0;
  std::int64_t duration = 0;
  std::uint32_t acknowledged = 0;
  json::array subtasks;
  for (std::uint32_t i = 0; i < vertex.parallelism; ++i) {
    const auto found = record.acknowledged.find({vertex.id, i});
    if (found == record.acknowledged.end()) {
      subtasks.push_back(PendingSubtask(i));
      continue;
    }
    const SubtaskCheckpoint& part = found->second;
    ++acknowledged;
    bytes += part.bytes;
    new_bytes += part.new_bytes;
    latest = std::max(latest, part.acknowledged_millis);
    duration = std::max(duration, part.duration_millis);
    subtasks.push_back(SubtaskOf(i, part));
  }
  return {{"id", record.id.value()},
          {"vertex", VertexIdText(vertex.id)},
          {"name", vertex.name},
          {"status", ToString(record.status)},
          {"latest_ack_timestamp", latest},
          {"state_size", bytes},
          {"checkpointed_size", new_bytes},
          {"end_to_end_duration", duration},
          {"alignment_buffered", 0},
          {"processed_data", 0},
          {"persisted_data", 0},
          {"num_subtasks", vertex.parallelism},
          {"num_acknowledged_subtasks", acknowledged},
          {"subtasks", std::move(subtasks)}};
}

/// Over the subtasks of one vertex.
json::object VertexSummary(const CheckpointVertex& vertex, const CheckpointRecord& record) {
  const auto over = [&](auto field) {
    std::vector<std::int64_t> values;
    auto part = record.acknowledged.lower_bound({vertex.id, 0});
    for (; part != record.acknowledged.end() && part->first.vertex == vertex.id; ++part) {
      values.push_back(static_cast<std::int64_t>(field(part->second)));
    }
    return Summary(std::move(values));
  };
  return {{"state_size", over([](const auto& part) { return part.bytes; })},
          {"checkpointed_size", over([](const auto& part) { return part.new_bytes; })},
          {"end_to_end_duration", over([](const auto& part) { return part.duration_millis; })},
          {"checkpoint_duration",
           json::object{
               {"sync", over([](const auto& part) { return part.timings.synchronous / 1000; })},
               {"async", over([](const auto& part) { return part.timings.asynchronous / 1000; })}}},
          {"alignment", json::object{{"buffered", Summary({})},
                                     {"processed", Summary({})},
                                     {"persisted", Summary({})},
                                     {"duration", over([](const auto& part) {
                                        return part.timings.alignment / 1000;
                                      })}}},
          {"start_delay", over([](const auto& part) { return part.timings.start_delay / 1000; })}};
}

/// Null when it is not remembered.
const CheckpointRecord* FindRecord(const JobMaster& job, CheckpointId id) {
  const CheckpointRecord* current = job.checkpoints().current();
  if (current != nullptr && current->id == id) return current;
  return job.checkpoints().statistics().Find(id);
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
           json::object{{"checkpointed_size",
                         Summary(statistics, [](const auto& r) { return r.new_bytes; })},
                        {"state_size", Summary(statistics, [](const auto& r) { return r.bytes; })},
                        {"end_to_end_duration",
                         Summary(statistics, [](const auto& r) { return r.duration_millis; })},
                        {"alignment_buffered", Summary({})},
                        {"processed_data", Summary({})},
                        {"persisted_data", Summary({})}}},
          {"latest", json::object{{"completed", Optional(job, statistics.latest_completed())},
                                  {"savepoint", Optional(job, statistics.latest_savepoint())},
                                  {"failed", Optional(job, statistics.latest_failed())},
                                  {"restored", std::move(restored)}}},
          {"history", std::move(history)}};
}

json::value CheckpointDetail(const JobMaster& job, CheckpointId id) {
  const CheckpointRecord* record = FindRecord(job, id);
  if (record == nullptr) return nullptr;
  json::object detail = RecordOf(job, *record);
  json::object tasks;
  for (const CheckpointVertex& vertex : record->vertices) {
    tasks[VertexIdText(vertex.id)] = VertexPart(vertex, *record);
  }
  detail["tasks"] = std::move(tasks);
  return detail;
}

json::value CheckpointVertexDetail(const JobMaster& job, CheckpointId id,
                                   const std::string& vertex_text) {
  const CheckpointRecord* record = FindRecord(job, id);
  if (record == nullptr) return nullptr;
  for (const CheckpointVertex& vertex : record->vertices) {
    if (VertexIdText(vertex.id) != vertex_text) continue;
    json::object detail = VertexPart(vertex, *record);
    detail["summary"] = VertexSummary(vertex, *record);
    return detail;
  }
  return nullptr;
}

json::object JobCheckpointConfig(const JobMaster& job, const Configuration& config) {
  const JobMasterOptions& options = job.options();
  const auto millis = [](Clock::Duration duration) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
  };
  const auto text = [&](const OptionSpec& spec) {
    const auto own = job.spec().configuration.find(std::string(spec.key));
    return own != job.spec().configuration.end() ? own->second : config.Find(spec).value;
  };
  const bool exactly = text(options::kCheckpointMode.spec) == "exactly-once";
  return {{"mode", exactly ? "exactly_once" : "at_least_once"},
          {"interval", millis(options.checkpoints.interval)},
          {"timeout", millis(options.checkpoints.timeout)},
          {"min_pause", millis(options.checkpoints.min_pause)},
          {"max_concurrent", 1},
          {"externalization", json::object{{"enabled", true},
                                           {"delete_on_cancellation",
                                            options.retention == CheckpointRetention::kDelete}}},
          {"state_backend", text(options::kStateBackend.spec)},
          {"checkpoint_storage", "filesystem"},
          {"directory", options.checkpoint_directory},
          {"retained", std::stoll(text(options::kCheckpointsRetained.spec))},
          {"unaligned_checkpoints", false},
          {"aligned_checkpoint_timeout", 0},
          {"tolerable_failed_checkpoints", std::numeric_limits<std::int32_t>::max()},
          {"checkpoints_after_tasks_finish", true},
          {"state_changelog_enabled", false},
          {"changelog_storage", ""},
          {"changelog_periodic_materialization_interval", 0}};
}

}  // namespace penstock
