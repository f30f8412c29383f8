#include "coordinator/rest/record_tails.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "coordinator/flame_graphs.h"

namespace penstock {
namespace {

constexpr std::chrono::seconds kPatience{2};

const std::string& NameOf(const GraphOperator& op) { return op.uid.empty() ? op.name : op.uid; }

bool IsWatchable(const JobGraph& graph, const JobVertex& vertex, std::uint32_t position) {
  const bool chained =
      std::any_of(vertex.operators.begin(), vertex.operators.end(), [&](const GraphOperator& next) {
        return next.input == static_cast<std::int32_t>(position) && next.input_side.empty();
      });
  return chained || std::any_of(graph.edges.begin(), graph.edges.end(), [&](const JobEdge& edge) {
           return edge.from == vertex.id && edge.from_operator == position && edge.side.empty() &&
                  edge.distribution != EdgeDistribution::kCustom;
         });
}

/// An answer to TailRecords.
struct TailAnswer {
  std::uint64_t not_shown = 0;
  std::vector<std::string_view> records;
};

TailAnswer Parse(std::string_view text) {
  TailAnswer answer;
  std::from_chars(text.data(), text.data() + text.size(), answer.not_shown);
  for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
    text.remove_prefix(end + 1);
    answer.records.push_back(text.substr(0, text.find('\n')));
  }
  return answer;
}

}  // namespace

Status RecordTails::CheckRoom(const Subject& subject) const {
  if (tails_.size() < kMostTails || tails_.contains(subject)) return {};
  return Status::Unavailable(
      fmt::format("the records of {} operators are watched already", tails_.size()),
      "wait until somebody has stopped watching");
}

void RecordTails::Watch(const Subject& subject, std::optional<std::uint64_t> limit,
                        HttpStream stream) {
  const auto [tail, first] = tails_.try_emplace(subject);
  tail->second.viewers.push_back({std::move(stream), limit});
  if (first && !Continue(subject, tail->second)) tails_.erase(tail);
  Arm();
}

void RecordTails::Arm() {
  if (armed_ || tails_.empty()) return;
  armed_ = true;
  dispatcher_.PostAfter(kInterval, [this] { Tick(); });
}

void RecordTails::Tick() {
  armed_ = false;
  for (auto tail = tails_.begin(); tail != tails_.end();) {
    tail = Continue(tail->first, tail->second) ? std::next(tail) : tails_.erase(tail);
  }
  Arm();
}

bool RecordTails::Continue(const Subject& subject, Tail& tail) {
  tail.viewers.remove_if([](const Viewer& viewer) { return viewer.stream.closed(); });
  const auto job = dispatcher_.FindJob(subject.job);
  const bool ended = !job.ok() || IsTerminal((*job)->state());
  const std::uint64_t dropped = std::exchange(tail.dropped, 0);
  for (const Viewer& viewer : tail.viewers) {
    if (dropped > 0)
      viewer.stream.Send(SseEvent("dropped", fmt::format(R"({{"count":{}}})", dropped)));
    if (ended) viewer.stream.Send(SseEnd());
  }
  if (ended || tail.viewers.empty()) return false;
  tail.allowance = kMostRecords;
  AskHosts(**job, subject, tail);
  return true;
}

void RecordTails::AskHosts(const JobMaster& job, const Subject& subject, Tail& tail) {
  const std::vector<HostTasks> hosts = TasksByHost(job, subject.vertex);
  if (hosts.empty()) return;
  const auto share =
      static_cast<std::uint32_t>(std::max<std::size_t>(1, kMostRecords / hosts.size()));
  const TailRecords query{subject.vertex, subject.position,
                          static_cast<std::uint32_t>(kLease.count()), share};
  for (const HostTasks& host : hosts) {
    if (!tail.asked.insert(host.host).second) continue;
    dispatcher_.Ask(host.worker, AskHost{host.host, query}, kPatience,
                    [this, subject, id = host.host](const Result<std::string>& answer) {
                      OnAnswer(subject, id, answer);
                    });
  }
}

void RecordTails::OnAnswer(const Subject& subject, HostId host, const Result<std::string>& answer) {
  const auto found = tails_.find(subject);
  if (found == tails_.end()) return;
  Tail& tail = found->second;
  tail.asked.erase(host);
  if (!answer.ok()) return;  // a task that is not open yet, or has ended meanwhile
  const TailAnswer records = Parse(*answer);
  const std::size_t shown = std::min(records.records.size(), tail.allowance);
  tail.allowance -= shown;
  tail.dropped += records.not_shown + records.records.size() - shown;
  tail.viewers.remove_if([&](Viewer& viewer) {
    const std::size_t count = std::min<std::uint64_t>(shown, viewer.left.value_or(shown));
    std::string events;
    for (std::size_t i = 0; i < count; ++i) events += SseEvent("record", records.records[i]);
    if (viewer.left && (*viewer.left -= count) == 0) {
      viewer.stream.Send(events + SseEnd());
      return true;
    }
    return !events.empty() && !viewer.stream.Send(std::move(events));
  });
}

Result<std::uint32_t> WatchedOperator(const JobGraph& graph, VertexId id, const std::string& uid) {
  const JobVertex& vertex = graph.vertex(id);
  std::string names;
  for (auto position = static_cast<std::uint32_t>(vertex.operators.size()); position-- > 0;) {
    const GraphOperator& op = vertex.operators[position];
    const bool watchable = IsWatchable(graph, vertex, position);
    if (watchable) names = "'" + NameOf(op) + (names.empty() ? "'" : "', ") + names;
    if (watchable && (uid.empty() || NameOf(op) == uid)) return position;
    if (NameOf(op) == uid) {
      return Status::NotFound("no records that can be shown leave '" + uid + "'",
                              "watch the operator that it reads");
    }
  }
  if (uid.empty()) {
    return Status::NotFound("no records that can be shown leave '" + vertex.name + "'",
                            "watch a vertex that it reads");
  }
  return Status::NotFound("the vertex has no operator '" + uid + "'",
                          names.empty() ? "" : "records can be watched of " + names);
}

}  // namespace penstock
