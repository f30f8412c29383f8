#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "common/http/sse.h"
#include "coordinator/dispatcher.h"

namespace penstock {

/// For each topic a number that is another one whenever what is shown of the topic may be.
using TopicVersions = std::vector<std::pair<std::string_view, std::uint64_t>>;

/// Topics job, metrics, checkpoints, exceptions, events. What tasks count changes all the time
/// while they run; it is told once per second.
TopicVersions JobTopics(const JobMaster& job, const std::string& waiting, std::int64_t now_millis);
/// Topics overview, jobs, workers; the last every two seconds while there are workers, as they say
/// what memory they use.
TopicVersions ClusterTopics(const Dispatcher& dispatcher, std::int64_t now_millis);

/// The topics whose versions differ; both have the same topics in the same order.
std::vector<std::string_view> ChangedTopics(const TopicVersions& before, const TopicVersions& now);

/// Tells those who watch the cluster or a job what has changed, as server-sent events, so that they
/// ask for it again. The first event names all topics: something may have changed before the stream
/// began. Looks four times a second while anybody watches, and costs nothing else. Coordinator
/// thread only.
class ChangeFeed {
 public:
  static constexpr Clock::Duration kInterval = std::chrono::milliseconds(250);

  /// `dispatcher` outlives this; it is stopped before this goes.
  explicit ChangeFeed(Dispatcher& dispatcher) : dispatcher_(dispatcher) {}

  /// Nothing for `job`: the cluster.
  void Watch(std::optional<JobId> job, HttpStream stream);

 private:
  struct Watcher {
    std::optional<JobId> job;
    HttpStream stream;
    TopicVersions told{};
    std::uint64_t events = 0;
  };
  using Seen = std::map<std::optional<JobId>, std::optional<TopicVersions>>;

  void Tick();
  void Arm();
  /// False when there is nobody, or nothing, to tell about any more.
  bool Tell(Watcher& watcher, Seen& seen) const;
  /// Nothing when the job is gone.
  std::optional<TopicVersions> Look(std::optional<JobId> job) const;

  Dispatcher& dispatcher_;
  std::list<Watcher> watchers_;
  bool armed_ = false;
};

}  // namespace penstock
