#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/fingerprint.h"
#include "common/ids.h"
#include "common/key_group.h"
#include "common/state_schema.h"
#include "common/status.h"

namespace penstock {

using GraphState = StateSchema;

/// "source", "transform", "sink"; "replayable", "transactional", …: spelled out, because the graph
/// is stored and shown as JSON.
struct GraphOperator {
  std::uint32_t index = 0;  ///< Order of declaration in the job function.
  std::string name;
  std::string uid;
  std::string kind;
  std::string delivery;
  bool stateful = false;
  std::vector<GraphState> states;
  /// Position in the vertex's `operators` of the one it reads; -1: the vertex's input, or a source.
  std::int32_t input = -1;
  std::string input_side;  ///< Tag of the output of `input` that it reads; empty: the main one.
  bool operator==(const GraphOperator&) const = default;
};

inline constexpr const char* kDefaultSlotSharingGroup = "default";

/// Operators that run fused on one thread: a tree whose root comes first. Only the root may have
/// several inputs.
struct JobVertex {
  VertexId id;
  std::string name;  ///< Names of its operators, joined.
  std::uint32_t parallelism = 1;
  std::uint32_t max_parallelism = kDefaultMaxParallelism;
  std::vector<GraphOperator> operators;
  /// Subtasks of vertices with the same group share slots.
  std::string slot_sharing_group = kDefaultSlotSharingGroup;

  bool is_source() const { return operators.front().kind == "source"; }
  bool operator==(const JobVertex&) const = default;
};

enum class EdgeDistribution : unsigned char {
  kForward,
  kHash,
  kRebalance,
  kRescale,
  kShuffle,
  kGlobal,
  kBroadcast,
  kCustom,
};

struct JobEdge {
  VertexId from;
  std::uint32_t from_operator = 0;  ///< Position in `from`'s operators.
  VertexId to;
  EdgeDistribution distribution = EdgeDistribution::kForward;
  Fingerprint record;
  Fingerprint key;
  std::string side;  ///< Tag of the output of `from_operator`; empty: the main one.
  /// Number of the input of `to`'s root, for operators that treat their inputs differently.
  std::uint32_t input = 0;
  bool operator==(const JobEdge&) const = default;
};

/// The logical job as submitted; immutable. Vertices are in topological order, `id` is the index.
/// The edges of one receiving vertex are in the order in which its root declares its inputs.
struct JobGraph {
  std::string name;
  /// "exactly-once", "at-least-once" or "none": the weakest of sources, sinks and checkpoint mode.
  std::string guarantee;
  std::vector<JobVertex> vertices;
  std::vector<JobEdge> edges;

  const JobVertex& vertex(VertexId id) const { return vertices[id.value()]; }
  /// Slots that the job takes: of each slot sharing group the largest parallelism.
  std::uint32_t slots() const;
  /// The slot, counted from 0, that runs subtask 0 of the vertex; subtask i has the i-th after it.
  std::uint32_t first_slot(VertexId vertex) const;
  /// Edges that end at the vertex, by index.
  std::vector<std::uint32_t> inputs(VertexId vertex) const;
  bool stateful() const;
  bool transactional() const;
  bool operator==(const JobGraph&) const = default;
};

const char* ToString(EdgeDistribution distribution);

/// The graph as JSON, stable and versioned (docs/formats/job-graph.md), and back.
std::string JobGraphToJson(const JobGraph& graph);
Result<JobGraph> JobGraphFromJson(std::string_view json);
/// The graph without the states' evolution, which is no part of what a job is.
JobGraph WithoutEvolution(JobGraph graph);
/// Hash of the JSON form without evolution: equal graphs, equal hashes.
std::uint64_t JobGraphHash(const JobGraph& graph);
/// In words, the first place where two graphs differ, evolution aside; empty when they don't.
std::string FirstDifference(const JobGraph& expected, const JobGraph& actual);
/// The plan as an indented tree, for a terminal.
std::string JobGraphToTree(const JobGraph& graph);

}  // namespace penstock
