#include "coordinator/rest/cluster_views.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <thread>

#include "common/config/options.h"
#include "common/memory_shares.h"

namespace penstock {
namespace {

namespace json = boost::json;

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

/// What `slots` slots of a worker make up; memory in mebibytes.
json::object ResourcesOf(const WorkerRegistration& worker, std::uint32_t slots) {
  const std::uint64_t each = worker.memory_bytes / std::max<std::uint32_t>(worker.slots, 1);
  const MemoryShares shares{each * slots};
  return {{"cpuCores", static_cast<double>(slots)},
          {"taskHeapMemory", shares.user() >> 20},
          {"taskOffHeapMemory", 0},
          {"managedMemory", shares.state() >> 20},
          {"networkMemory", shares.exchange() >> 20},
          {"extendedResources", json::object()}};
}

json::object MemoryConfiguration(const MemoryShares& shares) {
  return {{"frameworkHeap", nullptr},
          {"taskHeap", shares.user()},
          {"frameworkOffHeap", nullptr},
          {"taskOffHeap", nullptr},
          {"networkMemory", shares.exchange()},
          {"managedMemory", shares.state()},
          {"jvmMetaspace", nullptr},
          {"jvmOverhead", nullptr},
          {"totalFlinkMemory", shares.total},
          {"totalProcessMemory", shares.total}};
}

std::string ExecutablePath() {
  std::error_code failure;
  return std::filesystem::read_symlink("/proc/self/exe", failure).string();
}

}  // namespace

json::object ClusterOverview(const Dispatcher& dispatcher) {
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
          {"taskmanagers-blocked", 0},
          {"slots-free-and-blocked", 0},
          {"slots-total", slots.total_slots()},
          {"slots-available", slots.free_slots()},
          {"jobs-running", running},
          {"jobs-finished", finished},
          {"jobs-cancelled", cancelled},
          {"jobs-failed", failed},
          {"flink-version", kRestVersion},
          {"flink-commit", ""}};
}

json::object UiConfig() {
  return {{"refresh-interval", 1000},
          {"timezone-name", "UTC"},
          {"timezone-offset", 0},
          {"flink-version", kRestVersion},
          {"flink-revision", ""},
          {"features", json::object{{"web-submit", true},
                                    {"web-cancel", true},
                                    {"web-rescale", true},
                                    {"web-history", false}}}};
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

json::object CoordinatorEnvironment(std::int64_t started) {
  utsname system{};
  ::uname(&system);
  return {{"jvm", json::object{{"version", std::string("Penstock ") + kRestVersion},
                               {"arch", system.machine},
                               {"options", json::array()}}},
          {"classpath", json::array()},
          {"process", json::object{{"pid", ::getpid()},
                                   {"executable", ExecutablePath()},
                                   {"version", kRestVersion},
                                   {"compiler", __VERSION__},
                                   {"system", std::string(system.sysname) + " " + system.release},
                                   {"cpus", std::thread::hardware_concurrency()},
                                   {"start-time", started}}}};
}

json::object WorkerOverview(const Dispatcher& dispatcher, const WorkerEntry& entry) {
  const WorkerRegistration& worker = entry.registration;
  const Clock& clock = dispatcher.clock();
  const MemoryShares shares{worker.memory_bytes};
  const auto silent =
      std::chrono::duration_cast<std::chrono::milliseconds>(clock.Now() - entry.last_heartbeat);
  return {{"id", ToString(worker.worker)},
          {"path", worker.address},
          {"pid", worker.pid},
          {"dataPort", 0},
          {"jmxPort", -1},
          {"timeSinceLastHeartbeat", ToMillis(clock.Wall()) - silent.count()},
          {"slotsNumber", worker.slots},
          {"freeSlots", entry.free_slots()},
          {"blocked", false},
          {"totalResource", ResourcesOf(worker, worker.slots)},
          {"freeResource", ResourcesOf(worker, entry.free_slots())},
          {"memory", worker.memory_bytes},
          {"residentBytes", entry.resident_bytes},
          {"memoryBreakdown",
           MemoryBreakdown(shares, dispatcher.MemoryOn(worker.worker), entry.resident_bytes)},
          {"memoryConfiguration", MemoryConfiguration(shares)},
          {"dataDirectory", worker.data_directory},
          {"hardware",
           json::object{{"cpuCores", worker.slots},
                        {"physicalMemory", worker.memory_bytes},
                        {"freeMemory",
                         worker.memory_bytes - std::min(worker.memory_bytes, entry.resident_bytes)},
                        {"managedMemory", shares.state()}}}};
}

json::object WorkerDetail(const Dispatcher& dispatcher, const WorkerEntry& entry) {
  const WorkerRegistration& worker = entry.registration;
  const MemoryUse use = dispatcher.MemoryOn(worker.worker);
  json::array slots;
  for (const JobId job : dispatcher.slots().JobsOn(worker.worker)) {
    slots.push_back(json::object{{"jobId", ToString(job)}, {"resource", ResourcesOf(worker, 1)}});
  }
  json::object detail = WorkerOverview(dispatcher, entry);
  detail["allocatedSlots"] = std::move(slots);
  detail["metrics"] =
      json::object{{"heapUsed", entry.resident_bytes},
                   {"heapCommitted", entry.resident_bytes},
                   {"heapMax", worker.memory_bytes},
                   {"nettyShuffleMemoryUsed", use.exchange},
                   {"nettyShuffleMemoryAvailable",
                    use.exchange_capacity - std::min(use.exchange, use.exchange_capacity)},
                   {"nettyShuffleMemoryTotal", use.exchange_capacity},
                   {"garbageCollectors", json::array()}};
  return detail;
}

}  // namespace penstock
