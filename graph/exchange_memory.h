#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "common/ids.h"
#include "common/status.h"
#include "graph/job_graph.h"
#include "graph/physical_plan.h"

namespace penstock {

/// What a channel may always hold: one wire buffer (api/runtime/channel_writer.h).
inline constexpr std::size_t kOwnedCreditBytes = 32 * 1024;
/// What an input gate lends to those of its channels that have more to send, all together.
inline constexpr std::size_t kLentCreditBytes = 8 * kOwnedCreditBytes;

/// Memory that the exchange of one task host takes, in bytes.
struct ExchangeMemory {
  std::uint64_t total = 0;
  std::vector<std::uint64_t> by_edge;  ///< Index as in JobGraph::edges.
};

/// The need of a host that runs the subtasks `here`: a buffer for each end of a channel that is
/// here, and what the gates lend.
ExchangeMemory ComputeExchangeMemory(const PhysicalPlan& plan, std::span<const SubtaskId> here);

/// What the fullest slot of each slot sharing group runs: the first subtask of all its vertices.
std::vector<std::vector<SubtaskId>> SubtasksOfFullestSlots(const JobGraph& graph);

/// ResourceExhausted, a user error, when `need` is more than `available`: names the edge that needs
/// most and by how much worker.memory has to grow. `graph` gives the names of the edge's ends;
/// without one they are numbers.
Status CheckExchangeMemory(const ExchangeMemory& need, std::uint64_t available,
                           const PhysicalPlan& plan, const JobGraph* graph);

}  // namespace penstock
