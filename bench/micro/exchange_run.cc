#include "bench/micro/exchange_run.h"

#include <cstdio>
#include <thread>
#include <variant>

#include "api/runtime/edge_type_of.h"
#include "bench/measure.h"
#include "bench/micro/records.h"

namespace penstock::bench {
namespace {

using Edge = HashEdge<Measurement, std::uint64_t Measurement::*>;

JobGraph TwoVertices(std::uint32_t senders, std::uint32_t receivers) {
  JobGraph graph;
  for (std::uint32_t i = 0; i < 2; ++i) {
    JobVertex vertex;
    vertex.id = VertexId(i);
    vertex.parallelism = i == 0 ? senders : receivers;
    vertex.operators.resize(1);
    graph.vertices.push_back(vertex);
  }
  graph.edges.push_back({VertexId(0), 0, VertexId(1), EdgeDistribution::kHash, {}, {}, "", 0});
  return graph;
}

void Send(Exchange& exchange, std::uint32_t subtask, const std::atomic<bool>& stop) {
  TaskSignal signal;
  auto outputs = exchange.TakeOutputs({VertexId(0), subtask}, 0, signal);
  PartitionerSpec spec;
  for (auto& output : outputs) spec.channels.push_back(output.get());
  spec.max_parallelism = kDefaultMaxParallelism;
  auto partitioner = Edge(&Measurement::key).NewPartitioner(spec);
  TypedBatch<Measurement> batch;
  for (std::uint64_t made = 0; !stop.load(std::memory_order_relaxed);) {
    batch.Clear();
    while (!batch.full()) batch.AppendSlot({7}) = {++made * 0x9e3779b97f4a7c15ULL, 1, 0};
    partitioner->Emit(batch);
  }
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    partitioner->Flush(i);
    outputs[i]->SendControl(CheckpointBarrier{CheckpointId(1), true, 0});
  }
}

void Add(const TypedBatch<Measurement>& batch, Totals& totals) {
  for (std::size_t i = 0; i < batch.size(); ++i) {
    totals.sum += static_cast<std::uint64_t>(batch[i].value);
  }
  totals.records += batch.size();
  ++totals.buffers;
}

Totals Receive(Exchange& exchange, std::uint32_t subtask) {
  TaskSignal signal;
  auto gate = exchange.TakeInput({VertexId(1), subtask}, signal);
  TypedBatch<Measurement> decoded;
  Totals totals;
  for (std::uint32_t ended = 0; ended < gate->channel_count();) {
    auto received = gate->Poll();
    if (!received) {
      signal.Wait(std::nullopt, WaitReason::kInput);
    } else if (auto* encoded = std::get_if<EncodedRecords>(&received->element)) {
      decoded.Clear();
      const auto& type = RecordTypeOf<Measurement>::Instance();
      if (type.Decode(encoded->bytes, encoded->count, decoded).ok()) Add(decoded, totals);
    } else if (auto* batch = std::get_if<std::unique_ptr<Batch>>(&received->element)) {
      Add(static_cast<TypedBatch<Measurement>&>(**batch), totals);
      (*batch)->Clear();
      gate->Recycle(received->channel, std::move(*batch));
    } else {
      ++ended;
    }
  }
  return totals;
}

}  // namespace

class ExchangeHost::Threads {
 public:
  std::vector<std::thread> senders;
  std::vector<std::thread> receivers;
  std::vector<Totals> totals;  // by receiver
  double start = WallSeconds();
  double start_cpu = ProcessSeconds();
};

ExchangeHost::ExchangeHost(std::uint32_t senders, std::uint32_t receivers, std::uint32_t hosts,
                           std::uint32_t self)
    : senders_(senders),
      receivers_(receivers),
      hosts_(hosts),
      plan_(ExpandGraph(TwoVertices(senders, receivers))) {
  ExchangeOptions options;
  options.job = JobId(1, 1);
  options.generation = Generation(1);
  options.host = HostId(1, self);
  options.cluster_secret = "bench";
  options.memory_bytes = 1 << 30;
  exchange_ = NewExchange(options);
}

ExchangeHost::~ExchangeHost() { exchange_->Stop(); }

Status ExchangeHost::Connect(const std::vector<std::string>& endpoints) {
  std::vector<HostAssignment> assignments;
  for (std::uint32_t i = 0; i < hosts_; ++i)
    assignments.push_back({HostId(1, i), endpoints[i], {}});
  for (SubtaskId subtask : plan_.subtasks) {
    const std::uint32_t host = subtask.vertex.value() == 0 ? 0 : hosts_ - 1;
    assignments[host].subtasks.push_back(subtask);
  }
  return exchange_->Connect(plan_, assignments, [](const Status& failure) {
    std::fprintf(stderr, "error: %s\n", failure.message().c_str());
  });
}

void ExchangeHost::StartSenders(const std::atomic<bool>& stop) {
  if (threads_ == nullptr) threads_ = std::make_unique<Threads>();
  for (std::uint32_t i = 0; i < senders_; ++i) {
    threads_->senders.emplace_back([this, i, &stop] { Send(*exchange_, i, stop); });
  }
}

void ExchangeHost::StartReceivers() {
  if (threads_ == nullptr) threads_ = std::make_unique<Threads>();
  threads_->totals.resize(receivers_);
  for (std::uint32_t i = 0; i < receivers_; ++i) {
    threads_->receivers.emplace_back([this, i] { threads_->totals[i] = Receive(*exchange_, i); });
  }
}

Totals ExchangeHost::Join() {
  for (std::thread& thread : threads_->senders) thread.join();
  for (std::thread& thread : threads_->receivers) thread.join();
  Totals all;
  for (const Totals& part : threads_->totals) {
    all.records += part.records;
    all.sum += part.sum;
    all.buffers += part.buffers;
  }
  all.seconds = WallSeconds() - threads_->start;
  all.cpu_seconds = ProcessSeconds() - threads_->start_cpu;
  threads_.reset();
  return all;
}

}  // namespace penstock::bench
