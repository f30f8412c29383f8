// Routes about the cluster as a whole and its workers.

#include <algorithm>

#include "common/config/options.h"
#include "common/memory_shares.h"
#include "coordinator/rest/json_body.h"
#include "coordinator/rest/rest_service.h"

namespace penstock {
namespace {

namespace json = boost::json;

constexpr char kVersion[] = "0.1.0";

json::object Overview(const Dispatcher& dispatcher) {
  std::uint64_t running = 0;
  std::uint64_t finished = 0;
  std::uint64_t cancelled = 0;
  std::uint64_t failed = 0;
  for (const JobMaster* job : dispatcher.jobs()) {
    switch (job->state()) {
      case JobState::kFinished: ++finished; break;
      case JobState::kCanceled: ++cancelled; break;
      case JobState::kFailed: ++failed; break;
      default: ++running;
    }
  }
  const SlotPool& slots = dispatcher.slots();
  return {{"taskmanagers", slots.workers().size()},
          {"slots-total", slots.total_slots()},
          {"slots-available", slots.free_slots()},
          {"jobs-running", running},
          {"jobs-finished", finished},
          {"jobs-cancelled", cancelled},
          {"jobs-failed", failed},
          {"flink-version", kVersion},
          {"flink-commit", ""}};
}

/// Shares and use of a worker's memory. What is not accounted for is user code, libraries and the
/// worker process itself.
json::object MemoryBreakdown(const MemoryShares& shares, const MemoryUse& use,
                             std::uint64_t resident) {
  const std::uint64_t accounted = use.exchange + use.tables + use.cache;
  return {{"total", shares.total},
          {"resident", resident},
          {"exchange", json::object{{"share", shares.exchange()},
                                    {"capacity", use.exchange_capacity},
                                    {"used", use.exchange}}},
          {"state", json::object{{"share", shares.state()},
                                 {"tables", use.tables},
                                 {"cache", use.cache},
                                 {"used", use.tables + use.cache}}},
          {"user", json::object{{"share", shares.user()},
                                {"used", resident - std::min(resident, accounted)}}}};
}

json::object Worker(const Dispatcher& dispatcher, const WorkerEntry& entry) {
  const WorkerRegistration& worker = entry.registration;
  const Clock& clock = dispatcher.clock();
  const MemoryShares shares{worker.memory_bytes};
  const auto silent =
      std::chrono::duration_cast<std::chrono::milliseconds>(clock.Now() - entry.last_heartbeat);
  return {{"id", ToString(worker.worker)},
          {"path", worker.address},
          {"pid", worker.pid},
          {"dataPort", 0},
          {"timeSinceLastHeartbeat", ToMillis(clock.Wall()) - silent.count()},
          {"slotsNumber", worker.slots},
          {"freeSlots", entry.free_slots()},
          {"memory", worker.memory_bytes},
          {"residentBytes", entry.resident_bytes},
          {"memoryBreakdown",
           MemoryBreakdown(shares, dispatcher.MemoryOn(worker.worker), entry.resident_bytes)},
          {"memoryConfiguration", json::object{{"taskHeap", shares.user()},
                                               {"managedMemory", shares.state()},
                                               {"networkMemory", shares.exchange()},
                                               {"totalProcessMemory", shares.total}}},
          {"dataDirectory", worker.data_directory},
          {"hardware", json::object{{"cpuCores", worker.slots},
                                    {"physicalMemory", worker.memory_bytes},
                                    {"freeMemory", 0},
                                    {"managedMemory", shares.state()}}}};
}

json::array ConfigurationEntries(const Configuration& config) {
  json::array entries;
  for (const OptionSpec* spec : AllOptions()) {
    const Configuration::Entry entry = config.Find(*spec);
    entries.push_back(json::object{{"key", std::string(spec->key)},
                                   {"value", entry.value},
                                   {"origin", std::string(ToString(entry.origin))}});
  }
  return entries;
}

}  // namespace

void RestService::AddClusterRoutes() {
  router_.Add("GET", "/overview", [this](const RestCall& call) {
    call.responder.Send(JsonResponse(Overview(dispatcher_)));
  });
  router_.Add("GET", "/config", [](const RestCall& call) {
    call.responder.Send(JsonResponse(json::object{
        {"refresh-interval", 1000},
        {"timezone-name", "UTC"},
        {"timezone-offset", 0},
        {"flink-version", kVersion},
        {"flink-revision", ""},
        {"features",
         json::object{{"web-submit", true}, {"web-cancel", true}, {"web-history", false}}}}));
  });
  router_.Add("GET", "/jobmanager/config", [this](const RestCall& call) {
    call.responder.Send(JsonResponse(ConfigurationEntries(dispatcher_.config())));
  });
  router_.Add("GET", "/taskmanagers", [this](const RestCall& call) {
    json::array workers;
    for (const auto& [id, entry] : dispatcher_.slots().workers()) {
      workers.push_back(Worker(dispatcher_, entry));
    }
    call.responder.Send(JsonResponse(json::object{{"taskmanagers", std::move(workers)}}));
  });
  router_.Add("GET", "/taskmanagers/:worker", [this](const RestCall& call) {
    const auto id = ParseId<WorkerId>(call.Parameter("worker"));
    const auto& workers = dispatcher_.slots().workers();
    const auto found = id.ok() ? workers.find(*id) : workers.end();
    if (found == workers.end()) {
      return call.responder.Send(
          ErrorResponse(Status::NotFound("there is no worker " + call.Parameter("worker"),
                                         "'penstock workers' shows those that there are")));
    }
    call.responder.Send(JsonResponse(Worker(dispatcher_, found->second)));
  });
  router_.Add("DELETE", "/cluster", [this](const RestCall& call) {
    call.responder.Send(JsonResponse(json::object()));
    shut_down_();
  });
}

}  // namespace penstock
