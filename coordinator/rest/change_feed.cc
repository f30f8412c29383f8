#include "coordinator/rest/change_feed.h"

#include <functional>

#include <boost/json.hpp>

namespace penstock {
namespace {

namespace json = boost::json;

constexpr std::int64_t kMetricsMillis = 1000;
constexpr std::int64_t kWorkersMillis = 2000;

/// Mixes values into one number.
class Version {
 public:
  template <typename T>
  Version& Add(const T& value) {
    number_ = (number_ ^ std::hash<T>()(value)) * 0x9e3779b97f4a7c15ULL;
    number_ ^= number_ >> 29;
    return *this;
  }
  std::uint64_t number() const { return number_; }

 private:
  std::uint64_t number_ = 0x2545f4914f6cdd1dULL;
};

std::uint64_t JobVersion(const JobMaster& job, const std::string& waiting) {
  Version version;
  version.Add(job.state()).Add(job.last_change_millis()).Add(job.executions().changes());
  version.Add(job.progress().generation.value()).Add(job.progress().restarts).Add(waiting);
  version.Add(job.progress().savepoint);
  if (const auto& rescale = job.rescale()) {
    version.Add(rescale->parallelism).Add(rescale->status).Add(rescale->reason);
  }
  return version.number();
}

std::uint64_t CheckpointsVersion(const JobMaster& job) {
  const CheckpointStatistics& statistics = job.checkpoints().statistics();
  Version version;
  version.Add(statistics.completed).Add(statistics.failed).Add(statistics.restored);
  if (const CheckpointRecord* current = job.checkpoints().current()) {
    version.Add(current->id.value()).Add(current->acknowledged.size());
  }
  if (const auto& savepoint = statistics.latest_savepoint()) version.Add(savepoint->savepoint_path);
  return version.number();
}

std::uint64_t ExceptionsVersion(const JobMaster& job) {
  Version version;
  for (const JobFailure& failure : job.progress().failures) {
    version.Add(failure.wall_millis).Add(failure.followed_by.size());
  }
  return version.number();
}

std::uint64_t MetricsVersion(const JobMaster& job, std::int64_t now_millis) {
  Version version;
  version.Add(job.state());
  if (job.state() == JobState::kRunning) version.Add(now_millis / kMetricsMillis);
  return version.number();
}

std::string ChangeEvent(const std::vector<std::string_view>& topics, std::uint64_t id) {
  json::array names;
  for (const std::string_view topic : topics) names.emplace_back(topic);
  return SseEvent("change", json::serialize(json::object{{"topics", std::move(names)}}), id);
}

}  // namespace

TopicVersions JobTopics(const JobMaster& job, const std::string& waiting, std::int64_t now_millis) {
  return {{"job", JobVersion(job, waiting)},
          {"metrics", MetricsVersion(job, now_millis)},
          {"checkpoints", CheckpointsVersion(job)},
          {"exceptions", ExceptionsVersion(job)},
          {"events", job.events().last()}};
}

TopicVersions ClusterTopics(const Dispatcher& dispatcher, std::int64_t now_millis) {
  Version overview;
  Version jobs;
  Version workers;
  const SlotPool& slots = dispatcher.slots();
  overview.Add(slots.total_slots()).Add(slots.free_slots());
  for (const JobMaster* job : dispatcher.jobs()) {
    overview.Add(job->state());
    jobs.Add(JobVersion(*job, slots.WaitingFor(job->spec().id)));
  }
  for (const auto& [id, worker] : slots.workers()) {
    overview.Add(ToString(id));
    workers.Add(ToString(id)).Add(worker.used_slots);
  }
  if (!slots.workers().empty()) workers.Add(now_millis / kWorkersMillis);
  return {{"overview", overview.number()}, {"jobs", jobs.number()}, {"workers", workers.number()}};
}

std::vector<std::string_view> ChangedTopics(const TopicVersions& before, const TopicVersions& now) {
  std::vector<std::string_view> changed;
  for (std::size_t i = 0; i < now.size(); ++i) {
    if (i >= before.size() || before[i] != now[i]) changed.push_back(now[i].first);
  }
  return changed;
}

void ChangeFeed::Watch(std::optional<JobId> job, HttpStream stream) {
  Seen seen;
  Watcher watcher{job, std::move(stream)};
  if (!Tell(watcher, seen)) return;
  watchers_.push_back(std::move(watcher));
  Arm();
}

void ChangeFeed::Arm() {
  if (armed_ || watchers_.empty()) return;
  armed_ = true;
  dispatcher_.PostAfter(kInterval, [this] { Tick(); });
}

void ChangeFeed::Tick() {
  armed_ = false;
  Seen seen;
  watchers_.remove_if([&](Watcher& watcher) { return !Tell(watcher, seen); });
  Arm();
}

bool ChangeFeed::Tell(Watcher& watcher, Seen& seen) const {
  const auto [entry, first] = seen.try_emplace(watcher.job);
  if (first) entry->second = Look(watcher.job);
  if (!entry->second) {
    watcher.stream.Send(SseEnd());
    return false;
  }
  const auto changed = ChangedTopics(watcher.told, *entry->second);
  if (changed.empty()) return !watcher.stream.closed();
  watcher.told = *entry->second;
  return watcher.stream.Send(ChangeEvent(changed, ++watcher.events));
}

std::optional<TopicVersions> ChangeFeed::Look(std::optional<JobId> job) const {
  const std::int64_t now = ToMillis(dispatcher_.clock().Wall());
  if (!job) return ClusterTopics(dispatcher_, now);
  const auto master = dispatcher_.FindJob(*job);
  if (!master.ok()) return std::nullopt;
  return JobTopics(**master, dispatcher_.slots().WaitingFor(*job), now);
}

}  // namespace penstock
