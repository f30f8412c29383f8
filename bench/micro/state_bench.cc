// Keyed state: count per key, sliding windows, snapshots under updates, growth, timers. Times include making
// the records; BM_MakeRecords says how much that is. The keys are uniform and scrambled.

#include <time.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include <benchmark/benchmark.h>

#include "api/runtime/keyed_loop.h"
#include "api/runtime/state_table.h"
#include "api/runtime/timer_table.h"
#include "api/runtime/window_operator.h"
#include "api/window.h"

namespace penstock {
namespace {

using namespace std::chrono_literals;

struct Record {
  std::uint64_t key = 0;
  std::uint64_t value = 0;
};

std::uint64_t Scramble(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

/// Makes batches of records of `keys` keys; `per_millisecond` records share a timestamp.
class Generator {
 public:
  Generator(std::uint64_t keys, std::uint64_t per_millisecond)
      : keys_(keys), per_millisecond_(per_millisecond) {}

  TypedBatch<Record>& Next() {
    batch_.Clear();
    while (!batch_.full()) {
      random_ = random_ * 6364136223846793005ULL + 1442695040888963407ULL;
      const std::uint64_t index = ((random_ >> 32) * keys_) >> 32;
      batch_.AppendSlot({static_cast<std::int64_t>(made_++ / per_millisecond_)}) = {
          Scramble(index), index};
    }
    return batch_;
  }
  std::int64_t now() const { return static_cast<std::int64_t>(made_ / per_millisecond_); }

 private:
  const std::uint64_t keys_;
  const std::uint64_t per_millisecond_;
  std::uint64_t random_ = 1;
  std::uint64_t made_ = 0;
  TypedBatch<Record> batch_;
};

using KeyFn = std::uint64_t Record::*;
using Loop = KeyedLoop<Record, KeyFn>;
using CountTable = StateTable<std::uint64_t, std::uint64_t>;
constexpr KeyGroupRange kAllGroups{0, kDefaultMaxParallelism};

std::unique_ptr<CountTable> FilledTable(std::uint64_t keys) {
  auto table = std::make_unique<CountTable>(StateDescriptor{}, kAllGroups, kDefaultMaxParallelism);
  KeyHasher<std::uint64_t> hasher;
  for (std::uint64_t i = 0; i < keys; ++i) {
    const std::uint64_t key = Scramble(i);
    table->GetOrCreate(key, hasher(key), 0U);
  }
  return table;
}

void CountBatch(Loop& loop, CountTable& table, const TypedBatch<Record>& batch) {
  loop.Run(batch, table, [&](std::size_t, std::uint64_t key, std::uint64_t hash,
                             CountTable::Entry* hint) {
    ++table.Mutable(*table.GetOrCreateNear(hint, key, hash, 0U).first);
  });
}

void BM_MakeRecords(benchmark::State& state) {
  Generator generator(1'000'000, 1000);
  std::int64_t records = 0;
  for (auto _ : state) {
    TypedBatch<Record>& batch = generator.Next();
    benchmark::DoNotOptimize(batch.data());
    benchmark::ClobberMemory();
    records += static_cast<std::int64_t>(batch.size());
  }
  state.SetItemsProcessed(records);
}
BENCHMARK(BM_MakeRecords);

void BM_KeyedCount(benchmark::State& state) {
  const auto keys = static_cast<std::uint64_t>(state.range(0));
  auto table = FilledTable(keys);
  Loop loop(&Record::key);
  Generator generator(keys, 1000);
  std::int64_t records = 0;
  for (auto _ : state) {
    TypedBatch<Record>& batch = generator.Next();
    CountBatch(loop, *table, batch);
    records += static_cast<std::int64_t>(batch.size());
  }
  state.SetItemsProcessed(records);
}
BENCHMARK(BM_KeyedCount)->Arg(10'000)->Arg(1'000'000)->Arg(10'000'000);

struct Count {
  std::uint64_t count = 0;
  void add(const Record&) { ++count; }
  void merge(const Count& other) { count += other.count; }
};

class NullOutput final : public Output {
 public:
  void Emit(Batch& batch) override { emitted += static_cast<std::int64_t>(batch.size()); }
  void EmitWatermark(Timestamp) override {}
  std::int64_t emitted = 0;
};

class BenchContext final : public OperatorContext {
 public:
  const std::string& job_name() const override { return name_; }
  JobId job_id() const override { return {}; }
  Generation generation() const override { return Generation(1); }
  const std::string& operator_name() const override { return name_; }
  const std::string& uid() const override { return name_; }
  std::uint32_t subtask() const override { return 0; }
  std::uint32_t parallelism() const override { return 1; }
  std::uint32_t max_parallelism() const override { return kDefaultMaxParallelism; }
  FileSystem& file_system() override { return PosixFileSystem(); }
  const Clock& clock() const override { return SystemClock::Instance(); }
  Counter& counter(const std::string& name) override { return counters_[name]; }
  void RegisterTable(KeyedTable&) override {}
  void Fail(Status) override {}

 private:
  const std::string name_ = "bench";
  std::map<std::string, Counter> counters_;
};

template <typename Spec>
void RunWindows(benchmark::State& state, Spec spec) {
  const auto keys = static_cast<std::uint64_t>(state.range(0));
  auto row = [](std::uint64_t key, Window, const Count& c) { return Record{key, c.count}; };
  auto op = MakeWindowAggregate<Record>("w", &Record::key, spec, Count{}, row);
  BenchContext context;
  NullOutput output;
  (void)op->Open(context, output);
  Generator generator(keys, 3000);  // 3 M records per second of event time
  std::int64_t records = 0;
  std::int64_t watermark = 0;
  for (auto _ : state) {
    TypedBatch<Record>& batch = generator.Next();
    op->ProcessBatch(batch);
    records += static_cast<std::int64_t>(batch.size());
    if (generator.now() < watermark + 200) continue;
    watermark = generator.now();
    op->ProcessWatermark({watermark});
  }
  state.SetItemsProcessed(records);
  state.counters["results_per_record"] =
      static_cast<double>(output.emitted) / static_cast<double>(records);
}
void BM_SlidingCount(benchmark::State& state) { RunWindows(state, sliding(10s, 2s)); }
BENCHMARK(BM_SlidingCount)->Arg(10'000)->Arg(100'000)->Arg(1'000'000)->MinTime(6);
void BM_TumblingCount(benchmark::State& state) { RunWindows(state, tumbling(2s)); }
BENCHMARK(BM_TumblingCount)->Arg(10'000)->Arg(100'000)->Arg(1'000'000)->MinTime(3);

class CountingWriter final : public EntryWriter {
 public:
  Status Put(std::string_view key, std::string_view value) override {
    bytes += key.size() + value.size();
    ++entries;
    return Status::Ok();
  }
  std::uint64_t bytes = 0;
  std::uint64_t entries = 0;
};

// One iteration: freeze 1 M entries and write them while this thread counts on.
void BM_SnapshotUnderUpdates(benchmark::State& state) {
  auto table = FilledTable(1'000'000);
  Loop loop(&Record::key);
  Generator generator(1'000'000, 1000);
  double longest_batch = 0;
  double longest_freeze = 0;
  std::uint64_t updates = 0;
  for (auto _ : state) {
    auto seconds_since = [](std::chrono::steady_clock::time_point start) {
      return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    };
    const auto freeze = std::chrono::steady_clock::now();
    auto snapshot = table->Freeze();
    longest_freeze = std::max(longest_freeze, seconds_since(freeze));
    std::atomic<bool> done{false};
    std::thread writer([&] {
      CountingWriter out;
      (void)snapshot->Write(out);
      done.store(true);
    });
    while (!done.load(std::memory_order_relaxed)) {
      TypedBatch<Record>& batch = generator.Next();
      const auto start = std::chrono::steady_clock::now();
      CountBatch(loop, *table, batch);
      longest_batch = std::max(longest_batch, seconds_since(start));
      updates += batch.size();
    }
    writer.join();
    snapshot.reset();
    table->Thaw();
  }
  state.counters["freeze_us"] = longest_freeze * 1e6;
  state.counters["longest_batch_us"] = longest_batch * 1e6;
  state.counters["updates_per_snapshot"] =
      static_cast<double>(updates) / static_cast<double>(state.iterations());
}
BENCHMARK(BM_SnapshotUnderUpdates)->Unit(benchmark::kMillisecond)->UseRealTime();

// CPU time, so that other processes on the machine don't show.
double ThreadSeconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

void BM_LongestInsert(benchmark::State& state) {
  double longest = 0;
  for (auto _ : state) {
    CountTable table({}, kAllGroups, kDefaultMaxParallelism);
    KeyHasher<std::uint64_t> hasher;
    for (std::uint64_t i = 0; i < 6'000'000; ++i) {
      const std::uint64_t key = Scramble(i);
      const double start = ThreadSeconds();
      table.GetOrCreate(key, hasher(key), 0U);
      longest = std::max(longest, ThreadSeconds() - start);
    }
  }
  state.counters["longest_us"] = longest * 1e6;
}
BENCHMARK(BM_LongestInsert)->Unit(benchmark::kMillisecond)->Iterations(3);

void BM_Timers(benchmark::State& state) {
  constexpr std::uint64_t kTimers = 1'000'000;
  KeyHasher<std::uint64_t> hasher;
  for (auto _ : state) {
    TimerTable<std::uint64_t> timers({}, kAllGroups, kDefaultMaxParallelism);
    for (std::uint64_t i = 0; i < kTimers; ++i) {
      const std::uint64_t key = Scramble(i);
      timers.Set(key, hasher(key), {static_cast<std::int64_t>(key % 100'000)});
    }
    if (state.range(0) == 0) continue;
    timers.FireDue(Timestamp::Max(), [](std::uint64_t key, Timestamp) {
      benchmark::DoNotOptimize(key);
    });
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kTimers));
}
BENCHMARK(BM_Timers)->ArgName("fire")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace penstock

BENCHMARK_MAIN();
