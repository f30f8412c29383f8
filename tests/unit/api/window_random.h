#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "api/penstock.h"
#include "tests/support/naive_windows.h"
#include "tests/support/operator_harness.h"

namespace penstock::testing {

using NaiveStream = Stream<NaiveRecord>;
using MakeOperator = std::function<std::unique_ptr<Operator>()>;

/// What makes the operator that `place` puts behind a stream of records T, the `position`-th of
/// several.
template <typename T, typename Place>
MakeOperator MakerOf(Place&& place, std::uint32_t position = 1) {
  internal::JobDraft draft;
  OperatorSpec source;
  source.name = "source";
  const std::uint32_t index = draft.Add(std::move(source));
  place(Stream<T>(internal::StreamEnds{&draft, {{index, "", nullptr}}}));
  return draft.at(index + position).make;
}

/// All values of a window.
struct NaiveValues {
  std::vector<std::int64_t> values;

  void add(const NaiveRecord& record) { values.push_back(record.value); }
  void merge(const NaiveValues& other) {
    values.insert(values.end(), other.values.begin(), other.values.end());
  }
};

inline NaiveRow RowOf(const std::int64_t& key, Window window, const NaiveValues& all) {
  NaiveRow row{key, window.start.millis, window.end.millis, all.values};
  std::sort(row.values.begin(), row.values.end());
  return row;
}

/// Gives all records of a window as a row.
struct NaiveProcess : WindowProcess<std::int64_t, NaiveRecord, NaiveRow> {
  void process(Context& context, const WindowElements<NaiveRecord>& elements,
               Collector<NaiveRow>& out) {
    NaiveValues all;
    for (const NaiveRecord& record : elements) all.add(record);
    EXPECT_EQ(elements.size(), all.values.size());
    out.collect(RowOf(context.key(), context.window(), all));
  }
};

/// Where late records go in some tests.
inline const OutputTag<NaiveRecord> kLate{"late"};

/// As many seeds as the environment asks for by PENSTOCK_TEST_SEEDS, or `otherwise`.
inline std::uint64_t Seeds(std::uint64_t otherwise) {
  const char* asked = std::getenv("PENSTOCK_TEST_SEEDS");
  return asked == nullptr ? otherwise : std::strtoull(asked, nullptr, 10);
}

/// A random stream with disorder and late records, its state evicted, loaded and restored now and
/// then, against the naive windows.
class RandomWindows {
 public:
  RandomWindows(const MakeOperator& make, const NaiveSpec& spec, std::uint64_t seed)
      : random_(seed), naive_(spec), harness_(make) {
    naive_.now = Now();
    harness_.Read(kLate, late_);
  }

  void Run(int steps) {
    for (int step = 0; step < steps; ++step) {
      Step();
      Compare("step " + std::to_string(step));
      if (::testing::Test::HasFailure()) return;
    }
    Watermark(INT64_MAX);
    Pass(100'000);
    Compare("the end");
    if (endless) return;
    EXPECT_GT(seen_, 0U);
    EXPECT_TRUE(naive_.empty());
    for (const TierEntries& table : harness_.Snapshot().tables) EXPECT_TRUE(table.empty());
  }

  bool endless = false;

 private:
  std::int64_t Random(std::int64_t end) { return static_cast<std::int64_t>(random_() % end); }
  std::int64_t Now() { return ToMillis(harness_.clock().Wall()); }

  void Step() {
    const std::int64_t dice = Random(100);
    if (dice < 70) return Records();
    if (dice < 80 && time_ - 15 > naive_.watermark) return Watermark(time_ - 15);
    if (dice < 90) return Pass(Random(12));
    if (dice < 93) return harness_.SnapshotAndRestore();
    for (KeyedTable* table : harness_.tables()) {
      if (dice < 96) table->Evict(1);
      if (dice == 96) table->Evict(0.4);
      if (dice > 96) table->Fill(static_cast<std::uint32_t>(Random(5)));
    }
  }
  void Records() {
    std::vector<Emitted<NaiveRecord>> batch;
    for (std::int64_t i = Random(4); i >= 0; --i) {
      time_ += Random(4);
      const std::int64_t disorder = Random(10) == 0 ? 80 : 20;
      const NaiveRecord record{Random(3), Random(50)};
      batch.push_back({record, {time_ - Random(disorder)}});
      naive_.Add(record, batch.back().timestamp.millis);
    }
    harness_.ProcessAll(batch);
  }
  void Watermark(std::int64_t to) {
    naive_.Watermark(to);
    harness_.Watermark({to});
  }
  void Pass(std::int64_t millis) {
    harness_.PassTime(std::chrono::milliseconds(millis));
    naive_.ProcessingTime(Now());
  }
  void Compare(const std::string& when) {
    std::vector<NaiveRow> rows;
    for (; seen_ < harness_.records().size(); ++seen_) {
      const auto& [row, timestamp] = harness_.records()[seen_];
      EXPECT_EQ(timestamp.millis, row.end - 1) << when;
      rows.push_back(row);
    }
    std::sort(rows.begin(), rows.end());
    std::sort(naive_.rows.begin(), naive_.rows.end());
    ASSERT_EQ(rows, naive_.rows) << when;
    naive_.rows.clear();
    ASSERT_TRUE(harness_.status().ok()) << harness_.status().message();
    const std::uint64_t dropped = harness_.counter("numLateRecordsDropped");
    ASSERT_EQ(dropped + late_.records.size(), naive_.late.size()) << when;
    if (late_.records.empty()) return;
    ASSERT_EQ(late_.records.back().record.value, naive_.late.back()) << when;
    ASSERT_EQ(dropped, 0U) << when;
  }

  std::mt19937_64 random_;
  NaiveWindows naive_;
  OperatorHarness<NaiveRecord, NaiveRow> harness_;
  CollectingOutput<NaiveRecord> late_;
  std::int64_t time_ = 1000;
  std::size_t seen_ = 0;
};

inline void PrintTo(const NaiveRow& row, std::ostream* out) {
  *out << row.key << " [" << row.start << ", " << row.end << "):";
  for (const std::int64_t value : row.values) *out << " " << value;
}

/// Runs `seeds` streams through windows that `place` puts on a NaiveStream.
template <typename Place>
void CompareWithNaive(const NaiveSpec& spec, Place&& place, std::uint64_t seeds = Seeds(60)) {
  const MakeOperator make = MakerOf<NaiveRecord>(place);
  for (std::uint64_t seed = 1; seed <= seeds && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(spec.name + ", seed " + std::to_string(seed));
    RandomWindows run(make, spec, seed);
    run.endless = spec.windows == NaiveSpec::Windows::kGlobal;
    run.Run(150);
  }
}

}  // namespace penstock::testing
