// Keyed exchange of 24-byte records: between two task hosts over loopback, and between two tasks of
// one.
//
// usage: exchange_bench [seconds [part of a name]]
//
// Limits of the machine (docs/performance.md): 3.9 GB/s for 32 KiB messages on one connection, 2.5
// GB/s with a window of 8 buffers; 5-8 us to hand a 32 KiB batch to another thread, or 4-6 ns per
// 24-byte record.

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "graph/exchange_memory.h"
#include "graph/physical_plan.h"
#include "wire/frame.h"
#include "worker/exchange/exchange.h"

namespace penstock {
namespace {

struct Record {
  std::int64_t timestamp;
  std::uint64_t key;
  std::uint64_t value;
};
static_assert(sizeof(Record) == 24);

/// Records as they are in a typed batch.
class RecordBatch final : public Batch {
 public:
  std::vector<Record> records;

  void Clear() override { records.clear(); }
  std::unique_ptr<Batch> Copy() const override {
    auto copy = std::make_unique<RecordBatch>();
    copy->records = records;
    return copy;
  }
  std::size_t MemoryBytes() const override { return records.size() * sizeof(Record); }
  const void* type_id() const override { return nullptr; }
};

std::uint64_t Scramble(std::uint64_t x) {
  x *= 0x9e3779b97f4a7c15ULL;
  return x ^ (x << 17);
}

/// Puts records into the channel that their key asks for, as a Partitioner does.
class Scatter {
 public:
  Scatter(std::vector<std::unique_ptr<OutputChannel>> outputs, std::size_t bytes)
      : outputs_(std::move(outputs)), bytes_(bytes), counts_(outputs_.size()) {
    for (std::size_t i = 0; i < outputs_.size(); ++i) {
      batches_.push_back(NewBatch(i));
      local_.push_back(outputs_[i]->local());
    }
  }

  void Emit(const Record& record) {
    const std::size_t to = ((Scramble(record.key) >> 32) * outputs_.size()) >> 32;
    OutputChannel& output = *outputs_[to];
    if (local_[to]) {
      batches_[to]->records.push_back(record);
      if (batches_[to]->MemoryBytes() >= bytes_) FlushLocal(to);
      return;
    }
    std::string& buffer = output.buffer();
    buffer.append(reinterpret_cast<const char*>(&record), sizeof(record));
    ++counts_[to];
    if (buffer.size() + sizeof(Record) > bytes_) FlushRemote(to);
  }
  void Finish() {
    for (std::size_t i = 0; i < outputs_.size(); ++i) {
      outputs_[i]->local() ? FlushLocal(i) : FlushRemote(i);
      outputs_[i]->SendControl(CheckpointBarrier{CheckpointId(1), true, 0});
    }
  }

 private:
  std::unique_ptr<RecordBatch> NewBatch(std::size_t i) {
    std::unique_ptr<Batch> batch = outputs_[i]->local() ? outputs_[i]->TakeRecycled() : nullptr;
    if (batch == nullptr) batch = std::make_unique<RecordBatch>();
    return std::unique_ptr<RecordBatch>(static_cast<RecordBatch*>(batch.release()));
  }
  void FlushLocal(std::size_t i) {
    outputs_[i]->SendBatch(std::move(batches_[i]));
    batches_[i] = NewBatch(i);
  }
  void FlushRemote(std::size_t i) {
    if (counts_[i] != 0) outputs_[i]->SendBuffer(counts_[i]);
    counts_[i] = 0;
  }

  std::vector<std::unique_ptr<OutputChannel>> outputs_;
  const std::size_t bytes_;
  std::vector<std::uint32_t> counts_;
  std::vector<char> local_;
  std::vector<std::unique_ptr<RecordBatch>> batches_;
};

struct Totals {
  std::uint64_t records = 0;
  std::uint64_t sum = 0;
  std::uint64_t batches = 0;
};

void Add(const Record* records, std::size_t count, Totals& totals) {
  for (std::size_t i = 0; i < count; ++i) totals.sum += records[i].value;
  totals.records += count;
  ++totals.batches;
}

Totals Receive(InputGate& gate, TaskSignal& signal) {
  Totals totals;
  for (std::uint32_t ended = 0; ended < gate.channel_count();) {
    auto received = gate.Poll();
    if (!received) {
      signal.Wait(std::nullopt);
    } else if (auto* encoded = std::get_if<EncodedRecords>(&received->element)) {
      Add(reinterpret_cast<const Record*>(encoded->bytes.data()), encoded->count, totals);
    } else if (auto* batch = std::get_if<std::unique_ptr<Batch>>(&received->element)) {
      auto& records = static_cast<RecordBatch&>(**batch).records;
      Add(records.data(), records.size(), totals);
      (*batch)->Clear();
      gate.Recycle(received->channel, std::move(*batch));
    } else {
      ++ended;
    }
  }
  return totals;
}

JobGraph TwoVertices(std::uint32_t senders, std::uint32_t receivers) {
  JobGraph graph;
  for (std::uint32_t i = 0; i < 2; ++i) {
    JobVertex vertex;
    vertex.id = VertexId(i);
    vertex.parallelism = i == 0 ? senders : receivers;
    vertex.operators.resize(1);
    graph.vertices.push_back(vertex);
  }
  graph.edges.push_back({VertexId(0), 0, VertexId(1), EdgeDistribution::kHash, {}, {}});
  return graph;
}

double CpuSeconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

/// Hosts of a run in this process; subtasks of the first vertex on the first host, of the second on
/// the last.
class Run {
 public:
  Run(std::uint32_t senders, std::uint32_t receivers, std::uint32_t hosts)
      : plan_(ExpandGraph(TwoVertices(senders, receivers))) {
    for (std::uint32_t i = 0; i < hosts; ++i) Bind(i);
    for (SubtaskId subtask : plan_.subtasks) {
      assignments_[subtask.vertex.value() == 0 ? 0 : hosts - 1].subtasks.push_back(subtask);
    }
    std::vector<std::thread> threads;
    for (auto& exchange : exchanges_) threads.emplace_back([&] { Connect(*exchange); });
    for (auto& thread : threads) thread.join();
  }
  ~Run() {
    std::vector<std::thread> threads;
    for (auto& exchange : exchanges_) threads.emplace_back([&] { exchange->Stop(); });
    for (auto& thread : threads) thread.join();
  }

  void Measure(const char* name, std::size_t buffer_bytes, double seconds) {
    std::atomic<bool> stop{false};
    std::vector<std::thread> threads;
    std::vector<Totals> totals(Parallelism(1));
    const double cpu = CpuSeconds();
    const auto start = std::chrono::steady_clock::now();
    for (std::uint32_t i = 0; i < Parallelism(0); ++i) {
      threads.emplace_back([&, i] { Send(i, buffer_bytes, stop); });
    }
    for (std::uint32_t i = 0; i < Parallelism(1); ++i) {
      threads.emplace_back([&, i] {
        TaskSignal signal;
        auto gate = exchanges_.back()->TakeInput({VertexId(1), i}, signal);
        totals[i] = Receive(*gate, signal);
      });
    }
    std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
    stop = true;
    for (auto& thread : threads) thread.join();
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    Report(name, totals, elapsed.count(), CpuSeconds() - cpu);
  }

 private:
  void Bind(std::uint32_t i) {
    ExchangeOptions options;
    options.job = JobId(1, 1);
    options.generation = Generation(1);
    options.host = HostId(1, i);
    options.memory_bytes = 1 << 30;
    exchanges_.push_back(NewExchange(options));
    Result<std::string> endpoint = exchanges_.back()->Bind();
    assignments_.push_back({options.host, endpoint.ok() ? endpoint.value() : "", {}});
  }
  void Connect(Exchange& exchange) {
    const Status status = exchange.Connect(plan_, assignments_, [](Status failure) {
      std::fprintf(stderr, "error: %s\n", failure.message().c_str());
    });
    if (!status.ok()) std::fprintf(stderr, "error: %s\n", status.message().c_str());
  }
  std::uint32_t Parallelism(std::uint32_t vertex) const {
    std::uint32_t count = 0;
    for (SubtaskId subtask : plan_.subtasks) count += subtask.vertex.value() == vertex ? 1 : 0;
    return count;
  }
  void Send(std::uint32_t subtask, std::size_t buffer_bytes, const std::atomic<bool>& stop) {
    TaskSignal signal;
    Scatter scatter(exchanges_[0]->TakeOutputs({VertexId(0), subtask}, 0, signal), buffer_bytes);
    std::uint64_t i = 0;
    while (!stop.load(std::memory_order_relaxed)) {
      for (int n = 0; n < 1024; ++n, ++i) scatter.Emit({0, i, 1});
    }
    scatter.Finish();
  }
  static void Report(const char* name, const std::vector<Totals>& totals, double seconds,
                     double cpu) {
    Totals all;
    for (const Totals& part : totals) {
      all.records += part.records;
      all.sum += part.sum;
      all.batches += part.batches;
    }
    const auto records = static_cast<double>(all.records);
    std::printf("%-34s %7.1f Mrec/s %6.2f GB/s %6.2f us/batch %6.1f ns CPU/rec  %4.2f cores%s\n",
                name, records / seconds * 1e-6, records * sizeof(Record) / seconds * 1e-9,
                seconds / static_cast<double>(all.batches) * 1e6, cpu / records * 1e9,
                cpu / seconds, all.sum == all.records ? "" : "  WRONG SUM");
  }

  const PhysicalPlan plan_;
  std::vector<std::unique_ptr<Exchange>> exchanges_;
  std::vector<HostAssignment> assignments_;
};

}  // namespace
}  // namespace penstock

int main(int argc, char** argv) {
  struct Case {
    const char* name;
    std::uint32_t senders, receivers, hosts;
    std::size_t buffer_bytes;
  };
  const Case cases[] = {{"in process, 16 KiB batches", 1, 1, 1, 16 * 1024},
                        {"in process, 32 KiB batches", 1, 1, 1, 32 * 1024},
                        {"in process, 1 -> 2, 16 KiB", 1, 2, 1, 16 * 1024},
                        {"two hosts, 32 KiB", 1, 1, 2, 32 * 1024},
                        {"two hosts, 1 -> 2, 32 KiB", 1, 2, 2, 32 * 1024},
                        {"two hosts, 2 -> 2, 32 KiB", 2, 2, 2, 32 * 1024},
                        {"two hosts, 4 KiB", 1, 1, 2, 4 * 1024}};
  const double seconds = argc > 1 ? std::atof(argv[1]) : 2;
  for (const Case& c : cases) {
    if (argc > 2 && std::strstr(c.name, argv[2]) == nullptr) continue;
    penstock::Run(c.senders, c.receivers, c.hosts).Measure(c.name, c.buffer_bytes, seconds);
  }
}
