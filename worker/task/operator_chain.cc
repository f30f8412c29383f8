#include "worker/task/operator_chain.h"

#include <algorithm>
#include <utility>

#include "worker/task/record_taps.h"

namespace penstock {

/// An operator, its surroundings and its place. The operator goes before its context.
struct OperatorChain::Node {
  Node(const TaskIdentity& task, OperatorBoundary& boundary, std::uint32_t position,
       const GraphOperator& spec)
      : position(position), spec(spec), context(task, boundary, position, spec.name, spec.uid) {}
  void ProcessStatus(bool idle) {
    if (!assigns_watermarks) output->EmitStatus(idle);
  }

  std::string key() const { return spec.uid.empty() ? "#" + std::to_string(position) : spec.uid; }

  const std::uint32_t position;
  const GraphOperator& spec;
  ChainOperatorContext context;
  std::unique_ptr<Operator> op;
  // Set by OperatorChain::Open.
  Output* output = nullptr;
  const RecordType* input_record = nullptr;  // null for a source
  bool assigns_watermarks = false;

  Counter records_in;  // from the operator before it
};

/// Calls the next operator of the chain.
class OperatorChain::ChainedOutput final : public Output {
 public:
  ChainedOutput(OperatorBoundary& boundary, Node& next, bool counting)
      : boundary_(boundary), next_(next), counting_(counting) {}

  void Emit(Batch& batch) override {
    if (batch.empty() || boundary_.failed()) return;
    if (counting_) next_.records_in.Add(batch.size());
    const std::uint32_t previous = boundary_.Enter(next_.position);
    next_.op->ProcessBatch(batch);
    boundary_.Leave(previous);
  }
  void EmitWatermark(Timestamp watermark) override {
    if (watermark <= last_ || boundary_.failed()) return;
    last_ = watermark;
    const std::uint32_t previous = boundary_.Enter(next_.position);
    next_.op->ProcessWatermark(watermark);
    boundary_.Leave(previous);
  }
  void EmitStatus(bool idle) override {
    if (!boundary_.failed()) next_.ProcessStatus(idle);
  }

 private:
  OperatorBoundary& boundary_;
  Node& next_;
  const bool counting_;
  Timestamp last_ = Timestamp::Min();
};

/// Any number of consumers: all but the last get copies.
class OperatorChain::FanOutput final : public Output {
 public:
  explicit FanOutput(std::vector<Output*> consumers) : consumers_(std::move(consumers)) {}

  void Emit(Batch& batch) override {
    if (batch.empty()) return;
    for (std::size_t i = 0; i < consumers_.size(); ++i) {
      if (i + 1 == consumers_.size())
        consumers_[i]->Emit(batch);
      else
        consumers_[i]->Emit(*batch.Copy());
    }
  }
  void EmitWatermark(Timestamp watermark) override {
    for (Output* consumer : consumers_) consumer->EmitWatermark(watermark);
  }
  void EmitStatus(bool idle) override {
    for (Output* consumer : consumers_) consumer->EmitStatus(idle);
  }

 private:
  const std::vector<Output*> consumers_;
};

/// The main output of an operator that has side outputs too: their readers get its watermarks.
class OperatorChain::SideWatermarks final : public Output {
 public:
  SideWatermarks(Output& main, Output& sides) : main_(main), sides_(sides) {}

  void Emit(Batch& batch) override { main_.Emit(batch); }
  void EmitWatermark(Timestamp watermark) override {
    main_.EmitWatermark(watermark);
    sides_.EmitWatermark(watermark);
  }
  void EmitStatus(bool idle) override {
    main_.EmitStatus(idle);
    sides_.EmitStatus(idle);
  }

 private:
  Output& main_;
  Output& sides_;
};

/// Shows some of the records to those who watch them.
class OperatorChain::TapOutput final : public Output {
 public:
  TapOutput(RecordTap& tap, Output& next) : tap_(tap), next_(next) {}

  void Emit(Batch& batch) override {
    if (tap_.watched()) tap_.Take(batch);
    next_.Emit(batch);
  }
  void EmitWatermark(Timestamp watermark) override { next_.EmitWatermark(watermark); }
  void EmitStatus(bool idle) override { next_.EmitStatus(idle); }

 private:
  RecordTap& tap_;
  Output& next_;
};

/// Remembers how far a source has come, and whether it is idle.
class OperatorChain::SourceOutput final : public Output {
 public:
  SourceOutput(Output& next, Timestamp& emitted, Timestamp& watermark, bool& idle)
      : next_(next), emitted_(emitted), watermark_(watermark), idle_(idle) {}

  void Emit(Batch& batch) override {
    if (!batch.empty()) emitted_ = batch.timestamps().back();
    next_.Emit(batch);
  }
  void EmitWatermark(Timestamp watermark) override {
    if (watermark <= watermark_) return;
    watermark_ = watermark;
    next_.EmitWatermark(watermark);
  }
  void EmitStatus(bool idle) override {
    if (idle == idle_) return;
    idle_ = idle;
    next_.EmitStatus(idle);
  }

 private:
  Output& next_;
  Timestamp& emitted_;
  Timestamp& watermark_;
  bool& idle_;
};

namespace {

std::vector<std::string> NamesOf(const JobVertex& vertex) {
  std::vector<std::string> names;
  for (const GraphOperator& op : vertex.operators) {
    names.push_back(op.uid.empty() ? op.name : op.uid);
  }
  return names;
}

/// One that reads the main output of an operator and can encode its records without asking a
/// function of the job where they go; null when there is none.
const EdgeType* EdgeOutOf(const std::vector<OperatorSpec>& specs, std::uint32_t index) {
  for (const OperatorSpec& reader : specs) {
    for (const OperatorSpec::Input& input : reader.inputs) {
      const bool reads = input.from == index && input.side.empty() && input.edge != nullptr;
      if (reads && input.edge->distribution() != Distribution::kCustom) return input.edge.get();
    }
  }
  return nullptr;
}

}  // namespace

OperatorChain::OperatorChain(const TaskIdentity& task, const JobVertex& vertex,
                             std::vector<ChainEdge> edges)
    : task_(task), vertex_(vertex), edges_(std::move(edges)), boundary_(NamesOf(vertex)) {
  for (std::uint32_t i = 0; i < vertex.operators.size(); ++i) {
    nodes_.push_back(std::make_unique<Node>(task_, boundary_, i, vertex.operators[i]));
  }
}

OperatorChain::~OperatorChain() = default;

/// One that hands on to all; of none it drops what it gets.
Output& OperatorChain::Join(std::vector<Output*> consumers) {
  if (consumers.size() == 1) return *consumers.front();
  outputs_.push_back(std::make_unique<FanOutput>(std::move(consumers)));
  return *outputs_.back();
}

/// The operator's main output; its side outputs go to its context.
Output& OperatorChain::MakeOutputs(Node& node) {
  std::map<std::string, std::vector<Output*>> consumers;
  for (const ChainEdge& edge : edges_) {
    if (edge.from_operator != node.position) continue;
    consumers[edge.side].push_back(edge.output.get());
    if (!edge.side.empty()) node.context.ExpectSideRecords(edge.side, *edge.record);
  }
  for (const std::unique_ptr<Node>& next : nodes_) {
    if (next->spec.input != static_cast<std::int32_t>(node.position)) continue;
    outputs_.push_back(std::make_unique<ChainedOutput>(boundary_, *next, task_.counting));
    const std::string& side = next->spec.input_side;
    consumers[side].push_back(outputs_.back().get());
    if (!side.empty()) node.context.ExpectSideRecords(side, *next->input_record);
  }
  Output& main = Join(std::move(consumers[""]));
  consumers.erase("");
  if (consumers.empty()) return main;
  std::vector<Output*> sides;
  for (auto& [side, readers] : consumers) {
    sides.push_back(&Join(std::move(readers)));
    node.context.SetSideOutput(side, *sides.back());
  }
  outputs_.push_back(std::make_unique<SideWatermarks>(main, Join(std::move(sides))));
  return *outputs_.back();
}

Output& OperatorChain::Tapped(const Node& node, const std::vector<OperatorSpec>& specs,
                              Output& next) {
  const EdgeType* type = EdgeOutOf(specs, node.spec.index);
  if (task_.taps == nullptr || type == nullptr) return next;
  const std::string& name = node.spec.uid.empty() ? node.spec.name : node.spec.uid;
  RecordTap& tap = task_.taps->Add(task_.subtask, node.position, name, *type, task_.clock);
  outputs_.push_back(std::make_unique<TapOutput>(tap, next));
  return *outputs_.back();
}

Status OperatorChain::Open(const std::vector<OperatorSpec>& specs) {
  for (const std::unique_ptr<Node>& node : nodes_) {
    const OperatorSpec& spec = specs[node->spec.index];
    node->assigns_watermarks = spec.assigns_watermarks;
    if (!spec.inputs.empty()) node->input_record = &spec.inputs.front().edge->record_type();
  }
  return ForEachOperator([&](Node& node) {
    node.op = specs[node.spec.index].make();
    node.output = &Tapped(node, specs, MakeOutputs(node));
    if (vertex_.is_source() && node.position == 0) {
      source_ = dynamic_cast<SourceOperator*>(node.op.get());
      if (source_ == nullptr) return Status::Internal("is no source operator");
      outputs_.push_back(std::make_unique<SourceOutput>(*node.output, source_emitted_,
                                                        source_watermark_, source_idle_));
      node.output = outputs_.back().get();
      root_output_ = node.output;
    }
    return node.op->Open(node.context, *node.output);
  });
}

Status OperatorChain::ForEachOperator(const std::function<Status(Node&)>& call) {
  for (const std::unique_ptr<Node>& node : nodes_) {
    PENSTOCK_RETURN_IF_ERROR(boundary_.Run(node->position, [&] { return call(*node); }));
  }
  return Status::Ok();
}

std::vector<OperatorTables> OperatorChain::tables() const {
  std::vector<OperatorTables> tables;
  for (const std::unique_ptr<Node>& node : nodes_) {
    if (!node->context.tables().empty()) tables.push_back({node->key(), node->context.tables()});
  }
  return tables;
}

Status OperatorChain::Restore(const RestoredCheckpoint& restore) {
  return ForEachOperator([&](Node& node) { return RestoreOperator(restore, node); });
}

Status OperatorChain::RestoreOperator(const RestoredCheckpoint& restore, Node& node) {
  OperatorRestore states;
  states.old_parallelism = task_.parallelism;
  states.subtask = task_.subtask.index;
  states.parallelism = task_.parallelism;
  states.ignore_unclaimed = restore.ignores_unclaimed();
  for (const StoredOperator& stored : restore.Find(vertex_.id, node.key())) {
    states.old_parallelism = stored.task.metadata.parallelism;
    states.states.push_back({stored.task.metadata.subtask.index, stored.op.state});
  }
  PENSTOCK_RETURN_IF_ERROR(states.Check());
  return node.op->Restore(states);
}

Status OperatorChain::ProcessBatch(std::uint32_t input, Batch& batch) {
  return boundary_.Run(0, [&] { nodes_.front()->op->ProcessInput(input, batch); });
}

Status OperatorChain::ProcessEncoded(const InputChannelType& type, const EncodedRecords& records,
                                     Batch& batch) {
  return boundary_.Run(0, [&] {
    PENSTOCK_RETURN_IF_ERROR(type.record->Decode(records.bytes, records.count, batch));
    nodes_.front()->op->ProcessInput(type.input, batch);
    return Status::Ok();
  });
}

Status OperatorChain::ProcessWatermark(Timestamp watermark) {
  return boundary_.Run(0, [&] { nodes_.front()->op->ProcessWatermark(watermark); });
}

Status OperatorChain::ProcessStatus(bool idle) {
  return boundary_.Run(0, [&] { nodes_.front()->ProcessStatus(idle); });
}

std::optional<Timestamp> OperatorChain::NextProcessingTime() const {
  std::optional<Timestamp> earliest;
  for (const std::unique_ptr<Node>& node : nodes_) {
    const std::optional<Timestamp> next = node->op->NextProcessingTime();
    if (next && (!earliest || *next < *earliest)) earliest = next;
  }
  return earliest;
}

Status OperatorChain::OnProcessingTime(Timestamp now) {
  return ForEachOperator([&](Node& node) {
    const std::optional<Timestamp> next = node.op->NextProcessingTime();
    if (next && *next <= now) node.op->OnProcessingTime(now);
    return Status::Ok();
  });
}

Status OperatorChain::PollSource(SourcePoll& outcome) {
  return boundary_.Run(0, [&] { outcome = source_->Poll(); });
}

Status OperatorChain::EndEventTime() {
  return boundary_.Run(0, [&] {
    root_output_->EmitStatus(/*idle=*/false);
    root_output_->EmitWatermark(Timestamp::Max());
  });
}

Result<FrozenChain> OperatorChain::Freeze(CheckpointId checkpoint) {
  FrozenChain frozen;
  PENSTOCK_RETURN_IF_ERROR(ForEachOperator([&](Node& node) -> Status {
    FrozenOperator op{node.key(), node.spec.name, {}, {}};
    PENSTOCK_RETURN_IF_ERROR(node.op->SnapshotState(checkpoint, op.state));
    for (KeyedTable* table : node.context.tables()) {
      op.tables.push_back({table->descriptor(), table->Freeze()});
    }
    const bool keeps_something = !node.spec.uid.empty() || !op.state.empty() || !op.tables.empty();
    if (keeps_something) frozen.operators.push_back(std::move(op));
    return Status::Ok();
  }));
  return frozen;
}

Status OperatorChain::NotifyCompleted(CheckpointId checkpoint) {
  return ForEachOperator(
      [&](Node& node) { return node.op->NotifyCheckpointCompleted(checkpoint); });
}

Status OperatorChain::Close() {
  return ForEachOperator([](Node& node) { return node.op->Close(); });
}

bool OperatorChain::HasRoom() const {
  for (const ChainEdge& edge : edges_) {
    if (!edge.output->HasRoom()) return false;
  }
  return true;
}

bool OperatorChain::Flush(PartitionOutput::FlushScope scope) {
  bool sent = false;
  for (const ChainEdge& edge : edges_) sent |= edge.output->Flush(scope);
  return sent;
}

void OperatorChain::SendBarrier(const CheckpointBarrier& barrier) {
  for (const ChainEdge& edge : edges_) edge.output->SendBarrier(barrier);
}

std::uint64_t OperatorChain::records_out() const {
  std::uint64_t records = 0;
  for (const ChainEdge& edge : edges_) records += edge.output->records();
  return records;
}

std::vector<EdgeMetrics> OperatorChain::edge_metrics() const {
  std::vector<EdgeMetrics> metrics;
  for (const ChainEdge& edge : edges_) {
    metrics.push_back({edge.output->records(), edge.output->bytes()});
  }
  return metrics;
}

double OperatorChain::output_usage() const {
  double fullest = 0;
  for (const ChainEdge& edge : edges_) fullest = std::max(fullest, edge.output->usage());
  return fullest;
}

std::optional<Timestamp> OperatorChain::output_watermark() const {
  std::optional<Timestamp> least;
  for (const ChainEdge& edge : edges_) {
    least = std::min(least.value_or(Timestamp::Max()), edge.output->watermark());
  }
  return least;
}

/// Every reader of an output gets all its records, so that any of them has counted them.
std::uint64_t OperatorChain::RecordsOutOf(const Node& node) const {
  std::map<std::string, std::uint64_t> records;  // by tag of the output
  for (const ChainEdge& edge : edges_) {
    if (edge.from_operator == node.position) records[edge.side] = edge.output->records();
  }
  for (const std::unique_ptr<Node>& next : nodes_) {
    if (next->spec.input != static_cast<std::int32_t>(node.position)) continue;
    records[next->spec.input_side] = next->records_in.value();
  }
  std::uint64_t sum = 0;
  for (const auto& [side, count] : records) sum += count;
  return sum;
}

void OperatorChain::CollectCounters(std::map<std::string, std::uint64_t>& counters,
                                    std::uint64_t records_in) const {
  for (const std::unique_ptr<Node>& node : nodes_) {
    std::map<std::string, std::uint64_t> own;
    node->context.CollectCounters(own);
    const std::string& prefix = node->spec.uid.empty() ? node->spec.name : node->spec.uid;
    own.emplace(prefix + ".numRecordsIn",
                node->position == 0 ? records_in : node->records_in.value());
    own.emplace(prefix + ".numRecordsOut", RecordsOutOf(*node));
    for (const auto& [name, value] : own) counters[name] += value;
  }
}

}  // namespace penstock
