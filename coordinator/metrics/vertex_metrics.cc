#include "coordinator/metrics/vertex_metrics.h"

#include <algorithm>
#include <utility>

namespace penstock {
namespace {

/// Three samples as far apart as this bound what a rate is measured over.
constexpr std::uint64_t kStepMillis = 3000;
/// By TaskCounter.
constexpr std::array<const char*, kTaskCounters> kTaskCounterNames{
    "numRecordsIn", "numRecordsOut", "numBytesIn",         "numBytesOut",
    "busyTimeMs",   "idleTimeMs",    "backPressuredTimeMs"};

/// A counter may seem to go back by a little when it was read while it changed.
double RateOf(std::uint64_t before, std::uint64_t after, double seconds) {
  if (seconds <= 0 || after <= before) return 0;
  return static_cast<double>(after - before) / seconds;
}

}  // namespace

VertexMetrics::VertexMetrics(const JobVertex& vertex, std::size_t out_edges)
    : out_edges_(out_edges),
      samples_(vertex.parallelism),
      loads_(vertex.parallelism),
      splits_(vertex.parallelism) {
  for (const char* name : kTaskCounterNames) NameCounter(name);
  for (const GraphOperator& op : vertex.operators) {
    const std::string prefix = op.uid.empty() ? op.name : op.uid;
    if (op.kind == "source") read_.push_back(NameCounter(prefix + ".numRecordsOut"));
    if (op.kind == "sink") written_.push_back(NameCounter(prefix + ".numRecordsIn"));
  }
}

std::size_t VertexMetrics::NameCounter(const std::string& name) {
  const auto [found, fresh] = counters_by_name_.try_emplace(name, counter_names_.size());
  if (fresh) counter_names_.push_back(name);
  return found->second;
}

void VertexMetrics::Report(const TaskMetrics& report, std::int64_t now) {
  const std::uint32_t subtask = report.subtask.index;
  if (subtask >= samples_.size()) return;
  Samples& samples = samples_[subtask];
  auto& [oldest, middle, newest] = samples.at;
  Sample sample = ToSample(report);
  if (!loads_[subtask].reported || sample.age < newest.age) {
    oldest = middle = sample;
  } else if (sample.age - middle.age >= kStepMillis) {
    oldest = std::move(middle);
    middle = sample;
  }
  newest = std::move(sample);
  TakeGauges(report, samples);
  Update(subtask, report, now);
}

VertexMetrics::Sample VertexMetrics::ToSample(const TaskMetrics& report) {
  Sample sample{report.age, {}, report.edges};
  sample.edges.resize(out_edges_);
  sample.counters.resize(counter_names_.size());
  for (const auto& [name, value] : report.counters) {
    const std::size_t counter = NameCounter(name);
    if (counter >= sample.counters.size()) sample.counters.resize(counter + 1);
    sample.counters[counter] = value;
  }
  return sample;
}

void VertexMetrics::TakeGauges(const TaskMetrics& report, Samples& samples) {
  samples.gauges.assign(gauge_names_.size(), std::numeric_limits<double>::quiet_NaN());
  for (const auto& [name, value] : report.gauges) {
    const auto [found, fresh] = gauges_by_name_.try_emplace(name, gauge_names_.size());
    if (fresh) {
      gauge_names_.push_back(name);
      samples.gauges.push_back(value);
    }
    samples.gauges[found->second] = value;
  }
}

void VertexMetrics::Update(std::uint32_t subtask, const TaskMetrics& report, std::int64_t now) {
  SubtaskLoad& load = loads_[subtask];
  const auto rate = [&](TaskCounter counter) {
    return this->rate(subtask, static_cast<std::size_t>(counter));
  };
  const auto share = [&](TaskCounter counter) { return std::min(rate(counter) / 1000, 1.0); };
  // Of a source whose records get their timestamps further down the chain it is what comes out.
  const std::int64_t watermark =
      read_.empty() ? report.watermark : std::max(report.watermark, report.output_watermark);
  if (!load.reported || watermark != load.watermark) load.advanced_millis = now;
  load.reported = true;
  load.reported_millis = now;
  load.idle_source = report.idle;
  load.records_in = rate(TaskCounter::kRecordsIn) + Sum(subtask, read_);
  load.records_out = rate(TaskCounter::kRecordsOut) + Sum(subtask, written_);
  load.bytes_in = rate(TaskCounter::kBytesIn);
  load.bytes_out = rate(TaskCounter::kBytesOut);
  load.busy = share(TaskCounter::kBusyMillis);
  load.idle = share(TaskCounter::kIdleMillis);
  load.backpressured = share(TaskCounter::kBackPressuredMillis);
  load.watermark = watermark;
  load.output_watermark = report.output_watermark;
  load.furthest = std::max(report.furthest, watermark);
  const auto pending = report.gauges.find("pendingRecords");
  load.pending_records = pending == report.gauges.end() ? -1 : pending->second;
  splits_[subtask] = report.slowest_split;
}

double VertexMetrics::Sum(std::uint32_t subtask, const std::vector<std::size_t>& counters) const {
  double sum = 0;
  for (const std::size_t counter : counters) sum += rate(subtask, counter);
  return sum;
}

std::uint64_t VertexMetrics::counter(std::uint32_t subtask, std::size_t counter) const {
  const Sample& newest = samples_[subtask].at[2];
  return counter < newest.counters.size() ? newest.counters[counter] : 0;
}

double VertexMetrics::rate(std::uint32_t subtask, std::size_t counter) const {
  const auto& [oldest, middle, newest] = samples_[subtask].at;
  if (counter >= newest.counters.size()) return 0;
  const std::uint64_t before = counter < oldest.counters.size() ? oldest.counters[counter] : 0;
  const double seconds = static_cast<double>(newest.age - oldest.age) / 1000;
  return RateOf(before, newest.counters[counter], seconds);
}

std::optional<double> VertexMetrics::gauge(std::uint32_t subtask, std::size_t gauge) const {
  const std::vector<double>& gauges = samples_[subtask].gauges;
  if (gauge >= gauges.size() || gauges[gauge] != gauges[gauge]) return std::nullopt;
  return gauges[gauge];
}

std::uint64_t VertexMetrics::Total(TaskCounter which) const {
  std::uint64_t total = 0;
  for (std::uint32_t i = 0; i < parallelism(); ++i) total += counter(i, which);
  return total;
}

EdgeMetrics VertexMetrics::EdgeTotal(std::size_t edge) const {
  EdgeMetrics total;
  for (const Samples& samples : samples_) {
    if (edge >= samples.at[2].edges.size()) continue;
    total.records += samples.at[2].edges[edge].records;
    total.bytes += samples.at[2].edges[edge].bytes;
  }
  return total;
}

VertexMetrics::EdgeRate VertexMetrics::edge_rate(std::size_t edge) const {
  EdgeRate sum;
  for (const Samples& samples : samples_) {
    const auto& [oldest, middle, newest] = samples.at;
    if (edge >= newest.edges.size()) continue;
    const double seconds = static_cast<double>(newest.age - oldest.age) / 1000;
    sum.records += RateOf(oldest.edges[edge].records, newest.edges[edge].records, seconds);
    sum.bytes += RateOf(oldest.edges[edge].bytes, newest.edges[edge].bytes, seconds);
  }
  return sum;
}

}  // namespace penstock
