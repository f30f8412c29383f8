// Each pair of runs, with and without counting, follows one another at once, so that what else the
// machine does bears on both; the figure is the median of the pairs.

#include "bench/metrics/suite.h"

#include <chrono>
#include <cstdlib>
#include <memory>
#include <vector>

#include "api/runtime/edge_type_of.h"
#include "api/runtime/stateless_operators.h"
#include "api/runtime/window_operator.h"
#include "api/window.h"
#include "bench/measure.h"
#include "bench/metrics/measured_task.h"
#include "bench/micro/key_stream.h"

namespace penstock::bench {
namespace {

using namespace std::chrono_literals;

constexpr int kPairs = 41;
constexpr double kRunSeconds = 0.1;
constexpr std::int64_t kWatermarkMillis = 200;
constexpr std::uint64_t kKeys = 10'000;

/// The batches of a KeyStream, in one that comes back.
class Feed {
 public:
  std::unique_ptr<Batch> Next() {
    auto batch = spare_ != nullptr ? std::move(spare_) : std::make_unique<TypedBatch<Keyed>>();
    const TypedBatch<Keyed>& made = stream_.Next();
    batch_records_ = made.size();
    for (std::size_t i = 0; i < made.size(); ++i) {
      batch->AppendSlot(made.timestamps()[i]) = made.data()[i];
    }
    return batch;
  }
  void Recycle(std::unique_ptr<Batch> batch) {
    spare_.reset(static_cast<TypedBatch<Keyed>*>(batch.release()));
  }
  std::int64_t now() const { return stream_.now(); }
  /// Of the last one.
  std::uint64_t batch_records() const { return batch_records_; }

 private:
  std::uint64_t batch_records_ = 0;
  KeyStream stream_{kKeys, 3000};
  std::unique_ptr<TypedBatch<Keyed>> spare_;
};

/// A task with its input.
class Subject {
 public:
  using Operators = std::vector<std::function<std::unique_ptr<Operator>()>>;

  Subject(Operators operators, bool counting)
      : counting_(counting),
        task_({std::move(operators), edge_, edge_, [this] { return feed_.Next(); },
               [this](std::unique_ptr<Batch> batch) { feed_.Recycle(std::move(batch)); }},
              counting) {
    if (!task_.Open().ok()) std::abort();
  }

  /// CPU time per record, with the run's share of what a host does once a second.
  double NanosPerRecord(double seconds) {
    const double start = ThreadSeconds();
    double spent = 0;
    std::uint64_t records = 0;
    while (spent < seconds) {
      for (int i = 0; i < 16; ++i) records += Step();
      spent = ThreadSeconds() - start;
    }
    const double before = ThreadSeconds();
    if (counting_) Use(task_.Collect());
    const double collecting = (ThreadSeconds() - before) * seconds;
    return (spent + collecting) * 1e9 / static_cast<double>(records);
  }

 private:
  std::uint64_t Step() {
    if (!task_.Step().ok()) std::abort();
    if (feed_.now() >= watermark_ + kWatermarkMillis) {
      watermark_ = feed_.now();
      if (!task_.Watermark({watermark_}).ok()) std::abort();
    }
    return feed_.batch_records();
  }

  const bool counting_;
  Feed feed_;
  PlainEdge<Keyed> edge_{Distribution::kForward};
  MeasuredTask task_;
  std::int64_t watermark_ = 0;
};

struct Count {
  std::uint64_t count = 0;
  void add(const Keyed&) { ++count; }
  void merge(const Count& other) { count += other.count; }
};

Keyed Row(std::uint64_t key, Window, const Count& c) { return {key, c.count}; }

Subject::Operators Stateless() {
  Subject::Operators operators;
  for (std::uint64_t step = 1; step <= 3; ++step) {
    const auto keep = [step](const Keyed& k) { return k.value != ~step; };
    const auto map = [step](Keyed&& k) { return Keyed{k.key, k.value + step}; };
    operators.push_back(
        [keep] { return std::make_unique<FilterOperator<Keyed, decltype(keep)>>(keep); });
    operators.push_back([map] { return std::make_unique<MapOperator<Keyed, decltype(map)>>(map); });
  }
  return operators;
}

Subject::Operators KeyedWindow() {
  return {[]() -> std::unique_ptr<Operator> {
    return MakeWindowAggregate<Keyed>("w", &Keyed::key, sliding(10s, 2s), Count{}, &Row);
  }};
}

void MeasurePair(Report& report, const std::string& name, const Subject::Operators& operators) {
  Subject off(operators, false);
  Subject on(operators, true);
  off.NanosPerRecord(1);
  on.NanosPerRecord(1);
  std::vector<double> costs;
  std::vector<double> without;
  std::vector<double> with;
  for (int i = 0; i < kPairs; ++i) {
    // Whoever comes second finds the caches of the first: they take turns at that too.
    const bool on_first = i % 2 != 0;
    double cost_on = on_first ? on.NanosPerRecord(kRunSeconds) : 0;
    const double cost_off = off.NanosPerRecord(kRunSeconds);
    if (!on_first) cost_on = on.NanosPerRecord(kRunSeconds);
    with.push_back(cost_on);
    without.push_back(cost_off);
    costs.push_back((cost_on / cost_off - 1) * 100);
  }
  report.Add(name + ", metrics off", Median(without), "ns/record");
  report.Add(name + ", metrics on", Median(with), "ns/record");
  report.Add(name + ", what they cost", Median(costs), "%", std::nullopt, AtMost(1));
}

}  // namespace

void MeasureMetrics(Report& report) {
  if (!report.Begin("metrics")) return;
  MeasurePair(report, "6 stateless operators", Stateless());
  MeasurePair(report, "sliding 10 s/2 s count, 10 k keys", KeyedWindow());
}

}  // namespace penstock::bench
