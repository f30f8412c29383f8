#include "graph/exchange_memory.h"

#include <algorithm>
#include <map>
#include <string>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

namespace penstock {
namespace {

std::string EdgeName(std::uint32_t edge, const PhysicalPlan& plan, const JobGraph* graph) {
  if (graph != nullptr) {
    const JobEdge& ends = graph->edges[edge];
    return fmt::format("\"{}\" -> \"{}\"", graph->vertex(ends.from).name,
                       graph->vertex(ends.to).name);
  }
  auto channel = std::ranges::find(plan.channels, edge, &Channel::edge);
  return fmt::format("{} (vertex {} -> vertex {})", edge, ToString(channel->from.vertex),
                     ToString(channel->to.vertex));
}

std::string KibiBytes(std::uint64_t bytes) { return fmt::format("{} KiB", (bytes + 1023) / 1024); }

}  // namespace

ExchangeMemory ComputeExchangeMemory(const PhysicalPlan& plan, std::span<const SubtaskId> here) {
  const std::unordered_set<SubtaskId> local(here.begin(), here.end());
  std::unordered_set<SubtaskId> gates;
  ExchangeMemory need;
  auto add = [&need](std::uint32_t edge, std::uint64_t bytes) {
    if (need.by_edge.size() <= edge) need.by_edge.resize(edge + 1);
    need.by_edge[edge] += bytes;
    need.total += bytes;
  };
  for (const Channel& channel : plan.channels) {
    if (local.contains(channel.from)) add(channel.edge, kOwnedCreditBytes);
    if (!local.contains(channel.to)) continue;
    add(channel.edge, kOwnedCreditBytes);
    if (gates.insert(channel.to).second) add(channel.edge, kLentCreditBytes);
  }
  return need;
}

std::vector<std::vector<SubtaskId>> SubtasksOfFullestSlots(const JobGraph& graph) {
  std::map<std::uint32_t, std::vector<SubtaskId>> by_slot;
  for (const JobVertex& vertex : graph.vertices) {
    by_slot[graph.first_slot(vertex.id)].push_back({vertex.id, 0});
  }
  std::vector<std::vector<SubtaskId>> slots;
  for (auto& [slot, subtasks] : by_slot) slots.push_back(std::move(subtasks));
  return slots;
}

Status CheckExchangeMemory(const ExchangeMemory& need, std::uint64_t available,
                           const PhysicalPlan& plan, const JobGraph* graph) {
  if (need.total <= available) return Status::Ok();
  const auto largest = std::ranges::max_element(need.by_edge);
  const auto edge = static_cast<std::uint32_t>(largest - need.by_edge.begin());
  // Rounded up, so that following the hint is enough.
  const std::uint64_t tenths = (need.total * 10 + std::max<std::uint64_t>(available, 1) - 1) /
                               std::max<std::uint64_t>(available, 1);
  return Status::User(
      ErrorCode::kResourceExhausted,
      fmt::format("the exchange needs {} of memory and its share is {}; edge {} alone needs {}",
                  KibiBytes(need.total), KibiBytes(available), EdgeName(edge, plan, graph),
                  KibiBytes(*largest)),
      fmt::format("set worker.memory to at least {}.{} times its value, or lower the parallelism",
                  tenths / 10, tenths % 10));
}

}  // namespace penstock
