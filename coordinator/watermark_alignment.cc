#include "coordinator/watermark_alignment.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace penstock {
namespace {

/// A subtask that still reads; what it holds the others to.
struct Member {
  SubtaskId subtask;
  Timestamp watermark;
};

/// The two least; Max for those that are missing.
struct Least {
  Timestamp first = Timestamp::Max();
  Timestamp second = Timestamp::Max();
};

std::map<std::string, std::vector<Member>> MembersByGroup(const JobGraph& graph,
                                                          const ExecutionGraph& executions,
                                                          const std::set<SubtaskId>& exhausted) {
  std::map<std::string, std::vector<Member>> groups;
  for (const Execution& execution : executions.executions()) {
    const GraphOperator& root = graph.vertex(execution.subtask.vertex).operators.front();
    if (root.alignment_group.empty() || exhausted.contains(execution.subtask)) continue;
    const TaskMetrics& metrics = execution.metrics;
    const Timestamp watermark = metrics.idle ? Timestamp::Max() : Timestamp{metrics.watermark};
    groups[root.alignment_group].push_back({execution.subtask, watermark});
  }
  return groups;
}

Least LeastOf(const std::vector<Member>& members) {
  Least least;
  for (const Member& member : members) {
    const Timestamp next = std::max(least.first, member.watermark);
    least.first = std::min(least.first, member.watermark);
    least.second = std::min(least.second, next);
  }
  return least;
}

}  // namespace

std::map<SubtaskId, Timestamp> AlignWatermarks(const JobGraph& graph,
                                               const ExecutionGraph& executions,
                                               const std::set<SubtaskId>& exhausted) {
  std::map<SubtaskId, Timestamp> others;
  for (const auto& [group, members] : MembersByGroup(graph, executions, exhausted)) {
    const Least least = LeastOf(members);
    for (const Member& member : members) {
      // Of two that share the least one each waits for the other.
      const bool slowest = member.watermark == least.first;
      others.emplace(member.subtask, slowest ? least.second : least.first);
    }
  }
  return others;
}

}  // namespace penstock
