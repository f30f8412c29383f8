#include "worker/plugin/graph_builder.h"

#include <algorithm>
#include <utility>

#include "api/runtime/job_validation.h"

namespace penstock {
namespace {

const char* KindName(OperatorKind kind) {
  switch (kind) {
    case OperatorKind::kSource: return "source";
    case OperatorKind::kTransform: return "transform";
    case OperatorKind::kSink: return "sink";
  }
  return "unknown";
}

const char* DeliveryName(Delivery delivery) {
  switch (delivery) {
    case Delivery::kReplayable: return "replayable";
    case Delivery::kNotReplayable: return "not-replayable";
    case Delivery::kTransactional: return "transactional";
    case Delivery::kIdempotent: return "idempotent";
    case Delivery::kAtLeastOnce: return "at-least-once";
    case Delivery::kNone: return "";
  }
  return "";
}

EdgeDistribution ToEdgeDistribution(Distribution distribution) {
  switch (distribution) {
    case Distribution::kForward: return EdgeDistribution::kForward;
    case Distribution::kHash: return EdgeDistribution::kHash;
    case Distribution::kRebalance: return EdgeDistribution::kRebalance;
    case Distribution::kRescale: return EdgeDistribution::kRescale;
    case Distribution::kShuffle: return EdgeDistribution::kShuffle;
    case Distribution::kGlobal: return EdgeDistribution::kGlobal;
    case Distribution::kBroadcast: return EdgeDistribution::kBroadcast;
    case Distribution::kCustom: return EdgeDistribution::kCustom;
  }
  return EdgeDistribution::kForward;
}

/// Where an operator has gone.
struct Place {
  std::uint32_t vertex = 0;
  std::uint32_t position = 0;
};

/// Puts the operators of a valid job, in order of declaration, into vertices. An operator's input
/// is declared before it, so vertices come out in topological order.
class ChainBuilder {
 public:
  ChainBuilder(const RecordedJob& job, const JobDefaults& defaults)
      : job_(job), defaults_(defaults) {}

  JobGraph Build() {
    graph_.name = defaults_.name;
    for (std::uint32_t i = 0; i < job_.operators.size(); ++i) Add(i);
    return std::move(graph_);
  }

 private:
  std::uint32_t ParallelismOf(std::uint32_t index) const {
    return job_.operators[index].parallelism.value_or(defaults_.parallelism);
  }
  std::uint32_t MaxParallelismOf(std::uint32_t index) const {
    return job_.operators[index].max_parallelism.value_or(defaults_.max_parallelism);
  }
  /// Its own; else the one that all its inputs have.
  std::string SlotSharingGroupOf(std::uint32_t index) const {
    const OperatorSpec& spec = job_.operators[index];
    if (!spec.slot_sharing_group.empty()) return spec.slot_sharing_group;
    if (spec.inputs.empty()) return kDefaultSlotSharingGroup;
    const std::string& first = groups_[spec.inputs.front().from];
    const bool same = std::ranges::all_of(spec.inputs, [&](const OperatorSpec::Input& input) {
      return groups_[input.from] == first;
    });
    return same ? first : kDefaultSlotSharingGroup;
  }

  GraphOperator Describe(std::uint32_t index) const {
    const OperatorSpec& spec = job_.operators[index];
    GraphOperator op;
    op.index = index;
    op.name = spec.name;
    op.uid = spec.uid;
    op.kind = KindName(spec.kind);
    op.delivery = DeliveryName(spec.delivery);
    op.stateful = spec.stateful;
    op.alignment_group = spec.alignment_group;
    for (const StateDescriptor& state : spec.states) {
      op.states.push_back(
          {state.name, state.kind, state.key, state.space, state.value, state.evolution});
    }
    return op;
  }

  bool Chained(std::uint32_t index) const {
    const OperatorSpec& spec = job_.operators[index];
    if (spec.inputs.size() != 1 || spec.chaining != Chaining::kAllowed) return false;
    const OperatorSpec::Input& input = spec.inputs.front();
    return input.edge->distribution() == Distribution::kForward &&
           job_.operators[input.from].chaining != Chaining::kNever &&
           ParallelismOf(index) == ParallelismOf(input.from) &&
           MaxParallelismOf(index) == MaxParallelismOf(input.from) &&
           groups_[index] == groups_[input.from];
  }

  void Add(std::uint32_t index) {
    groups_.push_back(SlotSharingGroupOf(index));
    GraphOperator op = Describe(index);
    if (Chained(index)) {
      const OperatorSpec::Input& input = job_.operators[index].inputs.front();
      const Place parent = places_[input.from];
      op.input = static_cast<std::int32_t>(parent.position);
      op.input_side = input.side;
      JobVertex& vertex = graph_.vertices[parent.vertex];
      vertex.name += " -> " + op.name;
      vertex.operators.push_back(std::move(op));
      places_.push_back({parent.vertex, static_cast<std::uint32_t>(vertex.operators.size() - 1)});
      return;
    }
    JobVertex vertex;
    vertex.id = VertexId(static_cast<std::uint32_t>(graph_.vertices.size()));
    vertex.name = op.name;
    vertex.parallelism = ParallelismOf(index);
    vertex.max_parallelism = MaxParallelismOf(index);
    vertex.slot_sharing_group = groups_[index];
    vertex.operators.push_back(std::move(op));
    places_.push_back({vertex.id.value(), 0});
    for (const OperatorSpec::Input& input : job_.operators[index].inputs) AddEdge(input, vertex);
    graph_.vertices.push_back(std::move(vertex));
  }

  void AddEdge(const OperatorSpec::Input& input, const JobVertex& to) {
    const Place from = places_[input.from];
    JobEdge edge;
    edge.from = VertexId(from.vertex);
    edge.from_operator = from.position;
    edge.to = to.id;
    edge.distribution = ToEdgeDistribution(input.edge->distribution());
    const bool equal = graph_.vertex(edge.from).parallelism == to.parallelism;
    if (edge.distribution == EdgeDistribution::kForward && !equal) {
      edge.distribution = EdgeDistribution::kRebalance;
    }
    edge.record = input.edge->record_type().fingerprint();
    edge.key = input.edge->key();
    edge.side = input.side;
    edge.input = input.input;
    graph_.edges.push_back(std::move(edge));
  }

  const RecordedJob& job_;
  const JobDefaults& defaults_;
  JobGraph graph_;
  // By index of declaration.
  std::vector<Place> places_;
  std::vector<std::string> groups_;
};

std::string GuaranteeOf(const RecordedJob& job, CheckpointMode mode) {
  const auto any = [&](Delivery delivery) {
    return std::any_of(job.operators.begin(), job.operators.end(),
                       [&](const OperatorSpec& op) { return op.delivery == delivery; });
  };
  const auto undeclared = [&](OperatorKind kind) {
    return std::any_of(job.operators.begin(), job.operators.end(), [&](const OperatorSpec& op) {
      return op.kind == kind && op.delivery == Delivery::kNone;
    });
  };
  if (any(Delivery::kNotReplayable) || undeclared(OperatorKind::kSource)) return "none";
  if (any(Delivery::kAtLeastOnce) || undeclared(OperatorKind::kSink)) return "at-least-once";
  if (mode == CheckpointMode::kAtLeastOnce) return "at-least-once";
  return "exactly-once";
}

std::vector<std::string> Warnings(const RecordedJob& job) {
  std::vector<bool> used(job.operators.size(), false);
  for (const OperatorSpec& op : job.operators) {
    for (const OperatorSpec::Input& input : op.inputs) used[input.from] = true;
  }
  std::vector<std::string> warnings;
  for (std::size_t i = 0; i < used.size(); ++i) {
    if (used[i] || job.operators[i].kind == OperatorKind::kSink) continue;
    warnings.push_back("nothing reads the output of operator '" + job.operators[i].name + "'");
  }
  return warnings;
}

}  // namespace

PlannerAnswer BuildGraph(const RecordedJob& job, const JobDefaults& defaults) {
  PlannerAnswer answer;
  answer.problems = FindProblems(job, defaults);
  if (!answer.problems.empty()) return answer;
  answer.plan.graph = ChainBuilder(job, defaults).Build();
  answer.plan.graph.guarantee = GuaranteeOf(job, defaults.checkpoint_mode);
  answer.plan.warnings = Warnings(job);
  return answer;
}

}  // namespace penstock
