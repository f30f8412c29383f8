#include "coordinator/flame_graphs.h"

#include <algorithm>

namespace penstock {
namespace {

namespace json = boost::json;

constexpr std::chrono::milliseconds kDuration{3000};
constexpr std::chrono::seconds kPatience{10};
constexpr std::chrono::seconds kFresh{10};
constexpr std::chrono::minutes kKept{10};
constexpr std::size_t kMostGraphs = 64;
constexpr std::uint64_t kLeastShare = 1000;

}  // namespace

Status FlameNode::Add(const std::string& answer) {
  json::error_code failure;
  const json::value list = json::parse(answer, failure);
  if (failure || !list.is_array()) return Status::Corruption("these are no sampled stacks");
  for (const json::value& entry : list.get_array()) {
    const json::object* stack = entry.if_object();
    const json::value* frames = stack == nullptr ? nullptr : stack->if_contains("stack");
    const json::value* count = stack == nullptr ? nullptr : stack->if_contains("count");
    if (frames == nullptr || !frames->is_array() || count == nullptr || !count->is_int64())
      return Status::Corruption("these are no sampled stacks");
    const auto value = static_cast<std::uint64_t>(std::max<std::int64_t>(0, count->get_int64()));
    FlameNode* node = this;
    node->value_ += value;
    for (const json::value& frame : frames->get_array()) {
      if (!frame.is_string()) return Status::Corruption("these are no sampled stacks");
      node = &node->children_[std::string(frame.get_string())];
      node->value_ += value;
    }
  }
  return {};
}

json::object FlameNode::ToJson(const std::string& name) const {
  return ToJson(name, value_ / kLeastShare);
}

json::object FlameNode::ToJson(const std::string& name, std::uint64_t least) const {
  json::array children;
  for (const auto& [child_name, child] : children_) {
    if (child.value_ > least) children.push_back(child.ToJson(child_name, least));
  }
  return {{"name", name}, {"value", value_}, {"children", std::move(children)}};
}

std::vector<HostTasks> TasksByHost(const JobMaster& job, VertexId vertex,
                                   std::optional<std::uint32_t> subtask) {
  std::map<HostId, HostTasks> hosts;
  for (const Execution& execution : job.executions().executions()) {
    const bool wanted =
        execution.subtask.vertex == vertex && (!subtask || execution.subtask.index == *subtask);
    const bool runs = execution.state == TaskState::kRunning ||
                      execution.state == TaskState::kInitializing ||
                      execution.state == TaskState::kCanceling;
    if (!wanted || !runs) continue;
    HostTasks& host = hosts[execution.host];
    host.worker = execution.worker;
    host.host = execution.host;
    host.subtasks.push_back(execution.subtask);
  }
  std::vector<HostTasks> list;
  for (auto& [id, host] : hosts) list.push_back(std::move(host));
  return list;
}

json::object FlameGraphs::Show(const JobMaster& job, const Subject& subject) {
  DropOld();
  const Clock::MonotonicTime now = dispatcher_.clock().Now();
  const auto found = graphs_.find(subject);
  const bool stale = found == graphs_.end() ||
                     (found->second.awaited == 0 && now - found->second.sampled_at > kFresh);
  const bool runs = !stale || Begin(job, subject);
  const auto graph = graphs_.find(subject);
  if (graph == graphs_.end()) return {{"endTimestamp", runs ? -1 : -2}, {"data", nullptr}};
  graph->second.shown_at = now;
  if (graph->second.end_millis < 0) return {{"endTimestamp", -1}, {"data", nullptr}};
  return {{"endTimestamp", graph->second.end_millis}, {"data", graph->second.root.ToJson("root")}};
}

/// False when no task runs that could be sampled.
bool FlameGraphs::Begin(const JobMaster& job, const Subject& subject) {
  const std::vector<HostTasks> hosts = TasksByHost(job, subject.vertex, subject.subtask);
  if (hosts.empty()) return false;
  Graph& graph = graphs_[subject];
  graph.next = FlameNode();
  graph.awaited = hosts.size();
  graph.round = ++last_round_;
  graph.shown_at = dispatcher_.clock().Now();
  for (const HostTasks& host : hosts) {
    const SampleStacks sample{host.subtasks, static_cast<std::uint32_t>(kDuration.count()),
                              subject.kind};
    dispatcher_.Ask(host.worker, AskHost{host.host, sample}, kPatience,
                    [this, subject, round = last_round_](const Result<std::string>& answer) {
                      OnAnswer(subject, round, answer);
                    });
  }
  return true;
}

void FlameGraphs::OnAnswer(const Subject& subject, std::uint64_t round,
                           const Result<std::string>& answer) {
  const auto found = graphs_.find(subject);
  if (found == graphs_.end() || found->second.round != round) return;
  Graph& graph = found->second;
  // A host that has ended meanwhile is missing from the graph, no more.
  if (answer.ok()) static_cast<void>(graph.next.Add(*answer));
  if (--graph.awaited > 0) return;
  graph.sampled_at = dispatcher_.clock().Now();
  graph.end_millis = ToMillis(dispatcher_.clock().Wall());
  graph.root = std::move(graph.next);
  graph.next = FlameNode();
}

void FlameGraphs::DropOld() {
  const Clock::MonotonicTime now = dispatcher_.clock().Now();
  std::erase_if(graphs_, [&](const auto& entry) {
    return entry.second.awaited == 0 && now - entry.second.shown_at > kKept;
  });
  while (graphs_.size() >= kMostGraphs) {
    graphs_.erase(std::min_element(
        graphs_.begin(), graphs_.end(),
        [](const auto& a, const auto& b) { return a.second.shown_at < b.second.shown_at; }));
  }
}

}  // namespace penstock
