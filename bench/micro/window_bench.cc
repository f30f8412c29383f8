// Windows of 10 s that slide by 2 s, sessions, and windows with allowed lateness, at 3 M records
// per second of event time; timers.

#include <chrono>
#include <memory>
#include <string>

#include "api/runtime/timer_table.h"
#include "api/runtime/triggered_window_operator.h"
#include "api/runtime/window_operator.h"
#include "api/testing/test_context.h"
#include "api/window.h"
#include "bench/measure.h"
#include "bench/micro/counting_output.h"
#include "bench/micro/key_stream.h"
#include "bench/micro/suites.h"

namespace penstock::bench {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kPerMillisecond = 3000;
constexpr std::int64_t kWatermarkMillis = 200;

struct Count {
  std::uint64_t count = 0;
  void add(const Keyed&) { ++count; }
  void merge(const Count& other) { count += other.count; }
};

Keyed Row(std::uint64_t key, Window, const Count& c) { return {key, c.count}; }

/// Nanoseconds per record over 12 s of event time, after windows have begun to fire.
double NanosPerRecord(std::unique_ptr<Operator> op, std::uint64_t keys) {
  testing::TestContext context{{.max_parallelism = kDefaultMaxParallelism}};
  CountingOutput output;
  if (!op->Open(context, output).ok()) return 0;
  KeyStream stream(keys, kPerMillisecond);
  std::int64_t watermark = 0;
  auto run_until = [&](std::int64_t end) {
    std::uint64_t records = 0;
    while (stream.now() < end) {
      TypedBatch<Keyed>& batch = stream.Next();
      op->ProcessBatch(batch);
      records += batch.size();
      if (stream.now() < watermark + kWatermarkMillis) continue;
      watermark = stream.now();
      op->ProcessWatermark({watermark});
    }
    return records;
  };
  run_until(11'000);
  const double start = ThreadSeconds();
  const std::uint64_t records = run_until(23'000);
  return (ThreadSeconds() - start) * 1e9 / static_cast<double>(records);
}

double SlidingCount(std::uint64_t keys) {
  return NanosPerRecord(
      MakeWindowAggregate<Keyed>("w", &Keyed::key, sliding(10s, 2s), Count{}, &Row), keys);
}

/// Windows that fire by the watermark, in the operator that is for all kinds.
template <typename Spec>
double GeneralCount(Spec spec, Millis lateness, std::uint64_t keys) {
  using Contents = AggregatedContents<Keyed, Count>;
  using OnFire = EmitOnFire<std::uint64_t, Count, decltype(&Row)>;
  using Parts = WindowParts<Keyed, std::uint64_t Keyed::*, Spec, EventTimeTrigger, NoEvictor,
                            Contents, OnFire>;
  return NanosPerRecord(
      std::make_unique<TriggeredWindowOperator<Parts>>(
          Parts{"w", &Keyed::key, spec, {}, {}, lateness, {}, Contents{}, OnFire(&Row)}),
      keys);
}

double NanosToMake() {
  KeyStream stream(1'000'000, kPerMillisecond);
  return NanosPerItem([&] {
    TypedBatch<Keyed>& batch = stream.Next();
    Use(batch.data());
    return batch.size();
  });
}

}  // namespace

void MeasureWindows(Report& report) {
  if (!report.Begin("windows")) return;
  const double make = NanosToMake();
  report.Add("sliding 10 s/2 s count, 10 k keys", SlidingCount(10'000) - make, "ns/record",
             AtMost(5.6), AtMost(100));
  report.Add("sliding 10 s/2 s count, 100 k keys", SlidingCount(100'000) - make, "ns/record",
             AtMost(26), AtMost(100));
  report.Add("sliding 10 s/2 s count, 1 M keys", SlidingCount(1'000'000) - make, "ns/record",
             AtMost(81), AtMost(100));
  report.Add("sessions with a gap of 1 s, 10 k keys", GeneralCount(session(1s), 0ms, 10'000) - make,
             "ns/record", AtMost(5.6), AtMost(100));
  report.Add("sessions with a gap of 1 s, 100 k keys",
             GeneralCount(session(1s), 0ms, 100'000) - make, "ns/record", AtMost(26), AtMost(200));
  report.Add("sessions with a gap of 0.5 s, 1 M keys",
             GeneralCount(session(500ms), 0ms, 1'000'000) - make, "ns/record", AtMost(81),
             AtMost(1000));
  report.Add("tumbling 2 s count, 1 s late, 100 k keys",
             GeneralCount(tumbling(2s), 1000ms, 100'000) - make, "ns/record", AtMost(26),
             AtMost(200));
}

void MeasureTimers(Report& report) {
  if (!report.Begin("timers")) return;
  constexpr std::uint64_t kTimers = 1'000'000;
  KeyHasher<std::uint64_t> hasher;
  std::vector<double> insert;
  std::vector<double> fire;
  for (int i = 0; i < 3; ++i) {
    TimerTable<std::uint64_t> timers({}, kAllGroups, kDefaultMaxParallelism);
    const double start = ThreadSeconds();
    for (std::uint64_t n = 0; n < kTimers; ++n) {
      const std::uint64_t key = Scramble(n);
      timers.Set(key, hasher(key), {static_cast<std::int64_t>(key % 100'000)});
    }
    const double set = ThreadSeconds();
    timers.FireDue(Timestamp::Max(), [](std::uint64_t key, Timestamp) { Use(key); });
    insert.push_back((set - start) * 1e9 / kTimers);
    fire.push_back((ThreadSeconds() - set) * 1e9 / kTimers);
  }
  report.Add("insert one of 1 M timers, each of a new key", Median(insert), "ns", AtMost(70));
  report.Add("fire and forget it", Median(fire), "ns", AtMost(191));
}

}  // namespace penstock::bench
