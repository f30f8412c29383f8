// A count per key whose tables take ten times the memory that there is for them, beside RocksDB
// alone with as much memory.

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>

#include "api/runtime/entry_key.h"
#include "bench/measure.h"
#include "bench/micro/key_stream.h"
#include "bench/micro/suites.h"
#include "bench/state/state_bed.h"

namespace penstock::bench {
namespace {

constexpr std::uint64_t kKeys = 4'000'000;
constexpr std::uint64_t kTimesTheMemory = 10;
constexpr int kBatchesPerBalance = 16;  // as Task has it
constexpr double kWarmUpSeconds = 3;
constexpr double kSeconds = 6;

/// Nanoseconds per record.
struct Cost {
  double thread = 0;  // CPU time of the task
  double all = 0;     // of all threads
  double wall = 0;
};

/// `work` takes a batch; it returns a status.
template <typename Work>
Result<Cost> Measure(Spread spread, Work&& work) {
  KeyStream stream(kKeys, 1000, spread);
  for (const double start = WallSeconds(); WallSeconds() - start < kWarmUpSeconds;) {
    PENSTOCK_RETURN_IF_ERROR(work(stream.Next()));
  }
  const double start = WallSeconds();
  const double start_thread = ThreadSeconds();
  const double start_all = ProcessSeconds();
  double records = 0;
  while (WallSeconds() - start < kSeconds) {
    TypedBatch<Keyed>& batch = stream.Next();
    records += static_cast<double>(batch.size());
    PENSTOCK_RETURN_IF_ERROR(work(batch));
  }
  const double nanos = 1e9 / records;
  return Cost{(ThreadSeconds() - start_thread) * nanos, (ProcessSeconds() - start_all) * nanos,
              (WallSeconds() - start) * nanos};
}

/// What a tenth of all tables takes.
std::uint64_t Memory() { return FilledTable(kKeys)->MemoryBytes() / kTimesTheMemory; }

class TieredTable {
 public:
  explicit TieredTable(std::uint64_t memory)
      : table_({"count",
                "count",
                "value",
                FingerprintOf<std::uint64_t>(),
                {},
                FingerprintOf<std::uint64_t>()},
               kAllGroups, kDefaultMaxParallelism),
        bed_(memory),
        loop_(&Keyed::key) {}

  Status Fill() {
    PENSTOCK_RETURN_IF_ERROR(bed_.Open(table_));
    KeyHasher<std::uint64_t> hasher;
    for (std::uint64_t i = 0; i < kKeys; ++i) {
      const std::uint64_t key = Scramble(i);
      table_.GetOrCreate(key, hasher(key), 0U);
      if (i % 8192 == 0) PENSTOCK_RETURN_IF_ERROR(bed_.state().Balance(false));
    }
    return Status::Ok();
  }
  Status Count(TypedBatch<Keyed>& batch) {
    CountBatch(loop_, table_, batch);
    if (++batches_ % kBatchesPerBalance != 0) return Status::Ok();
    return bed_.state().Balance(/*snapshot_in_flight=*/false);
  }

 private:
  CountTable table_;
  StateBed bed_;
  CountLoop loop_;
  int batches_ = 0;
};

/// Read, change and write for every record.
class RocksCount {
 public:
  explicit RocksCount(std::uint64_t memory) {
    rocksdb::BlockBasedTableOptions table;
    table.block_size = 8 * 1024;
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
    table.block_cache = rocksdb::NewLRUCache(memory / 2);
    options_.create_if_missing = true;
    options_.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    options_.compression = rocksdb::kNoCompression;
    options_.write_buffer_size = memory / 4;
    options_.max_background_jobs = 2;
    write_.disableWAL = true;
  }

  Status Fill() {
    rocksdb::DB* db = nullptr;
    PENSTOCK_RETURN_IF_ERROR(Checked(rocksdb::DB::Open(options_, directory_.path(), &db)));
    db_.reset(db);
    for (std::uint64_t i = 0; i < kKeys; ++i) PENSTOCK_RETURN_IF_ERROR(Put(Scramble(i), 0));
    return Checked(db_->Flush({}));
  }
  Status Count(TypedBatch<Keyed>& batch) {
    for (std::size_t i = 0; i < batch.size(); ++i) {
      Encode(batch[i].key);
      PENSTOCK_RETURN_IF_ERROR(Checked(db_->Get({}, key_, &value_)));
      std::uint64_t count = 0;
      std::memcpy(&count, value_.data(), sizeof(count));
      PENSTOCK_RETURN_IF_ERROR(Put(batch[i].key, count + 1));
    }
    return Status::Ok();
  }

 private:
  static Status Checked(const rocksdb::Status& status) {
    return status.ok() ? Status::Ok() : Status::Internal(status.ToString());
  }
  /// As the entries of a table.
  void Encode(std::uint64_t key) {
    key_.clear();
    AppendEntryHeader(key_, 0, 1);
    const std::uint64_t hash = EntryKeyCodec<std::uint64_t>::Append(key, key_);
    const std::uint32_t group = KeyGroupOf(hash, kDefaultMaxParallelism);
    key_[0] = static_cast<char>(group >> 8);
    key_[1] = static_cast<char>(group & 0xff);
  }
  Status Put(std::uint64_t key, std::uint64_t count) {
    Encode(key);
    return Checked(db_->Put(write_, key_,
                            rocksdb::Slice(reinterpret_cast<const char*>(&count), sizeof(count))));
  }

  TemporaryDirectory directory_;
  rocksdb::Options options_;
  rocksdb::WriteOptions write_;
  std::unique_ptr<rocksdb::DB> db_;
  std::string key_;
  std::string value_;
};

void AddRow(Report& report, const std::string& name, const Result<Cost>& cost) {
  if (!cost.ok()) return report.Fail(name, cost.status().message());
  report.Add(name, cost->wall, "ns/record");
  report.Add("  CPU time of the task", cost->thread, "ns/record");
  report.Add("  CPU time of all threads", cost->all, "ns/record");
}

template <typename Counter>
void AddRows(Report& report, const std::string& name, std::uint64_t memory) {
  Counter counter(memory);
  if (const Status filled = counter.Fill(); !filled.ok()) {
    return report.Fail(name, filled.message());
  }
  const auto count = [&](TypedBatch<Keyed>& batch) { return counter.Count(batch); };
  AddRow(report, name + ", uniform", Measure(Spread::kUniform, count));
  AddRow(report, name + ", 90 % to 10 % of the keys", Measure(Spread::kHot, count));
}

}  // namespace

void MeasureTieredState(Report& report) {
  if (!report.Begin("keyed state, ten times the memory")) return;
  const std::uint64_t memory = Memory();
  report.Add("memory", static_cast<double>(memory) / (1 << 20), "MiB");
  AddRows<TieredTable>(report, "count per key, 4 M keys", memory);
  AddRows<RocksCount>(report, "RocksDB alone", memory);
}

}  // namespace penstock::bench
