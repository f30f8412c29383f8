#include "coordinator/metrics/bottleneck.h"

#include <algorithm>

#include <fmt/format.h>

namespace penstock {
namespace {

using Edges = std::vector<std::pair<VertexId, VertexId>>;

/// Of the busiest subtask's time; the others of a vertex with more skew than that hardly matter.
constexpr double kSkewed = 0.5;

int Percent(double ratio) { return static_cast<int>(ratio * 100 + 0.5); }

/// All that reach `vertex` through back-pressured vertices only, nearest first.
std::vector<VertexId> WaitingFor(VertexId vertex, const std::vector<VertexLoad>& vertices,
                                 const Edges& edges) {
  std::vector<VertexId> waiting;
  std::vector<VertexId> next{vertex};
  for (std::size_t i = 0; i < next.size(); ++i) {
    for (const auto& [from, to] : edges) {
      if (to != next[i] || vertices[from.value()].backpressured <= kBackPressured) continue;
      if (std::find(waiting.begin(), waiting.end(), from) != waiting.end()) continue;
      waiting.push_back(from);
      next.push_back(from);
    }
  }
  return waiting;
}

std::string ReasonOf(const VertexLoad& load, const std::vector<VertexId>& waiting,
                     const std::vector<VertexLoad>& vertices) {
  if (waiting.empty()) {
    return fmt::format("{} is busy {} % of the time and waits for nobody", load.name,
                       Percent(load.busy));
  }
  std::vector<std::string> names;
  for (const VertexId id : waiting) names.push_back(vertices[id.value()].name);
  return fmt::format("{} is busy {} % of the time while {} {} for it", load.name,
                     Percent(load.busy), fmt::join(names, ", "),
                     names.size() == 1 ? "waits" : "wait");
}

std::string HintOf(const VertexLoad& load) {
  if (load.parallelism > 1 && load.skew >= kSkewed) {
    return "one of its subtasks gets most of the records: look for a key that is much more "
           "frequent than others, and aggregate before it or spread it";
  }
  if (load.parallelism >= load.max_parallelism) {
    return "its parallelism is at its maximum: make the function cheaper; the flame graph shows "
           "where its time goes";
  }
  return "give it a greater parallelism (penstock rescale), or make the function cheaper; the "
         "flame graph shows where its time goes";
}

Bottleneck Describe(VertexId id, std::vector<VertexId> waiting,
                    const std::vector<VertexLoad>& vertices) {
  const VertexLoad& load = vertices[id.value()];
  Bottleneck found{id, load.busy, {}, ReasonOf(load, waiting, vertices), HintOf(load)};
  found.backpressured_upstream = std::move(waiting);
  return found;
}

bool HasBackPressuredInput(VertexId id, const std::vector<VertexLoad>& vertices,
                           const Edges& edges) {
  return std::any_of(edges.begin(), edges.end(), [&](const auto& edge) {
    return edge.second == id && vertices[edge.first.value()].backpressured > kBackPressured;
  });
}

}  // namespace

std::optional<Bottleneck> FindBottleneck(const std::vector<VertexLoad>& vertices,
                                         const Edges& edges) {
  std::optional<VertexId> busiest;
  bool somebody_waits = false;
  for (std::uint32_t i = 0; i < vertices.size(); ++i) {
    const VertexLoad& load = vertices[i];
    if (!load.reported || load.backpressured > kBackPressured) continue;
    const bool waited_for = HasBackPressuredInput(VertexId(i), vertices, edges);
    if (somebody_waits && !waited_for) continue;
    if (!waited_for && load.busy < kBusy) continue;
    const bool first_waited_for = waited_for && !somebody_waits;
    if (busiest && !first_waited_for && load.busy <= vertices[busiest->value()].busy) continue;
    somebody_waits = somebody_waits || waited_for;
    busiest = VertexId(i);
  }
  if (!busiest) return std::nullopt;
  return Describe(*busiest, WaitingFor(*busiest, vertices, edges), vertices);
}

}  // namespace penstock
