#include <fmt/format.h>

#include "graph/job_graph.h"

namespace penstock {
namespace {

std::string Changed(const std::string& what, const std::string& expected,
                    const std::string& actual) {
  return fmt::format("{} was {} and is now {}", what, expected, actual);
}

std::string StateDifference(const std::string& where, const GraphState& expected,
                            const GraphState& actual) {
  const std::string what = fmt::format("{}, state '{}'", where, expected.name);
  if (expected.name != actual.name) return Changed(where + ": a state", expected.name, actual.name);
  if (expected.kind != actual.kind) return Changed(what + ": its kind", expected.kind, actual.kind);
  auto layout_check = {std::tuple("key", &expected.key, &actual.key),
                       std::tuple("namespace", &expected.space, &actual.space),
                       std::tuple("value", &expected.value, &actual.value)};
  for (const auto& [role, before, after] : layout_check) {
    if (*before != *after) {
      return Changed(fmt::format("{}: its {}", what, role), ToString(*before), ToString(*after));
    }
  }
  return "";
}

std::string OperatorDifference(const GraphOperator& expected, const GraphOperator& actual) {
  const std::string where = fmt::format("operator {} ('{}')", expected.index, expected.name);
  if (expected.index != actual.index) {
    return Changed(where + ": its position", std::to_string(expected.index),
                   std::to_string(actual.index));
  }
  if (expected.name != actual.name)
    return Changed(where + ": its name", expected.name, actual.name);
  if (expected.uid != actual.uid) return Changed(where + ": its uid", expected.uid, actual.uid);
  if (expected.states.size() != actual.states.size()) {
    return Changed(where + ": its number of states", std::to_string(expected.states.size()),
                   std::to_string(actual.states.size()));
  }
  for (std::size_t i = 0; i < expected.states.size(); ++i) {
    std::string difference = StateDifference(where, expected.states[i], actual.states[i]);
    if (!difference.empty()) return difference;
  }
  return expected == actual ? "" : where + " is of another kind or reads another operator";
}

std::string VertexDifference(const JobVertex& expected, const JobVertex& actual) {
  const std::string where = fmt::format("task '{}'", expected.name);
  if (expected.operators.size() != actual.operators.size()) {
    return Changed(where, expected.name, actual.name);
  }
  for (std::size_t i = 0; i < expected.operators.size(); ++i) {
    std::string difference = OperatorDifference(expected.operators[i], actual.operators[i]);
    if (!difference.empty()) return difference;
  }
  if (expected.parallelism != actual.parallelism) {
    return Changed(where + ": its parallelism", std::to_string(expected.parallelism),
                   std::to_string(actual.parallelism));
  }
  return expected == actual ? "" : where + " has changed";
}

/// A key that is one value has no name worth showing.
std::string KeyText(const Fingerprint& key) {
  return key.size() == 1 ? key.front().type : ToString(key);
}

std::string EdgeText(const JobEdge& edge) {
  std::string text = ToString(edge.distribution);
  if (!edge.key.empty()) text += " by " + KeyText(edge.key);
  if (!edge.side.empty()) text += " of side output " + edge.side;
  if (edge.input != 0) text += fmt::format(", input {}", edge.input + 1);
  return text;
}

std::uint32_t Index(const JobGraph& graph, const JobEdge& edge) {
  return static_cast<std::uint32_t>(&edge - graph.edges.data());
}

void AppendVertexTree(const JobGraph& graph, const JobVertex& vertex, const std::string& indent,
                      std::string& out);

void AppendOperatorTree(const JobGraph& graph, const JobVertex& vertex, std::int32_t position,
                        const std::string& indent, std::string& out) {
  const GraphOperator& op = vertex.operators[position];
  const std::string uid = op.uid.empty() ? "" : fmt::format("  uid={}", op.uid);
  const std::string delivery = op.delivery.empty() ? "" : fmt::format("  [{}]", op.delivery);
  const std::string side =
      op.input_side.empty() ? "" : fmt::format("side output {}: ", op.input_side);
  out += fmt::format("{}{}{}{}{}\n", indent, side, op.name, uid, delivery);
  for (std::size_t i = 0; i < vertex.operators.size(); ++i) {
    if (vertex.operators[i].input == position) {
      AppendOperatorTree(graph, vertex, static_cast<std::int32_t>(i), indent + "  ", out);
    }
  }
  for (const JobEdge& edge : graph.edges) {
    if (edge.from != vertex.id || edge.from_operator != static_cast<std::uint32_t>(position)) {
      continue;
    }
    out += fmt::format("{}  └─ {}\n", indent, EdgeText(edge));
    if (graph.inputs(edge.to).front() != Index(graph, edge)) {
      out += fmt::format("{}     task {}, see above\n", indent, edge.to.value());
      continue;
    }
    AppendVertexTree(graph, graph.vertex(edge.to), indent + "     ", out);
  }
}

void AppendVertexTree(const JobGraph& graph, const JobVertex& vertex, const std::string& indent,
                      std::string& out) {
  out += fmt::format("{}task {}  parallelism={}\n", indent, vertex.id.value(), vertex.parallelism);
  AppendOperatorTree(graph, vertex, 0, indent + "  ", out);
}

}  // namespace

std::string FirstDifference(const JobGraph& before, const JobGraph& after) {
  const JobGraph expected = WithoutEvolution(before);
  const JobGraph actual = WithoutEvolution(after);
  if (expected.name != actual.name) return Changed("the job's name", expected.name, actual.name);
  if (expected.vertices.size() != actual.vertices.size()) {
    return Changed("the number of tasks", std::to_string(expected.vertices.size()),
                   std::to_string(actual.vertices.size()));
  }
  for (std::size_t i = 0; i < expected.vertices.size(); ++i) {
    std::string difference = VertexDifference(expected.vertices[i], actual.vertices[i]);
    if (!difference.empty()) return difference;
  }
  return expected == actual ? "" : "an edge between tasks has changed";
}

std::string JobGraphToTree(const JobGraph& graph) {
  std::string out = fmt::format("{}  ({}, {} slot{})\n", graph.name, graph.guarantee, graph.slots(),
                                graph.slots() == 1 ? "" : "s");
  for (const JobVertex& vertex : graph.vertices) {
    if (vertex.is_source()) AppendVertexTree(graph, vertex, "", out);
  }
  return out;
}

}  // namespace penstock
