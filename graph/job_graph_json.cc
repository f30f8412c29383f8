#include <boost/json.hpp>

#include "common/checksum.h"
#include "common/hex.h"
#include "graph/job_graph.h"

namespace penstock {
namespace {

namespace json = boost::json;

constexpr int kFormatVersion = 1;

json::array FieldsToJson(const Fingerprint& fields) {
  json::array array;
  for (const TypeField& field : fields) {
    array.push_back(json::object{{"name", field.name}, {"type", field.type}});
  }
  return array;
}

/// Adds the members that are not empty.
void AddEvolution(const Evolution& evolution, json::object& state) {
  json::array aliases;
  for (const FieldAlias& alias : evolution.aliases) {
    aliases.push_back(json::object{{"now", alias.now}, {"before", alias.before}});
  }
  json::array defaults;
  for (const DefaultValue& value : evolution.defaults) {
    defaults.push_back(json::object{{"path", value.path}, {"bytes", ToHex(value.bytes)}});
  }
  if (!aliases.empty()) state["aliases"] = std::move(aliases);
  if (!defaults.empty()) state["defaults"] = std::move(defaults);
}

json::object StateToJson(const GraphState& state) {
  json::object object{{"name", state.name},
                      {"kind", state.kind},
                      {"key", FieldsToJson(state.key)},
                      {"namespace", FieldsToJson(state.space)},
                      {"value", FieldsToJson(state.value)}};
  AddEvolution(state.evolution, object);
  return object;
}

json::object OperatorToJson(const GraphOperator& op) {
  json::array states;
  for (const GraphState& state : op.states) states.push_back(StateToJson(state));
  json::object object{{"index", op.index}, {"name", op.name},         {"uid", op.uid},
                      {"kind", op.kind},   {"delivery", op.delivery}, {"stateful", op.stateful},
                      {"states", states},  {"input", op.input}};
  if (!op.input_side.empty()) object["input-side"] = op.input_side;
  if (!op.alignment_group.empty()) object["alignment-group"] = op.alignment_group;
  return object;
}

json::object VertexToJson(const JobVertex& vertex) {
  json::array operators;
  for (const GraphOperator& op : vertex.operators) operators.push_back(OperatorToJson(op));
  json::object object{{"id", vertex.id.value()},
                      {"name", vertex.name},
                      {"parallelism", vertex.parallelism},
                      {"max-parallelism", vertex.max_parallelism},
                      {"operators", operators}};
  if (vertex.slot_sharing_group != kDefaultSlotSharingGroup) {
    object["slot-sharing-group"] = vertex.slot_sharing_group;
  }
  return object;
}

json::object EdgeToJson(const JobEdge& edge) {
  json::object object{{"from", edge.from.value()},
                      {"from-operator", edge.from_operator},
                      {"to", edge.to.value()},
                      {"distribution", ToString(edge.distribution)},
                      {"record", FieldsToJson(edge.record)},
                      {"key", FieldsToJson(edge.key)}};
  if (!edge.side.empty()) object["side"] = edge.side;
  if (edge.input != 0) object["input"] = edge.input;
  return object;
}

// The From… functions throw boost::system::system_error on a missing or mistyped member;
// JobGraphFromJson turns that into a Status.

std::string StringAt(const json::object& object, const char* key) {
  return std::string(object.at(key).as_string());
}

std::uint32_t NumberAt(const json::object& object, const char* key) {
  return object.at(key).to_number<std::uint32_t>();
}

/// Of a member that is written only when it says something.
std::string StringIfAny(const json::object& object, const char* key, const char* otherwise = "") {
  return object.contains(key) ? StringAt(object, key) : otherwise;
}

Fingerprint FieldsFromJson(const json::value& value) {
  Fingerprint fields;
  for (const json::value& item : value.as_array()) {
    const json::object& field = item.as_object();
    fields.push_back({StringAt(field, "name"), StringAt(field, "type")});
  }
  return fields;
}

std::string BytesAt(const json::object& object, const char* key) {
  std::optional<std::string> bytes = FromHex(StringAt(object, key));
  if (!bytes) throw std::invalid_argument(std::string(key) + " is not hexadecimal");
  return *std::move(bytes);
}

Evolution EvolutionFromJson(const json::object& state) {
  Evolution evolution;
  if (const json::value* aliases = state.if_contains("aliases")) {
    for (const json::value& item : aliases->as_array()) {
      const json::object& alias = item.as_object();
      evolution.aliases.push_back({StringAt(alias, "now"), StringAt(alias, "before")});
    }
  }
  if (const json::value* defaults = state.if_contains("defaults")) {
    for (const json::value& item : defaults->as_array()) {
      const json::object& value = item.as_object();
      evolution.defaults.push_back({StringAt(value, "path"), BytesAt(value, "bytes")});
    }
  }
  return evolution;
}

GraphState StateFromJson(const json::object& object) {
  return {StringAt(object, "name"),           StringAt(object, "kind"),
          FieldsFromJson(object.at("key")),   FieldsFromJson(object.at("namespace")),
          FieldsFromJson(object.at("value")), EvolutionFromJson(object)};
}

GraphOperator OperatorFromJson(const json::object& object) {
  GraphOperator op;
  op.index = NumberAt(object, "index");
  op.name = StringAt(object, "name");
  op.uid = StringAt(object, "uid");
  op.kind = StringAt(object, "kind");
  op.delivery = StringAt(object, "delivery");
  op.stateful = object.at("stateful").as_bool();
  for (const json::value& state : object.at("states").as_array()) {
    op.states.push_back(StateFromJson(state.as_object()));
  }
  op.input = object.at("input").to_number<std::int32_t>();
  op.input_side = StringIfAny(object, "input-side");
  op.alignment_group = StringIfAny(object, "alignment-group");
  return op;
}

JobVertex VertexFromJson(const json::object& object) {
  JobVertex vertex;
  vertex.id = VertexId(NumberAt(object, "id"));
  vertex.name = StringAt(object, "name");
  vertex.parallelism = NumberAt(object, "parallelism");
  vertex.max_parallelism = NumberAt(object, "max-parallelism");
  for (const json::value& op : object.at("operators").as_array()) {
    vertex.operators.push_back(OperatorFromJson(op.as_object()));
  }
  vertex.slot_sharing_group = StringIfAny(object, "slot-sharing-group", kDefaultSlotSharingGroup);
  return vertex;
}

EdgeDistribution DistributionFromName(std::string_view name) {
  for (auto distribution :
       {EdgeDistribution::kForward, EdgeDistribution::kHash, EdgeDistribution::kRebalance,
        EdgeDistribution::kRescale, EdgeDistribution::kShuffle, EdgeDistribution::kGlobal,
        EdgeDistribution::kBroadcast, EdgeDistribution::kCustom}) {
    if (name == ToString(distribution)) return distribution;
  }
  throw std::invalid_argument("unknown distribution '" + std::string(name) + "'");
}

JobEdge EdgeFromJson(const json::object& object) {
  JobEdge edge;
  edge.from = VertexId(NumberAt(object, "from"));
  edge.from_operator = NumberAt(object, "from-operator");
  edge.to = VertexId(NumberAt(object, "to"));
  edge.distribution = DistributionFromName(object.at("distribution").as_string());
  edge.record = FieldsFromJson(object.at("record"));
  edge.key = FieldsFromJson(object.at("key"));
  edge.side = StringIfAny(object, "side");
  if (object.contains("input")) edge.input = NumberAt(object, "input");
  return edge;
}

JobGraph GraphFromJson(const json::object& object) {
  JobGraph graph;
  graph.name = StringAt(object, "name");
  graph.guarantee = StringAt(object, "guarantee");
  for (const json::value& vertex : object.at("vertices").as_array()) {
    graph.vertices.push_back(VertexFromJson(vertex.as_object()));
  }
  for (const json::value& edge : object.at("edges").as_array()) {
    graph.edges.push_back(EdgeFromJson(edge.as_object()));
  }
  return graph;
}

/// References between vertices, operators and edges that would be followed blindly later.
Status CheckReferences(const JobGraph& graph) {
  for (std::size_t i = 0; i < graph.vertices.size(); ++i) {
    const JobVertex& vertex = graph.vertices[i];
    const bool sound = vertex.id.value() == i && !vertex.operators.empty() &&
                       vertex.parallelism > 0 && vertex.parallelism <= vertex.max_parallelism &&
                       vertex.max_parallelism <= kMaxMaxParallelism;
    if (!sound) return Status::Corruption("job graph: vertex " + std::to_string(i) + " is damaged");
    for (std::size_t k = 0; k < vertex.operators.size(); ++k) {
      const std::int32_t input = vertex.operators[k].input;
      if (input >= static_cast<std::int32_t>(k)) {
        return Status::Corruption("job graph: operator '" + vertex.operators[k].name +
                                  "' reads one that comes after it");
      }
    }
  }
  for (const JobEdge& edge : graph.edges) {
    const bool sound = edge.from < edge.to && edge.to.value() < graph.vertices.size() &&
                       edge.from_operator < graph.vertex(edge.from).operators.size();
    if (!sound) return Status::Corruption("job graph: an edge leads nowhere");
  }
  return Status::Ok();
}

}  // namespace

std::string JobGraphToJson(const JobGraph& graph) {
  json::array vertices;
  for (const JobVertex& vertex : graph.vertices) vertices.push_back(VertexToJson(vertex));
  json::array edges;
  for (const JobEdge& edge : graph.edges) edges.push_back(EdgeToJson(edge));
  return json::serialize(json::object{{"version", kFormatVersion},
                                      {"name", graph.name},
                                      {"guarantee", graph.guarantee},
                                      {"vertices", vertices},
                                      {"edges", edges}});
}

Result<JobGraph> JobGraphFromJson(std::string_view text) {
  try {
    const json::value value = json::parse({text.data(), text.size()});
    const json::object& object = value.as_object();
    if (object.at("version").to_number<int>() != kFormatVersion) {
      return Status::Corruption("job graph: unknown format version " +
                                json::serialize(object.at("version")));
    }
    JobGraph graph = GraphFromJson(object);
    PENSTOCK_RETURN_IF_ERROR(CheckReferences(graph));
    return graph;
  } catch (const std::exception& error) {
    return Status::Corruption(std::string("job graph: ") + error.what());
  }
}

std::uint64_t JobGraphHash(const JobGraph& graph) {
  return Checksum(JobGraphToJson(WithoutEvolution(graph)));
}

}  // namespace penstock
