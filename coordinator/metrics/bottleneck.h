#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/ids.h"

namespace penstock {

/// How busy a vertex is; ratios 0..1.
struct VertexLoad {
  std::string name{};
  bool reported = false;
  double busy = 0;           ///< Of its busiest subtask.
  double backpressured = 0;  ///< Of the subtask that waits most for room at its outputs.
  double skew = 0;           ///< As in VertexLive.
  std::uint32_t parallelism = 1;
  std::uint32_t max_parallelism = 1;
};

/// The vertex that sets the speed of a job.
struct Bottleneck {
  VertexId vertex;
  double busy = 0;
  std::vector<VertexId> backpressured_upstream;  ///< That wait for it, nearest first.
  std::string reason;                            ///< A sentence.
  std::string hint;                              ///< What to do.
};

/// From how much on a vertex counts as back-pressured, and as busy.
inline constexpr double kBackPressured = 0.1;
inline constexpr double kBusy = 0.8;

/// The slowest vertex: of those that others wait for and that do not wait themselves the busiest;
/// when nobody waits, the busiest one if it has hardly a pause. Nothing when the job keeps up.
/// Pure. `vertices` by id, in topological order; `edges` from, to.
std::optional<Bottleneck> FindBottleneck(const std::vector<VertexLoad>& vertices,
                                         const std::vector<std::pair<VertexId, VertexId>>& edges);

}  // namespace penstock
