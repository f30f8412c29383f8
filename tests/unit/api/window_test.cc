#include "api/window.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "api/runtime/window_operator.h"
#include "tests/unit/api/keyed_driver.h"

namespace penstock {
namespace {

using namespace std::chrono_literals;
using testing::KeyedDriver;
using testing::OperatorSnapshot;

struct Reading {
  std::string sensor;
  std::int64_t value = 0;
};

struct Stats {
  std::int64_t count = 0;
  std::vector<std::int64_t> values;

  void add(const Reading& reading) {
    ++count;
    values.push_back(reading.value);
  }
  void merge(const Stats& other) {
    count += other.count;
    values.insert(values.end(), other.values.begin(), other.values.end());
  }
};

struct Row {
  std::string sensor;
  std::int64_t start = 0;
  std::int64_t end = 0;
  std::vector<std::int64_t> values;
  auto operator<=>(const Row&) const = default;
};

Row MakeRow(const std::string& sensor, Window window, const Stats& stats) {
  Row row{sensor, window.start.millis, window.end.millis, stats.values};
  std::sort(row.values.begin(), row.values.end());
  EXPECT_EQ(stats.count, static_cast<std::int64_t>(stats.values.size()));
  return row;
}

template <typename Spec>
auto NewWindows(Spec spec) {
  return MakeWindowAggregate<Reading>("w", &Reading::sensor, spec, Stats{}, &MakeRow);
}

using Driver = KeyedDriver<Reading, Row>;

/// Every window of every record, kept apart; late ones by the watermark are left out.
class NaiveWindows {
 public:
  explicit NaiveWindows(WindowSpec spec) : size_(spec.size.count()), slide_(spec.slide.count()) {}

  void Add(const Reading& reading, std::int64_t time) {
    bool taken = false;
    std::int64_t start = time - ((time % slide_) + slide_) % slide_;
    for (; start > time - size_; start -= slide_) {
      if (start + size_ - 1 <= watermark_) continue;
      taken = true;
      windows_[{start + size_, reading.sensor}].push_back(reading.value);
    }
    if (!taken) ++late;
  }
  std::vector<Row> Watermark(std::int64_t watermark) {
    watermark_ = watermark;
    std::vector<Row> rows;
    while (!windows_.empty() && windows_.begin()->first.first - 1 <= watermark) {
      auto& [key, values] = *windows_.begin();
      std::sort(values.begin(), values.end());
      rows.push_back({key.second, key.first - size_, key.first, values});
      windows_.erase(windows_.begin());
    }
    return rows;
  }
  std::uint64_t late = 0;

 private:
  const std::int64_t size_;
  const std::int64_t slide_;
  std::int64_t watermark_ = INT64_MIN;
  std::map<std::pair<std::int64_t, std::string>, std::vector<std::int64_t>> windows_;
};

/// Takes what was emitted, checks order and timestamps, sorts rows of the same window.
std::vector<Row> TakeRows(Driver& driver) {
  std::vector<Row> rows;
  std::int64_t last = INT64_MIN;
  for (auto& [row, time] : driver.output.records) {
    EXPECT_EQ(time.millis, row.end - 1);
    EXPECT_LE(last, row.end);
    last = row.end;
    rows.push_back(row);
  }
  driver.output.records.clear();
  std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
    return std::tie(a.end, a.sensor) < std::tie(b.end, b.sensor);
  });
  return rows;
}

/// A random stream with disorder and late records against the naive windows, restored now and then.
template <typename Spec>
void CompareWithNaive(Spec spec, std::uint64_t seed, std::int64_t base) {
  SCOPED_TRACE(spec.name() + " seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  NaiveWindows naive(spec);
  auto driver = std::make_unique<Driver>(NewWindows(spec));
  std::uint64_t late = 0;
  std::int64_t now = base;
  std::int64_t watermark = INT64_MIN;
  for (int step = 0; step < 3000; ++step) {
    now += static_cast<std::int64_t>(random() % 3);
    const Reading reading{"s" + std::to_string(random() % 12),
                          static_cast<std::int64_t>(random() % 1000)};
    const std::int64_t disorder = random() % 20 == 0 ? 300 : 30;
    const std::int64_t time = now - static_cast<std::int64_t>(random() % disorder);
    naive.Add(reading, time);
    driver->Add(reading, {time});
    if (random() % 10 == 0 && now - 20 > watermark) {
      watermark = now - 20;
      driver->Watermark({watermark});
      ASSERT_EQ(TakeRows(*driver), naive.Watermark(watermark)) << "step " << step;
    }
    if (random() % 50 == 0) driver->Evict(static_cast<double>(random() % 100) / 100);
    if (random() % 50 == 0) driver->Fill(random() % 10);
    if (random() % 200 == 0) {
      const OperatorSnapshot snapshot = driver->Snapshot();
      late += driver->context.counters["numLateRecordsDropped"].value();
      driver = std::make_unique<Driver>(NewWindows(spec), snapshot);
      ASSERT_TRUE(driver->opened.ok()) << driver->opened.message();
    }
  }
  driver->Watermark(Timestamp::Max());
  EXPECT_EQ(TakeRows(*driver), naive.Watermark(INT64_MAX));
  late += driver->context.counters["numLateRecordsDropped"].value();
  EXPECT_EQ(late, naive.late);
  EXPECT_GT(late, 0U);
  EXPECT_TRUE(driver->Snapshot().tables.at(0).empty());
}

TEST(WindowTest, WhenStreamIsRandomThenTumblingWindowsEqualNaiveOnes) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    CompareWithNaive(tumbling(10ms), seed, 0);
    CompareWithNaive(tumbling(1ms), seed, -1000);
    CompareWithNaive(tumbling(37ms), seed, -3000);
  }
}

TEST(WindowTest, WhenStreamIsRandomThenSlidingWindowsEqualNaiveOnes) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    CompareWithNaive(sliding(50ms, 10ms), seed, -2000);
    CompareWithNaive(sliding(60ms, 1ms), seed, 0);
    CompareWithNaive(sliding(25ms, 10ms), seed, -2000);
    CompareWithNaive(sliding(10ms, 7ms), seed, -2000);
  }
}

TEST(WindowTest, WhenWatermarkReachesLastMillisecondThenWindowFires) {
  Driver driver(NewWindows(tumbling(10ms)));
  driver.Add({"a", 1}, {0});
  driver.Add({"a", 2}, {9});
  driver.Add({"a", 3}, {10});
  driver.Watermark({8});
  EXPECT_TRUE(driver.output.records.empty());
  driver.Watermark({9});
  ASSERT_EQ(driver.output.records.size(), 1U);
  EXPECT_EQ(driver.output.records[0].first, (Row{"a", 0, 10, {1, 2}}));
  EXPECT_EQ(driver.output.records[0].second, Timestamp{9});
}

TEST(WindowTest, WhenRestoredAfterFiringThenLateRecordIsDropped) {
  Driver before(NewWindows(tumbling(10ms)));
  before.Add({"a", 1}, {5});
  before.Watermark({9});
  ASSERT_EQ(before.output.records.size(), 1U);

  Driver after(NewWindows(tumbling(10ms)), before.Snapshot());
  ASSERT_TRUE(after.opened.ok());
  after.Add({"a", 2}, {6});
  after.Watermark(Timestamp::Max());
  EXPECT_TRUE(after.output.records.empty());
  EXPECT_EQ(after.context.counters["numLateRecordsDropped"].value(), 1U);
}

TEST(WindowTest, WhenRestoredBeforeFirstWatermarkThenNothingIsLate) {
  Driver before(NewWindows(sliding(20ms, 10ms)));
  Driver after(NewWindows(sliding(20ms, 10ms)), before.Snapshot());
  after.Add({"a", 1}, Timestamp::Min());
  after.Watermark(Timestamp::Max());
  EXPECT_EQ(after.context.counters["numLateRecordsDropped"].value(), 0U);
  EXPECT_FALSE(after.output.records.empty());
}

TEST(WindowTest, WhenSlidingAndPartlyLateThenOpenWindowsGetTheRecord) {
  Driver driver(NewWindows(sliding(20ms, 10ms)));
  driver.Watermark({9});  // fires [-10, 10)
  driver.Add({"a", 1}, {5});
  driver.Watermark(Timestamp::Max());
  ASSERT_EQ(driver.output.records.size(), 1U);
  EXPECT_EQ(driver.output.records[0].first, (Row{"a", 0, 20, {1}}));
}

TEST(WindowTest, WhenTimestampsAreExtremeThenNothingOverflows) {
  auto count_of = [](auto spec, std::vector<std::int64_t> times) {
    Driver driver(NewWindows(spec));
    for (std::int64_t time : times) driver.Add({"a", 1}, {time});
    driver.Watermark({INT64_MAX - 1});
    Driver restored(NewWindows(spec), driver.Snapshot());
    restored.Watermark(Timestamp::Max());
    std::int64_t count = 0;
    for (auto* each : {&driver, &restored}) {
      for (const auto& [row, time] : each->output.records) {
        EXPECT_LE(row.start, row.end);
        count += static_cast<std::int64_t>(row.values.size());
      }
    }
    return count;
  };
  const std::vector<std::int64_t> times{INT64_MIN, INT64_MIN + 1, INT64_MIN + 4096, -1,
                                        0,         INT64_MAX - 1, INT64_MAX};
  EXPECT_EQ(count_of(tumbling(1000ms), times), 7);
  EXPECT_EQ(count_of(tumbling(1ms), times), 7);
  EXPECT_EQ(count_of(tumbling(24h), times), 7);
  EXPECT_EQ(count_of(sliding(4000ms, 1000ms), times), 28);
  EXPECT_EQ(count_of(sliding(48h, 24h), times), 14);
}

TEST(WindowTest, WhenPaneEntryIsDamagedThenRestoreFails) {
  Driver before(NewWindows(tumbling(10ms)));
  before.Add({"a", 1}, {5});
  const OperatorSnapshot good = before.Snapshot();
  auto loads = [](const OperatorSnapshot& snapshot) {
    Driver driver(NewWindows(tumbling(10ms)), snapshot);
    if (!driver.opened.ok()) return driver.opened;
    try {
      driver.Watermark(Timestamp::Max());
    } catch (const StateError& error) {
      return error.status();
    }
    return Status::Ok();
  };
  EXPECT_TRUE(loads(good).ok());
  OperatorSnapshot damaged = good;
  auto entry = damaged.tables[0].extract(damaged.tables[0].begin());
  entry.key().pop_back();
  damaged.tables[0].insert(std::move(entry));
  EXPECT_EQ(loads(damaged).code(), ErrorCode::kCorruption);
  damaged = good;
  damaged.tables[0].begin()->second.pop_back();
  EXPECT_EQ(loads(damaged).code(), ErrorCode::kCorruption);
  damaged = good;
  damaged.tables[0].begin()->second.push_back('x');
  EXPECT_EQ(loads(damaged).code(), ErrorCode::kCorruption);
  damaged = good;
  damaged.state.pop_back();
  EXPECT_EQ(loads(damaged).code(), ErrorCode::kCorruption);
}

TEST(WindowSpecTest, WhenSpecIsWrongThenThereIsAProblem) {
  EXPECT_EQ(tumbling(10min).Problem(), "");
  EXPECT_EQ(sliding(7 * 24h, 24h).Problem(), "");
  EXPECT_NE(tumbling(0ms).Problem(), "");
  EXPECT_NE(tumbling(-5ms).Problem(), "");
  EXPECT_NE(sliding(10ms, 0ms).Problem(), "");
  EXPECT_NE(sliding(10ms, 20ms).Problem(), "");
}

}  // namespace
}  // namespace penstock
