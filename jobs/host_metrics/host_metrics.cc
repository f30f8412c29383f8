#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "api/penstock.h"
#include "connectors/basic/print_sink.h"
#include "connectors/file/file_sink.h"
#include "connectors/procfs/procfs_source.h"

// Watches the host it runs on: per metric the least, mean and greatest value of each window, and an
// alert whenever a mean passes a threshold, in either direction.
// Arguments:
//   --output DIRECTORY     gets summaries/ and alerts/, by day, each with part-*.csv
//   --interval DURATION    between two readings; default 1 s
//   --window DURATION      default 5 s
//   --top NUMBER           processes with the most processor time; default 5, 0 for none
//   --cpu-alert PERCENT    default 90; 0 for no alert, as for the others
//   --memory-alert PERCENT default 90
//   --disk-alert PERCENT   of time in which a disk was busy; default 90
//   --print BOOL           summaries to standard output as well; default true. Alerts always are.

using namespace penstock;

using MetricKey = std::pair<std::string, std::string>;  // metric, instance

MetricKey KeyOfSample(const MetricSample& sample) { return {sample.metric, sample.instance}; }

struct Statistics {
  std::uint64_t count = 0;
  double sum = 0;
  double least = 0;
  double greatest = 0;

  void add(const MetricSample& sample) {
    least = count == 0 ? sample.value : std::min(least, sample.value);
    greatest = count == 0 ? sample.value : std::max(greatest, sample.value);
    sum += sample.value;
    ++count;
  }
};

struct Summary {
  Timestamp window_end;
  std::string metric;
  std::string instance;
  std::uint64_t samples = 0;
  double min = 0;
  double avg = 0;
  double max = 0;
};

Summary Summarise(const MetricKey& key, Window window, const Statistics& s) {
  return {window.end, key.first, key.second, s.count, s.least, s.sum / static_cast<double>(s.count),
          s.greatest};
}

struct Alert {
  Timestamp time;
  std::string metric;
  std::string instance;
  std::string state;  // "raised", "cleared"
  double value = 0;
  double threshold = 0;
};

/// Remembers for each metric whether its alert is on, so that it is told once.
struct WatchThresholds : KeyedProcess<MetricKey, Summary, Alert> {
  explicit WatchThresholds(std::map<std::string, double> thresholds)
      : thresholds(std::move(thresholds)) {}

  std::map<std::string, double> thresholds;  // by metric
  ValueState<bool> raised{this, "raised"};

  void process(const Summary& s, Context&, Collector<Alert>& out) {
    const auto threshold = thresholds.find(s.metric);
    if (threshold == thresholds.end()) return;
    const bool now = s.avg >= threshold->second;
    if (now == raised.has_value()) return;
    if (now) {
      raised = true;
    } else {
      raised.clear();
    }
    out.collect(
        {s.window_end, s.metric, s.instance, now ? "raised" : "cleared", s.avg, threshold->second});
  }
};

std::map<std::string, double> Thresholds(const Arguments& args) {
  std::map<std::string, double> thresholds = {
      {"cpu.percent", args.get("cpu-alert", 90.0)},
      {"memory.used_percent", args.get("memory-alert", 90.0)},
      {"disk.busy_percent", args.get("disk-alert", 90.0)}};
  std::erase_if(thresholds, [](const auto& entry) { return entry.second <= 0; });
  return thresholds;
}

PENSTOCK_JOB(host_metrics) {
  const std::string output = args.path("output");
  const Millis window = args.get("window", Millis(5s));
  auto host = procfs_source(args.get("interval", Millis(1s))).top(args.get("top", std::size_t{5}));

  auto summaries = env.from("host", std::move(host))
                       .set_parallelism(1)
                       .with_timestamps(ordered_timestamps(), &MetricSample::time)
                       .key_by(KeyOfSample)
                       .window("summary", tumbling(window))
                       .aggregate(Statistics{}, Summarise);
  summaries.sink_to("summaries",
                    FileSink::csv<Summary>(output + "/summaries").bucket_by_time("%Y-%m-%d"));
  if (args.get("print", true)) summaries.sink_to(print());

  auto alerts = summaries.key_by([](const Summary& s) { return MetricKey(s.metric, s.instance); })
                    .process("thresholds", WatchThresholds(Thresholds(args)));
  alerts.sink_to("alerts", FileSink::csv<Alert>(output + "/alerts").bucket_by_time("%Y-%m-%d"));
  alerts.sink_to(print("ALERT "));
}
