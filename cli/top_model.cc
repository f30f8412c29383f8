#include "cli/top_model.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "cli/job_commands.h"
#include "cli/json_fields.h"

namespace penstock {
namespace {

namespace json = boost::json;

std::optional<std::int64_t> Optional(const json::value& object, std::string_view key) {
  const json::value& value = MemberField(object, key);
  if (!value.is_number()) return std::nullopt;
  return NumberField(object, key);
}

TopVertex ReadVertex(const json::value& vertex) {
  const json::value& live = MemberField(vertex, "live");
  return {.name = TextField(vertex, "name"),
          .status = TextField(vertex, "status"),
          .parallelism = NumberField(vertex, "parallelism"),
          .busy = RealField(live, "busy-ratio"),
          .backpressured = RealField(live, "backpressured-ratio"),
          .records_in = RealField(live, "records-in-per-second"),
          .records_out = RealField(live, "records-out-per-second"),
          .skew = RealField(live, "skew"),
          .watermark_lag = Optional(live, "watermark-lag")};
}

/// Ids of the vertices at one end ("source", "target") of edges.
std::set<std::string> Ends(const json::value& detail, const char* end) {
  std::set<std::string> ids;
  for (const json::value& edge : ArrayField(detail, "edges")) ids.insert(TextField(edge, end));
  return ids;
}

double Measure(TopOrder order, const TopJob& job) {
  switch (order) {
    case TopOrder::kName: return 0;
    case TopOrder::kRate: return job.records_in;
    case TopOrder::kBusy: return job.busy;
    case TopOrder::kBackpressure: return job.backpressured;
    case TopOrder::kLag: return static_cast<double>(job.watermark_lag.value_or(-1));
  }
  return 0;
}

json::value OrNull(const std::optional<std::int64_t>& number) {
  return number ? json::value(*number) : json::value(nullptr);
}

json::object ToJson(const TopVertex& vertex) {
  return {{"name", vertex.name},
          {"status", vertex.status},
          {"parallelism", vertex.parallelism},
          {"busy-ratio", vertex.busy},
          {"backpressured-ratio", vertex.backpressured},
          {"records-in-per-second", vertex.records_in},
          {"records-out-per-second", vertex.records_out},
          {"skew", vertex.skew},
          {"watermark-lag", OrNull(vertex.watermark_lag)}};
}

json::object ToJson(const TopJob& job) {
  json::array vertices;
  for (const TopVertex& vertex : job.vertices) vertices.push_back(ToJson(vertex));
  return {{"id", job.id},
          {"name", job.name},
          {"state", job.state},
          {"duration", job.duration},
          {"restarts", job.restarts},
          {"records-in-per-second", job.records_in},
          {"records-out-per-second", job.records_out},
          {"busy-ratio", job.busy},
          {"backpressured-ratio", job.backpressured},
          {"watermark-lag", OrNull(job.watermark_lag)},
          {"checkpoint-age", OrNull(job.checkpoint_age)},
          {"bottleneck", job.bottleneck},
          {"vertices", std::move(vertices)}};
}

}  // namespace

TopModel ReadTopModel(const json::value& overview, const json::value& workers,
                      const json::value& jobs) {
  TopModel model{.slots = NumberField(overview, "slots-total"),
                 .free_slots = NumberField(overview, "slots-available"),
                 .running = NumberField(overview, "jobs-running"),
                 .finished = NumberField(overview, "jobs-finished"),
                 .cancelled = NumberField(overview, "jobs-cancelled"),
                 .failed = NumberField(overview, "jobs-failed"),
                 .workers = {},
                 .jobs = {}};
  for (const json::value& worker : ArrayField(workers, "taskmanagers")) {
    model.workers.push_back({TextField(worker, "id"), NumberField(worker, "slotsNumber"),
                             NumberField(worker, "freeSlots"), NumberField(worker, "memory"),
                             NumberField(worker, "residentBytes")});
  }
  for (const json::value& job : ArrayField(jobs, "jobs")) {
    if (HasEnded(TextField(job, "state"))) continue;
    TopJob read;
    read.id = TextField(job, "jid");
    read.name = TextField(job, "name");
    read.state = TextField(job, "state");
    read.duration = NumberField(job, "duration");
    read.restarts = NumberField(job, "restarts");
    model.jobs.push_back(std::move(read));
  }
  return model;
}

void ReadJobDetail(const json::value& detail, TopJob& job) {
  const std::set<std::string> with_output = Ends(detail, "source");
  const std::set<std::string> with_input = Ends(detail, "target");
  for (const json::value& described : ArrayField(detail, "vertices")) {
    const std::string id = TextField(described, "id");
    TopVertex vertex = ReadVertex(described);
    // A source counts what it reads or what it sends on, and so do sinks, by how they are chained.
    const double rate = std::max(vertex.records_in, vertex.records_out);
    if (!with_input.contains(id)) job.records_in += rate;
    if (!with_output.contains(id)) job.records_out += rate;
    job.busy = std::max(job.busy, vertex.busy);
    job.backpressured = std::max(job.backpressured, vertex.backpressured);
    if (vertex.watermark_lag) {
      job.watermark_lag = std::max(job.watermark_lag.value_or(0), *vertex.watermark_lag);
    }
    job.vertices.push_back(std::move(vertex));
  }
  job.bottleneck = TextField(MemberField(detail, "bottleneck"), "name");
}

void ReadCheckpointAge(const json::value& checkpoints, std::int64_t now, TopJob& job) {
  const json::value& newest = MemberField(MemberField(checkpoints, "latest"), "completed");
  const std::int64_t triggered = NumberField(newest, "trigger_timestamp");
  if (triggered > 0) job.checkpoint_age = std::max<std::int64_t>(0, now - triggered);
}

void SortJobs(TopOrder order, std::vector<TopJob>& jobs) {
  std::sort(jobs.begin(), jobs.end(), [&](const TopJob& a, const TopJob& b) {
    return std::tuple(-Measure(order, a), std::string_view(a.name), std::string_view(a.id)) <
           std::tuple(-Measure(order, b), std::string_view(b.name), std::string_view(b.id));
  });
}

json::value ToJson(const TopModel& model) {
  json::array workers;
  for (const TopWorker& worker : model.workers) {
    workers.push_back(json::object{{"id", worker.id},
                                   {"slots", worker.slots},
                                   {"free-slots", worker.free_slots},
                                   {"memory", worker.memory},
                                   {"used-memory", worker.used_memory}});
  }
  json::array jobs;
  for (const TopJob& job : model.jobs) jobs.push_back(ToJson(job));
  return json::object{{"slots", model.slots},
                      {"free-slots", model.free_slots},
                      {"jobs-running", model.running},
                      {"jobs-finished", model.finished},
                      {"jobs-cancelled", model.cancelled},
                      {"jobs-failed", model.failed},
                      {"workers", std::move(workers)},
                      {"jobs", std::move(jobs)}};
}

}  // namespace penstock
