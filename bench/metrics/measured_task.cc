#include "bench/metrics/measured_task.h"

#include <map>
#include <optional>
#include <string>
#include <utility>

namespace penstock::bench {
namespace {

/// One local channel that always has a batch.
class EndlessGate final : public InputGate {
 public:
  EndlessGate(MeasuredTask::NextBatch next, MeasuredTask::Recycle recycle)
      : next_(std::move(next)), recycle_(std::move(recycle)) {}

  std::uint32_t channel_count() const override { return 1; }
  std::optional<Received> Poll() override {
    std::unique_ptr<Batch> batch = next_();
    const std::size_t bytes = batch->MemoryBytes();
    return Received{0, std::move(batch), bytes};
  }
  void Recycle(std::uint32_t, std::unique_ptr<Batch> batch) override { recycle_(std::move(batch)); }
  void Block(std::uint32_t) override {}
  void UnblockAll() override {}
  std::size_t queued_bytes() const override { return 0; }
  std::size_t capacity_bytes() const override { return 1; }

 private:
  const MeasuredTask::NextBatch next_;
  const MeasuredTask::Recycle recycle_;
};

/// A local channel whose receiver drops what it gets.
class DroppingChannel final : public OutputChannel {
 public:
  bool local() const override { return true; }
  void SendBatch(std::unique_ptr<Batch> batch) override {
    Count(batch->MemoryBytes());
    batch->Clear();
    recycled_ = std::move(batch);
  }
  std::unique_ptr<Batch> TakeRecycled() override { return std::move(recycled_); }
  std::string& buffer() override { return unused_; }
  void SendBuffer(std::uint32_t) override {}
  bool HasRoom() const override { return true; }
  void SendControl(StreamElement) override {}
  double usage() const override { return 0; }

 private:
  std::unique_ptr<Batch> recycled_;
  std::string unused_;
};

TaskIdentity IdentityOf(bool counting) {
  return {.job = JobId(1, 1),
          .job_name = "bench",
          .generation = Generation(1),
          .subtask = {VertexId(0), 0},
          .max_parallelism = kDefaultMaxParallelism,
          .counting = counting,
          .state_directory = {},
          .file_system = PosixFileSystem(),
          .clock = SystemClock::Instance()};
}

std::vector<ChainEdge> EdgesOf(const EdgeType& type, std::uint32_t from, bool counting) {
  std::vector<std::unique_ptr<OutputChannel>> channels;
  channels.push_back(std::make_unique<DroppingChannel>());
  std::vector<ChainEdge> edges;
  edges.push_back({from, "", &type.record_type(),
                   std::make_unique<PartitionOutput>(std::move(channels), type,
                                                     kDefaultMaxParallelism, 0, counting)});
  return edges;
}

}  // namespace

JobVertex MeasuredTask::VertexOf(std::size_t operators) {
  JobVertex vertex;
  vertex.max_parallelism = kDefaultMaxParallelism;
  for (std::uint32_t i = 0; i < operators; ++i) {
    GraphOperator& op = vertex.operators.emplace_back();
    op.index = i;
    op.name = "op" + std::to_string(i);
    op.kind = "transform";
    op.input = static_cast<std::int32_t>(i) - 1;
  }
  return vertex;
}

MeasuredTask::MeasuredTask(Parts parts, bool counting)
    : parts_(std::move(parts)),
      identity_(IdentityOf(counting)),
      vertex_(VertexOf(parts_.operators.size())),
      chain_(
          identity_, vertex_,
          EdgesOf(parts_.out, static_cast<std::uint32_t>(parts_.operators.size() - 1), counting)),
      input_(std::make_unique<EndlessGate>(parts_.next, parts_.recycle),
             {{0, &parts_.in.record_type()}}, chain_, identity_.clock, *this,
             CheckpointMode::kExactlyOnce, counting) {
  for (const auto& make : parts_.operators) specs_.emplace_back().make = make;
}

MeasuredTask::~MeasuredTask() = default;

Status MeasuredTask::Open() { return chain_.Open(specs_); }

Status MeasuredTask::Step() {
  bool worked = false;
  PENSTOCK_RETURN_IF_ERROR(input_.Step(worked));
  chain_.Flush(PartitionOutput::FlushScope::kWithRoom);
  return Status::Ok();
}

std::size_t MeasuredTask::Collect() const {
  std::map<std::string, std::uint64_t> counters;
  chain_.CollectCounters(counters, input_.records());
  return counters.size() + chain_.edge_metrics().size();
}

}  // namespace penstock::bench
