#include "coordinator/metrics/metric_store.h"

#include <chrono>
#include <cmath>

#include <gtest/gtest.h>

#include "tests/unit/coordinator/job_master_harness.h"
#include "tests/unit/coordinator/metric_samples.h"

namespace penstock {
namespace {

constexpr VertexId kSource(0);
constexpr VertexId kSink(1);

/// Reports once a second, of both subtasks of both vertices, for `seconds`.
void RunFor(MetricStore& store, TaskPace source, TaskPace sink, int seconds) {
  for (int second = 1; second <= seconds; ++second) {
    const std::uint64_t age = 1000ULL * second;
    for (std::uint32_t i = 0; i < 2; ++i) {
      store.Report(PacedTask({kSource, i}, source, age), static_cast<std::int64_t>(age));
      store.Report(PacedTask({kSink, i}, sink, age), static_cast<std::int64_t>(age));
    }
  }
}

TEST(MetricStoreTest, WhenTasksReportEachSecondThenRatesAndRatiosAreThoseOfTheLastSeconds) {
  MetricStore store(TwoVertexGraph());
  RunFor(store, {0.2, 0.5, 0, 1000}, {0.9, 0, 1000, 0}, 10);

  const VertexLive source = store.Live(kSource);
  EXPECT_DOUBLE_EQ(source.records_out, 2000);
  EXPECT_DOUBLE_EQ(source.bytes_out, 20000);
  EXPECT_DOUBLE_EQ(source.busy, 0.2);
  EXPECT_DOUBLE_EQ(source.backpressured_average, 0.5);
  EXPECT_NEAR(source.idle_average, 0.3, 0.001);
  const VertexLive sink = store.Live(kSink);
  EXPECT_DOUBLE_EQ(sink.records_in, 2000);
  EXPECT_DOUBLE_EQ(sink.busy, 0.9);
  EXPECT_EQ(store.EdgeRate(0).records, 2000);
  EXPECT_EQ(store.EdgeRate(0).bytes, 20000);
  EXPECT_EQ(store.EdgeTotal(0).records, 20000U);
  EXPECT_EQ(store.vertex(kSink).Total(TaskCounter::kRecordsIn), 20000U);
}

TEST(MetricStoreTest, WhenAPaceChangesThenItsRateFollowsWithinSixSeconds) {
  MetricStore store(TwoVertexGraph());
  TaskMetrics report = PacedTask({kSource, 0}, {0, 0, 0, 1000}, 20'000);
  store.Report(report, 0);
  for (std::uint64_t second = 1; second <= 6; ++second) {
    report.age = 20'000 + second * 1000;  // nothing more is sent
    store.Report(report, 0);
  }
  EXPECT_EQ(store.Live(kSource).records_out, 0);
}

TEST(MetricStoreTest, WhenATaskStartsAnewThenItsRatesDoNotGoBelowZero) {
  MetricStore store(TwoVertexGraph());
  RunFor(store, {0.2, 0, 0, 1000}, {}, 5);
  store.Report(PacedTask({kSource, 0}, {0.1, 0, 0, 10}, 500), 5500);
  store.Report(PacedTask({kSource, 0}, {0.1, 0, 0, 10}, 1500), 6500);
  EXPECT_EQ(store.vertex(kSource).loads()[0].records_out, 10);
}

TEST(MetricStoreTest, WhenOneSubtaskGetsAllRecordsThenTheSkewIsHalf) {
  MetricStore store(TwoVertexGraph());
  for (std::uint64_t age : {1000, 2000}) {
    store.Report(PacedTask({kSink, 0}, {0.9, 0, 1000, 0}, age), 0);
    store.Report(PacedTask({kSink, 1}, {}, age), 0);
  }
  const VertexLive live = store.Live(kSink);
  EXPECT_DOUBLE_EQ(live.skew, 0.5);
  EXPECT_DOUBLE_EQ(live.busy, 0.9);
  EXPECT_DOUBLE_EQ(live.busy_average, 0.45);
}

TEST(MetricStoreTest, WhenASourceReadsThenWhatItReadsCountsAsItsInputAndWhatASinkWritesAsOutput) {
  MetricStore store(TwoVertexGraph());
  for (std::uint64_t age : {1000, 2000}) {
    TaskMetrics source = PacedTask({kSource, 0}, {}, age);
    source.counters["numbers.numRecordsOut"] = 7 * age / 1000;
    store.Report(source, 0);
    TaskMetrics sink = PacedTask({kSink, 0}, {}, age);
    sink.counters["out.numRecordsIn"] = 5 * age / 1000;
    store.Report(sink, 0);
  }
  EXPECT_EQ(store.Live(kSource).records_in, 7);
  EXPECT_EQ(store.Live(kSink).records_out, 5);
}

TEST(MetricStoreTest, WhenASourceSubtaskIsIdleThenItsWatermarkDoesNotCount) {
  MetricStore store(TwoVertexGraph());
  TaskMetrics ahead = PacedTask({kSource, 0}, {}, 1000);
  ahead.watermark = 100;
  TaskMetrics behind = PacedTask({kSource, 1}, {}, 1000);
  behind.watermark = 50;
  store.Report(ahead, 0);
  EXPECT_FALSE(store.Live(kSource).watermark.has_value());  // of the other nothing is known
  store.Report(behind, 0);
  EXPECT_EQ(store.Live(kSource).watermark, 50);
  behind.idle = true;
  store.Report(behind, 0);
  EXPECT_EQ(store.Live(kSource).watermark, 100);
}

TEST(MetricStoreTest, WhenTimestampsAreMadeBehindTheSourceThenItsOutputHasItsWatermark) {
  MetricStore store(TwoVertexGraph());
  for (std::uint32_t i = 0; i < 2; ++i) {
    TaskMetrics source = PacedTask({kSource, i}, {}, 1000);
    source.output_watermark = 40 + i;
    store.Report(source, 0);
  }
  EXPECT_EQ(store.Live(kSource).watermark, 40);
}

TEST(MetricStoreTest, WhenGaugesComeAndGoThenOnlyThoseOfTheLastReportAreKnown) {
  MetricStore store(TwoVertexGraph());
  TaskMetrics report = PacedTask({kSource, 0}, {}, 1000);
  report.gauges = {{"outPoolUsage", 0.5}, {"pendingRecords", 3}};
  store.Report(report, 0);
  EXPECT_EQ(store.Live(kSource).pending_records, 3);
  report.gauges = {{"outPoolUsage", 0.25}};
  store.Report(report, 0);
  const VertexMetrics& metrics = store.vertex(kSource);
  ASSERT_EQ(metrics.gauge_names().size(), 2U);
  EXPECT_EQ(metrics.gauge(0, 0), 0.25);
  EXPECT_FALSE(metrics.gauge(0, 1).has_value());
  EXPECT_FALSE(metrics.gauge(1, 0).has_value());
}

TEST(MetricStoreTest, WhenReportsNameNoSubtaskOfTheJobThenTheyAreIgnored) {
  MetricStore store(TwoVertexGraph());
  store.Report(PacedTask({VertexId(9), 0}, {0.5, 0, 1, 1}, 1000), 0);
  store.Report(PacedTask({kSource, 9}, {0.5, 0, 1, 1}, 1000), 0);
  EXPECT_EQ(store.Live(kSource).busy, 0);
}

TEST(MetricStoreTest, WhenSecondsPassThenTheHistoryHasOnePointEachAndForgetsAfterFiveMinutes) {
  MetricStore store(TwoVertexGraph());
  RunFor(store, {0.2, 0.5, 0, 1000}, {0.9, 0, 1000, 0}, 5);
  for (int i = 0; i < 400; ++i) {
    store.Sample(1'000'000 + i * 1000, i);
    store.Sample(1'000'200 + i * 1000, -1);  // not due
  }
  const MetricHistory& history = store.history();
  ASSERT_EQ(history.size(), MetricHistory::kPoints);
  EXPECT_EQ(history.time(0), 1'100'000);
  EXPECT_EQ(history.time(299), 1'399'000);
  const auto at = [](const HistoryPoint& point, HistorySeries series) {
    return point[static_cast<std::size_t>(series)];
  };
  EXPECT_EQ(at(history.of_vertex(1, 299), HistorySeries::kRecordsIn), 2000);
  EXPECT_EQ(at(history.of_job(299), HistorySeries::kCheckpointDuration), 399);
  EXPECT_EQ(at(history.of_job(0), HistorySeries::kBusy), 0.9);
  EXPECT_TRUE(std::isnan(at(history.of_job(0), HistorySeries::kWatermarkLag)));
}

TEST(MetricStoreTest, WhenAnAttemptBeginsThenTheHistoryOfTheSameVerticesStays) {
  MetricStore store(TwoVertexGraph());
  RunFor(store, {0.2, 0, 0, 10}, {}, 5);
  store.Sample(1000, 0);
  JobGraph wider = TwoVertexGraph();
  wider.vertices[1].parallelism = 4;
  store.Reset(wider);
  EXPECT_EQ(store.history().size(), 1U);
  EXPECT_EQ(store.Live(kSource).busy, 0);
  EXPECT_EQ(store.vertex(kSink).parallelism(), 4U);
  wider.vertices[1].name = "another";
  store.Reset(wider);
  EXPECT_EQ(store.history().size(), 0U);
}

TEST(MetricStoreTest, WhenTheSinkIsSlowThenItIsTheBottleneck) {
  MetricStore store(TwoVertexGraph());
  EXPECT_FALSE(store.FindSlowest().has_value());
  RunFor(store, {0.2, 0.7, 0, 1000}, {0.95, 0, 1000, 0}, 5);
  const auto found = store.FindSlowest();
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->vertex, kSink);
}

TEST(MetricStoreTest, WhenASourceStandsStillForHalfAMinuteThenItsSplitIsFound) {
  MetricStore store(TwoVertexGraph());
  for (int second = 0; second <= 40; ++second) {
    TaskMetrics moving = PacedTask({kSource, 0}, {}, 1000 + second * 1000);
    moving.watermark = moving.furthest = second * 1000;
    moving.slowest_split = "a";
    TaskMetrics held = PacedTask({kSource, 1}, {}, 1000 + second * 1000);
    held.watermark = std::min(second, 5) * 1000;
    held.furthest = held.watermark;
    held.slowest_split = "b";
    store.Report(moving, second * 1000);
    store.Report(held, second * 1000);
    EXPECT_EQ(store.FindHolder(second * 1000).has_value(), second >= 35) << second;
  }
  const auto holder = store.FindHolder(40'000);
  EXPECT_EQ(holder->split, "b");
  EXPECT_EQ(holder->lag, 35'000);
  EXPECT_EQ(holder->held, 35'000);
}

}  // namespace
}  // namespace penstock
