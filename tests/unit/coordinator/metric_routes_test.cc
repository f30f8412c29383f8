#include <chrono>
#include <cstdlib>
#include <fstream>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "coordinator/metrics/metric_catalog.h"
#include "tests/unit/coordinator/metric_samples.h"
#include "tests/unit/coordinator/rest_fixture.h"

namespace penstock {
namespace {

namespace json = boost::json;
using testing::HasSubstr;
using testing::Not;

/// A job whose source waits for its sink, in the tenth second of its run.
class MetricRoutesTest : public RestServiceTest {
 protected:
  MetricRoutesTest() { Begin(); }

  void Begin() {
    job_ = "/jobs/" + Run("{}");
    Register();
    host_ = std::get<StartHost>(gateway_.Take()).host;
    FromTheHost(HostReady{"tcp://127.0.0.1:1"});
    gateway_.Take();
    FromTheHost(HostDeployed{});
    gateway_.Take();
    for (std::uint64_t age = 1000; age <= 10'000; age += 1000) Report(age);
  }
  void FromTheHost(HostEvent event) {
    dispatcher_->Post([this, event = std::move(event)] {
      dispatcher_->OnWorkerEvent(WorkerId(5, 5), FromHost{host_, event});
    });
  }
  virtual void Report(std::uint64_t age) {
    HostMetrics metrics;
    for (std::uint32_t i = 0; i < 2; ++i) {
      TaskMetrics source = PacedTask({VertexId(0), i}, {0.1, 0.8, 0, 1000}, age);
      source.watermark = source.output_watermark = 7000;
      source.counters["numbers.numRecordsOut"] = age;
      source.gauges = {{"outPoolUsage", 0.5 + i * 0.25}, {"watermarkAlignmentDrift", 3}};
      TaskMetrics sink = PacedTask({VertexId(1), i}, {0.95, 0, 1000 + 1000 * i, 0}, age);
      sink.counters["out.numRecordsIn"] = age;
      sink.counters["out.oddities \"x\""] = 4;
      sink.gauges = {{"inPoolUsage", 1}, {"checkpointAlignmentTime", 2e6}};
      metrics.tasks.push_back(source);
      metrics.tasks.push_back(sink);
    }
    FromTheHost(metrics);
  }
  json::value Read(const std::string& target) { return json::parse(Ask("GET", target).body); }
  std::string Vertex(std::size_t i) const { return job_ + "/vertices/" + HexIdToString(0, i + 1); }

  std::string job_;
  HostId host_;
};

TEST_F(MetricRoutesTest, WhenAJobIsShownThenItsVerticesAndEdgesAreLive) {
  const json::object job = Get(job_);
  const json::value& source = job.at("vertices").at(0);
  EXPECT_DOUBLE_EQ(source.at("live").at("backpressured-ratio").as_double(), 0.8);
  EXPECT_DOUBLE_EQ(source.at("live").at("records-out-per-second").as_double(), 2000);
  EXPECT_EQ(source.at("live").at("watermark").as_int64(), 7000);
  EXPECT_TRUE(source.at("live").at("pending-records").is_null());
  EXPECT_EQ(source.at("metrics").at("write-records").to_number<int>(), 20'000);
  EXPECT_EQ(source.at("metrics").at("write-bytes").to_number<int>(), 200'000);
  const json::value& sink = job.at("vertices").at(1);
  EXPECT_DOUBLE_EQ(sink.at("live").at("busy-ratio").as_double(), 0.95);
  EXPECT_DOUBLE_EQ(sink.at("live").at("skew").as_double(), 0.25);
  EXPECT_TRUE(sink.at("live").at("watermark").is_null());
  const json::value& edge = job.at("edges").at(0);
  EXPECT_EQ(edge.at("source"), source.at("id"));
  EXPECT_EQ(edge.at("target"), sink.at("id"));
  EXPECT_DOUBLE_EQ(edge.at("records-per-second").as_double(), 2000);
  EXPECT_DOUBLE_EQ(edge.at("bytes-per-second").as_double(), 20'000);
  EXPECT_EQ(job.at("bottleneck").at("vertex"), sink.at("id"));
}

TEST_F(MetricRoutesTest, WhenTheBottleneckIsAskedForThenItIsTheSinkAndNobodyHoldsTheWatermark) {
  const json::object answer = Get(job_ + "/bottleneck");
  EXPECT_EQ(answer.at("bottleneck").at("name"), "out");
  EXPECT_EQ(answer.at("bottleneck").at("backpressured-upstream").as_array().size(), 1U);
  EXPECT_TRUE(answer.at("watermark-holder").is_null());
}

TEST_F(MetricRoutesTest, WhenTheHistoryIsAskedForThenItHasAPointOfAVertexAndOfTheJob) {
  const json::object vertex = Get(job_ + "/history?vertex=" + HexIdToString(0, 2));
  EXPECT_EQ(vertex.at("interval").as_int64(), 1000);
  ASSERT_EQ(vertex.at("timestamps").as_array().size(), 1U);  // the clock stands still
  EXPECT_FALSE(vertex.at("series").as_object().contains("checkpoint-duration"));
  EXPECT_EQ(vertex.at("series").at("busy-ratio").as_array().size(), 1U);
  EXPECT_TRUE(Get(job_ + "/history").at("series").at("checkpoint-duration").at(0).is_null());
  EXPECT_EQ(Ask("GET", job_ + "/history?vertex=" + HexIdToString(0, 3)).status, 404);
}

TEST_F(MetricRoutesTest, WhenMetricsOfAVertexAreAskedForThenTheyAreThoseOfItsSubtasksAndOperators) {
  const json::value names = Read(Vertex(0) + "/metrics");
  const std::string all = json::serialize(names);
  for (const char* name : {"0.numRecordsOut", "1.numRecordsOutPerSecond", "0.busyTimeMsPerSecond",
                           "0.accumulateBusyTimeMs", "0.numbers.numRecordsOut", "0.outPoolUsage",
                           "0.currentInputWatermark", "1.currentOutputWatermark"}) {
    EXPECT_THAT(all, HasSubstr("{\"id\":\"" + std::string(name) + "\"}"));
  }
  EXPECT_EQ(
      Ask("GET", Vertex(0) + "/metrics?get=1.numRecordsOutPerSecond,0.outPoolUsage,1.none").body,
      R"([{"id":"0.outPoolUsage","value":"0.5"},)"
      R"({"id":"1.numRecordsOutPerSecond","value":"1000"}])");
  EXPECT_EQ(Ask("GET", Vertex(1) + "/metrics?get=0.currentInputWatermark").body,
            R"([{"id":"0.currentInputWatermark","value":"-9223372036854775808"}])");
}

TEST_F(MetricRoutesTest, WhenSubtasksAreAggregatedThenOnlyTheChosenOnesCount) {
  const std::string path = Vertex(1) + "/subtasks/metrics";
  const json::value both = Read(path + "?get=numRecordsInPerSecond").at(0);
  EXPECT_EQ(both.at("min").as_double(), 1000);
  EXPECT_EQ(both.at("max").as_double(), 2000);
  EXPECT_EQ(both.at("sum").as_double(), 3000);
  EXPECT_EQ(both.at("avg").as_double(), 1500);
  EXPECT_EQ(json::serialize(Read(path + "?get=numRecordsIn&agg=max&subtasks=0")),
            R"([{"id":"numRecordsIn","max":1E4}])");
  EXPECT_EQ(Read(path + "?get=numRecordsIn&subtasks=0-1").at(0).at("sum").as_double(), 30'000);
  EXPECT_EQ(Ask("GET", path + "?get=numRecordsIn&agg=median").status, 400);
  EXPECT_EQ(Ask("GET", path + "?subtasks=x").status, 400);
  EXPECT_EQ(Ask("GET", path + "?subtasks=2-1").status, 400);
  EXPECT_THAT(Ask("GET", path).body, HasSubstr(R"({"id":"numRecordsIn"})"));
}

TEST_F(MetricRoutesTest, WhenOneSubtaskIsAskedForThenItsMetricsHaveNoNumber) {
  EXPECT_EQ(Ask("GET", Vertex(1) + "/subtasks/1/metrics?get=out.numRecordsIn").body,
            R"([{"id":"out.numRecordsIn","value":"10000"}])");
  EXPECT_EQ(Ask("GET", Vertex(1) + "/subtasks/2/metrics").status, 404);
  EXPECT_EQ(Ask("GET", Vertex(1) + "/subtasks/1x/metrics").status, 404);
}

TEST_F(MetricRoutesTest, WhenBackPressureAndWatermarksAreAskedForThenTheyHaveFlinksFields) {
  const json::object source = Get(Vertex(0) + "/backpressure");
  EXPECT_EQ(source.at("status"), "ok");
  EXPECT_EQ(source.at("backpressureLevel"), "high");
  EXPECT_EQ(source.at("subtasks").at(1).at("backpressure-level"), "high");
  EXPECT_DOUBLE_EQ(source.at("subtasks").at(1).at("ratio").as_double(), 0.8);
  EXPECT_DOUBLE_EQ(source.at("subtasks").at(0).at("busyRatio").as_double(), 0.1);
  EXPECT_EQ(Get(Vertex(1) + "/backpressure").at("backpressureLevel"), "ok");
  EXPECT_EQ(Ask("GET", Vertex(0) + "/watermarks").body,
            R"([{"id":"0.currentInputWatermark","value":"7000"},)"
            R"({"id":"1.currentInputWatermark","value":"7000"}])");
  EXPECT_EQ(Ask("GET", job_ + "/vertices/x/watermarks").status, 400);
}

TEST_F(MetricRoutesTest, WhenJobsWorkersAndTheCoordinatorAreAskedForThenEachHasItsMetrics) {
  EXPECT_EQ(Ask("GET", job_ + "/metrics?get=numRestarts,lastCheckpointDuration").body,
            R"([{"id":"lastCheckpointDuration","value":"-1"},{"id":"numRestarts","value":"0"}])");
  EXPECT_EQ(Read("/jobs/metrics?get=numRestarts").at(0).at("sum").as_double(), 0);
  EXPECT_EQ(json::serialize(Read("/jobs/metrics?get=numRestarts&jobs=none")), "[]");
  const std::string worker = ToString(WorkerId(5, 5));
  EXPECT_EQ(Ask("GET", "/taskmanagers/" + worker + "/metrics?get=taskSlotsTotal").body,
            R"([{"id":"taskSlotsTotal","value":"2"}])");
  EXPECT_EQ(Read("/taskmanagers/metrics?get=taskSlotsTotal&taskmanagers=" + worker)
                .at(0)
                .at("max")
                .as_double(),
            2);
  EXPECT_EQ(Ask("GET", "/taskmanagers/" + ToString(WorkerId(6, 6)) + "/metrics").status, 404);
  EXPECT_EQ(Ask("GET", "/jobmanager/metrics?get=taskSlotsAvailable,numRunningJobs").body,
            R"([{"id":"numRunningJobs","value":"1"},{"id":"taskSlotsAvailable","value":"0"}])");
}

TEST_F(MetricRoutesTest, WhenPrometheusAsksThenThereAreSumsOverSubtasksAndTheSubtasks) {
  const HttpResponse answer = Ask("GET", "/metrics");
  EXPECT_EQ(answer.content_type, "text/plain; version=0.0.4; charset=utf-8");
  const std::string id = job_.substr(6);
  const std::string of_sink =
      "job_id=\"" + id + "\",job_name=\"test\",vertex=\"out\",vertex_id=\"1\"";
  for (const std::string& line : {
           "penstock_vertex_records_in_total{" + of_sink + "} 30000\n",
           "penstock_subtask_records_in_total{" + of_sink + ",subtask=\"1\"} 20000\n",
           "penstock_operator_records_in_total{" + of_sink + ",operator=\"out\"} 20000\n",
           "penstock_operator_user_total{" + of_sink +
               R"(,operator="out",name="oddities \"x\""} 8)" + "\n",
           std::string("penstock_coordinator_slots 2\n"),
           "penstock_job_state{job_id=\"" + id + "\",job_name=\"test\",state=\"RUNNING\"} 1\n",
           std::string("vertex=\"numbers\",vertex_id=\"0\"} 7\n"),  // the watermark, in seconds
           std::string("# TYPE penstock_job_checkpoint_phase_seconds histogram\n"),
       }) {
    EXPECT_THAT(answer.body, HasSubstr(line));
  }
  EXPECT_THAT(answer.body, Not(HasSubstr("-9223372036854775808")));
}

TEST_F(MetricRoutesTest, WhenPrometheusToolChecksTheAnswerThenItFindsNothing) {
  ASSERT_EQ(std::system("promtool --version >/dev/null 2>&1"), 0)
      << "install the packages that tests need: scripts/setup test";
  const std::string path = directory_ + "/metrics.txt";
  std::ofstream(path) << Ask("GET", "/metrics").body;
  EXPECT_EQ(std::system(("promtool check metrics < " + path).c_str()), 0);
}

TEST_F(MetricRoutesTest, WhenTasksAreAskedForAllTheyHaveThenEveryNameIsInTheReference) {
  for (std::size_t vertex = 0; vertex < 2; ++vertex) {
    const json::value metrics = Read(Vertex(vertex) + "/subtasks/0/metrics");
    for (const json::value& metric : metrics.as_array()) {
      const std::string name = metric.at("id").as_string().c_str();
      if (name.find("oddities") != std::string::npos) continue;  // of the job's own
      const std::size_t dot = name.rfind('.');
      const auto scope = dot == std::string::npos ? MetricScope::kTask : MetricScope::kOperator;
      EXPECT_NE(FindMetric(scope, name.substr(dot + 1)), nullptr) << name;
    }
  }
  const auto check = [&](const std::string& target, MetricScope scope) {
    const json::value metrics = Read(target);
    for (const json::value& metric : metrics.as_array()) {
      EXPECT_NE(FindMetric(scope, metric.at("id").as_string()), nullptr) << metric;
    }
  };
  check(job_ + "/metrics", MetricScope::kJob);
  check("/jobmanager/metrics", MetricScope::kCoordinator);
  check("/taskmanagers/metrics", MetricScope::kWorker);
}

/// Few time series are allowed.
class FewSeriesTest : public MetricRoutesTest {
 protected:
  void Allow(const std::string& series) {
    ASSERT_TRUE(config_.Set("metrics.prometheus.max-series", series).ok());
    Restart();
    // The job is taken up again, waits for a worker, and runs.
    Register();
    host_ = std::get<StartHost>(gateway_.Take()).host;
    FromTheHost(HostReady{"tcp://127.0.0.1:1"});
    gateway_.Take();
    FromTheHost(HostDeployed{});
    gateway_.Take();
    Report(1000);
  }
};

TEST_F(FewSeriesTest, WhenSubtasksWouldBeTooManyThenVerticesAndOperatorsAreLeft) {
  Allow("190");
  const std::string body = Ask("GET", "/metrics").body;
  EXPECT_THAT(body, HasSubstr("penstock_vertex_records_in_total"));
  EXPECT_THAT(body, HasSubstr("penstock_operator_records_in_total"));
  EXPECT_THAT(body, Not(HasSubstr("penstock_subtask_")));
}

TEST_F(FewSeriesTest, WhenEvenVerticesWouldBeTooManyThenJobsAreLeft) {
  Allow("100");
  const std::string body = Ask("GET", "/metrics").body;
  EXPECT_THAT(body, HasSubstr("penstock_job_restarts_total"));
  EXPECT_THAT(body, Not(HasSubstr("penstock_vertex_")));
}

/// 10 vertices of 256 subtasks.
class LargeJobTest : public RestServiceTest {
 protected:
  LargeJobTest() {
    planner_ = [](const PlanRequest&) -> Result<Plan> {
      JobGraph graph = TwoVertexGraph();
      graph.vertices.resize(1);
      graph.edges.clear();
      for (std::uint32_t i = 1; i < 10; ++i) {
        JobVertex vertex = graph.vertices.front();
        vertex.id = VertexId(i);
        vertex.name = "v" + std::to_string(i);
        vertex.operators.front().kind = i == 9 ? "sink" : "transform";
        vertex.operators.front().uid = vertex.name;
        graph.vertices.push_back(vertex);
        graph.edges.push_back(
            {.from = VertexId(i - 1), .to = VertexId(i), .record = {}, .key = {}});
      }
      for (JobVertex& vertex : graph.vertices) vertex.parallelism = 256;
      return Plan{graph, {}, {}};
    };
    Restart();
  }
};

TEST_F(LargeJobTest, WhenThereAre2560SubtasksThenReportsAndDetailTakeFewMilliseconds) {
  WorkerRegistration worker;
  worker.worker = WorkerId(5, 5);
  worker.slots = 256;
  worker.memory_bytes = 1ULL << 40;
  dispatcher_->Post([this, worker] { dispatcher_->OnWorkerRegistered(worker); });
  const std::string job = "/jobs/" + Run("{}");
  const HostId host = std::get<StartHost>(gateway_.Take()).host;
  const auto from_host = [&](HostEvent event) {
    dispatcher_->Post([this, host, event = std::move(event)] {
      dispatcher_->OnWorkerEvent(WorkerId(5, 5), FromHost{host, event});
    });
  };
  from_host(HostReady{"tcp://127.0.0.1:1"});
  gateway_.Take();
  from_host(HostDeployed{});
  gateway_.Take();
  using Clock = std::chrono::steady_clock;
  const auto millis = [](Clock::time_point since) {
    return std::chrono::duration<double, std::milli>(Clock::now() - since).count();
  };
  double report = 1e9;
  double detail = 1e9;
  for (std::uint64_t age = 1000; age <= 8000; age += 1000) {
    HostMetrics metrics;
    for (std::uint32_t v = 0; v < 10; ++v) {
      for (std::uint32_t i = 0; i < 256; ++i) {
        metrics.tasks.push_back(PacedTask({VertexId(v), i}, {0.5, 0.1, 100, 100}, age));
        for (int extra = 0; extra < 12; ++extra) {
          metrics.tasks.back().counters[fmt::format("operator-{}.numRecordsIn", extra)] = age;
        }
      }
    }
    Clock::time_point start = Clock::now();
    from_host(std::move(metrics));
    Get("/overview");  // waits for it
    report = std::min(report, millis(start));
    start = Clock::now();
    const HttpResponse answer = Ask("GET", job);
    detail = std::min(detail, millis(start));
    EXPECT_EQ(answer.status, 200);
    EXPECT_LT(answer.body.size(), 20'000U);
  }
  RecordProperty("report-ms", fmt::format("{:.2f}", report));
  RecordProperty("detail-ms", fmt::format("{:.2f}", detail));
  std::printf("a second's reports of 2560 subtasks %.2f ms, job detail %.2f ms\n", report, detail);
  EXPECT_LT(detail, 50);
}

}  // namespace
}  // namespace penstock
