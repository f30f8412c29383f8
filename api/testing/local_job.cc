#include "api/testing/local_job.h"

#include <algorithm>
#include <utility>

namespace penstock::testing {
namespace {

JobEdge EdgeOf(const OperatorSpec::Input& input, const JobVertex& from, const JobVertex& to) {
  JobEdge edge;
  edge.from = from.id;
  edge.to = to.id;
  edge.side = input.side;
  edge.input = input.input;
  edge.record = input.edge->record_type().fingerprint();
  edge.key = input.edge->key();
  const Distribution distribution = input.edge->distribution();
  if (distribution == Distribution::kForward) {
    edge.distribution = from.parallelism == to.parallelism ? EdgeDistribution::kForward
                                                           : EdgeDistribution::kRebalance;
  } else {
    // To the plan all others but this are the same: every sender is joined to every receiver.
    edge.distribution = distribution == Distribution::kRescale ? EdgeDistribution::kRescale
                                                               : EdgeDistribution::kHash;
  }
  return edge;
}

}  // namespace

const std::string& LabelOf(const OperatorSpec& spec) {
  return spec.uid.empty() ? spec.name : spec.uid;
}

std::string CheckpointKeyOf(const OperatorSpec& spec, std::size_t index) {
  return spec.uid.empty() ? "#" + std::to_string(index) : spec.uid;
}

JobGraph GraphWithoutChains(const std::vector<OperatorSpec>& specs, const JobDefaults& defaults) {
  JobGraph graph;
  graph.name = defaults.name;
  for (const OperatorSpec& spec : specs) {
    JobVertex vertex;
    vertex.id = VertexId(static_cast<std::uint32_t>(graph.vertices.size()));
    vertex.name = spec.name;
    vertex.parallelism = spec.parallelism.value_or(defaults.parallelism);
    vertex.max_parallelism = spec.max_parallelism.value_or(defaults.max_parallelism);
    GraphOperator& op = vertex.operators.emplace_back();
    op.index = vertex.id.value();
    op.name = spec.name;
    op.uid = spec.uid;
    op.kind = spec.kind == OperatorKind::kSource ? "source" : "";
    for (const OperatorSpec::Input& input : spec.inputs) {
      graph.edges.push_back(EdgeOf(input, graph.vertices[input.from], vertex));
    }
    graph.vertices.push_back(std::move(vertex));
  }
  return graph;
}

LocalJob::LocalJob(LocalJobParts parts)
    : parts_(std::move(parts)), plan_(ExpandGraph(parts_.graph)) {
  for (const Channel& channel : plan_.channels) {
    // As if the subtasks of one number were in one process.
    channels_.push_back(
        std::make_unique<LocalChannel>(/*local=*/channel.from.index == channel.to.index));
  }
}

Status LocalJob::ForEach(const std::function<Status(Member&)>& call) {
  for (Member& member : members_) PENSTOCK_RETURN_IF_ERROR(call(member));
  return Status::Ok();
}

Status LocalJob::Open(const Checkpoint* from) {
  for (OperatorIdentity who; const SubtaskId& id : plan_.subtasks) {
    const JobVertex& vertex = parts_.graph.vertex(id.vertex);
    const OperatorSpec& spec = parts_.specs[id.vertex.value()];
    who.job_name = parts_.graph.name;
    who.job = parts_.id;
    who.generation = parts_.generation;
    who.name = spec.name;
    who.uid = spec.uid;
    who.subtask = id.index;
    who.parallelism = vertex.parallelism;
    who.max_parallelism = vertex.max_parallelism;
    who.restored = from != nullptr;
    who.file_system = &parts_.file_system;
    auto task =
        std::make_unique<LocalTask>(spec, who, parts_.surroundings, InputsOf(id), parts_.epoch);
    AddEdges(id, *task);
    AddTaps(id.vertex.value(), *task);
    members_.push_back({id.vertex.value(), std::move(task)});
  }
  return ForEach([&](Member& member) -> Status {
    PENSTOCK_RETURN_IF_ERROR(member.task->Open());
    const StoredOperator* stored = nullptr;
    if (from != nullptr) {
      const auto found = from->operators.find(CheckpointKeyOf(parts_.specs[member.op], member.op));
      if (found != from->operators.end()) stored = &found->second;
    }
    return member.task->Restore(stored);
  });
}

std::vector<LocalInput> LocalJob::InputsOf(SubtaskId id) const {
  std::vector<LocalInput> inputs;
  const auto& declared = parts_.specs[id.vertex.value()].inputs;
  const std::vector<std::uint32_t> edges = parts_.graph.inputs(id.vertex);
  for (const Channel* channel : plan_.InputsOf(id)) {
    const auto nth = std::ranges::find(edges, channel->edge) - edges.begin();
    const OperatorSpec::Input& input = declared[nth];
    inputs.push_back(
        {channels_[channel->id.value()].get(), input.input, &input.edge->record_type()});
  }
  return inputs;
}

void LocalJob::AddEdges(SubtaskId id, LocalTask& task) {
  for (std::uint32_t edge = 0; edge < parts_.graph.edges.size(); ++edge) {
    const JobEdge& out = parts_.graph.edges[edge];
    if (out.from != id.vertex) continue;
    std::vector<LocalChannel*> channels;
    for (const Channel* channel : plan_.OutputsOf(id, edge)) {
      channels.push_back(channels_[channel->id.value()].get());
    }
    if (channels.empty()) continue;
    const std::vector<std::uint32_t> siblings = parts_.graph.inputs(out.to);
    const auto nth = std::ranges::find(siblings, edge) - siblings.begin();
    const EdgeType& type = *parts_.specs[out.to.value()].inputs[nth].edge;
    task.AddEdge(out.side, std::make_unique<EdgeOutput>(std::move(channels), type,
                                                        parts_.graph.vertex(out.to).max_parallelism,
                                                        id.index));
  }
}

void LocalJob::AddTaps(std::size_t op, LocalTask& task) {
  if (RecordTap* tap = parts_.taps[op]; tap != nullptr) {
    if (parts_.specs[op].kind == OperatorKind::kSink)
      task.AddInputTap(*tap);
    else
      task.AddTap(*tap);
  }
  task.set_side_tap([this, op](const std::string& tag, const void* type_id) -> RecordTap& {
    return parts_.side_tap(op, tag, type_id);
  });
}

void LocalJob::FindActions() {
  actions_.clear();
  for (Member& member : members_) {
    LocalTask& task = *member.task;
    if (!task.HasRoom()) continue;
    if (member.triggered) actions_.push_back({&member, Kind::kTrigger, 0});
    if (task.TimerDue()) actions_.push_back({&member, Kind::kTimers, 0});
    if (task.Pollable()) actions_.push_back({&member, Kind::kPoll, 0});
    for (std::size_t i = 0; i < task.inputs(); ++i) {
      if (task.Readable(i)) actions_.push_back({&member, Kind::kRead, i});
    }
  }
}

Status LocalJob::Do(const Action& action) {
  LocalTask& task = *action.member->task;
  switch (action.kind) {
    case Kind::kTimers: return task.FireTimers();
    case Kind::kPoll: return task.Poll();
    case Kind::kRead: return task.Read(action.input);
    case Kind::kTrigger: break;
  }
  action.member->triggered = false;
  return task.Trigger(checkpoint_);
}

Result<bool> LocalJob::Step(TestRandom& random) {
  FindActions();
  if (actions_.empty()) {
    if (!FlushAll()) return false;
    FindActions();
    if (actions_.empty()) return true;
  }
  const Action action = actions_[random.Below(actions_.size())];
  PENSTOCK_RETURN_IF_ERROR(Do(action));
  if (random.Below(2) == 0) action.member->task->Flush();
  return true;
}

bool LocalJob::FlushAll() {
  bool sent = false;
  for (Member& member : members_) sent |= member.task->Flush();
  return sent;
}

void LocalJob::Trigger(CheckpointId checkpoint, bool final) {
  checkpoint_ = checkpoint;
  final_ = final;
  for (Member& member : members_) {
    member.triggered = member.task->is_source();
    if (final) member.task->set_final();
  }
}

std::optional<Checkpoint> LocalJob::Completed() const {
  Checkpoint checkpoint;
  checkpoint.id = checkpoint_;
  checkpoint.final = final_;
  for (const Member& member : members_) {
    const SubtaskSnapshot* snapshot = member.task->SnapshotOf(checkpoint_);
    if (snapshot == nullptr) return std::nullopt;
    const OperatorSpec& spec = parts_.specs[member.op];
    StoredOperator& op = checkpoint.operators[CheckpointKeyOf(spec, member.op)];
    op.uid = spec.uid;
    op.name = spec.name;
    op.max_parallelism = parts_.graph.vertices[member.op].max_parallelism;
    op.subtasks.push_back(*snapshot);
  }
  return checkpoint;
}

Status LocalJob::NotifyCompleted(CheckpointId checkpoint) {
  return ForEach([&](Member& member) { return member.task->NotifyCompleted(checkpoint); });
}

Status LocalJob::Close() {
  return ForEach([](Member& member) { return member.task->Close(); });
}

bool LocalJob::exhausted() const { return UnfinishedSources().empty(); }

std::vector<std::string> LocalJob::UnfinishedSources() const {
  std::vector<std::string> names;
  for (const Member& member : members_) {
    if (!member.task->is_source() || member.task->exhausted()) continue;
    const std::string& name = LabelOf(parts_.specs[member.op]);
    if (names.empty() || names.back() != name) names.push_back(name);
  }
  return names;
}

std::optional<Clock::MonotonicTime> LocalJob::NextDue() const {
  std::optional<Clock::MonotonicTime> due;
  for (const Member& member : members_) {
    const std::optional<Clock::MonotonicTime> next = member.task->NextDue();
    if (next && (!due || *next < *due)) due = next;
  }
  return due;
}

std::vector<std::string> LocalJob::WaitingOperators() const {
  std::vector<std::string> names;
  for (const Member& member : members_) {
    const std::size_t answers = member.task->PendingAnswers();
    if (answers == 0) continue;
    names.push_back("'" + LabelOf(parts_.specs[member.op]) + "' (" + std::to_string(answers) + ")");
  }
  return names;
}

bool LocalJob::HasReadRecords() const {
  return std::ranges::any_of(members_, [](const Member& member) {
    return member.task->is_source() && member.task->records() > 0;
  });
}

std::uint64_t LocalJob::Records(std::size_t op) const {
  std::uint64_t records = 0;
  for (const Member& member : members_) {
    if (member.op == op) records += member.task->records();
  }
  return records;
}

Status LocalJob::Evict() {
  return ForEach([](Member& member) { return member.task->Evict(); });
}

Status LocalJob::Fill(std::uint32_t entries) {
  return ForEach([&](Member& member) { return member.task->Fill(entries); });
}

}  // namespace penstock::testing
