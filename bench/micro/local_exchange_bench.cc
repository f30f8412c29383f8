// Records from one task to others of the same process, beside the plainest hand-over between two
// threads.

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "bench/measure.h"
#include "bench/micro/exchange_run.h"
#include "bench/micro/records.h"
#include "bench/micro/suites.h"

namespace penstock::bench {
namespace {

constexpr std::chrono::milliseconds kTime{1000};
constexpr int kRuns = 5;

struct Figures {
  double wall_nanos = 0;  // per record
  double cpu_nanos = 0;
};

Result<Totals> RunOnce(std::uint32_t receivers) {
  ExchangeHost host(1, receivers, 1, 0);
  PENSTOCK_ASSIGN_OR_RETURN(const std::string endpoint, host.Bind());
  PENSTOCK_RETURN_IF_ERROR(host.Connect({endpoint}));
  std::atomic<bool> stop{false};
  host.StartReceivers();
  host.StartSenders(stop);
  std::this_thread::sleep_for(kTime);
  stop = true;
  const Totals totals = host.Join();
  if (totals.sum != totals.records) return Status::Corruption("records are damaged");
  return totals;
}

/// Two threads and a ring of eight buffers of 512 records; neither ever sleeps.
Totals RunPlainRing() {
  struct Slot {
    std::array<Measurement, 512> records;
    std::atomic<bool> full{false};
  };
  std::vector<Slot> ring(8);
  std::atomic<bool> stop{false};
  Totals totals;
  const double start = WallSeconds();
  const double start_cpu = ProcessSeconds();
  std::thread receiver([&] {
    for (std::size_t i = 0;; i = (i + 1) % ring.size()) {
      while (!ring[i].full.load(std::memory_order_acquire)) {
        if (stop.load(std::memory_order_acquire) && !ring[i].full.load()) return;
        std::this_thread::yield();
      }
      for (const Measurement& m : ring[i].records)
        totals.sum += static_cast<std::uint64_t>(m.value);
      totals.records += ring[i].records.size();
      ring[i].full.store(false, std::memory_order_release);
    }
  });
  std::uint64_t made = 0;
  const double end = start + std::chrono::duration<double>(kTime).count();
  for (std::size_t i = 0; WallSeconds() < end; i = (i + 1) % ring.size()) {
    while (ring[i].full.load(std::memory_order_acquire)) std::this_thread::yield();
    for (Measurement& m : ring[i].records) m = {++made * 0x9e3779b97f4a7c15ULL, 1, 0};
    ring[i].full.store(true, std::memory_order_release);
  }
  stop = true;
  receiver.join();
  totals.seconds = WallSeconds() - start;
  totals.cpu_seconds = ProcessSeconds() - start_cpu;
  return totals;
}

Figures MedianOf(const std::vector<Totals>& runs) {
  std::vector<double> wall;
  std::vector<double> cpu;
  for (const Totals& run : runs) {
    wall.push_back(run.seconds * 1e9 / static_cast<double>(run.records));
    cpu.push_back(run.cpu_seconds * 1e9 / static_cast<double>(run.records));
  }
  return {Median(std::move(wall)), Median(std::move(cpu))};
}

void MeasureReceivers(Report& report, std::uint32_t receivers, const std::string& name) {
  std::vector<Totals> runs;
  for (int i = 0; i < kRuns; ++i) {
    Result<Totals> totals = RunOnce(receivers);
    if (!totals.ok()) return report.Fail(name, totals.status().message());
    runs.push_back(*totals);
  }
  const Figures figures = MedianOf(runs);
  report.Add(name, figures.wall_nanos, "ns/record", AtMost(5));
  report.Add("  CPU time, both sides", figures.cpu_nanos, "ns/record");
}

}  // namespace

void MeasureLocalExchange(Report& report) {
  if (!report.Begin("exchange in process")) return;
  MeasureReceivers(report, 1, "24-byte records, 1 to 1");
  MeasureReceivers(report, 2, "24-byte records by key, 1 to 2");
  std::vector<Totals> plain;
  for (int i = 0; i < kRuns; ++i) plain.push_back(RunPlainRing());
  const Figures figures = MedianOf(plain);
  report.Add("  two threads and a ring of buffers, same run", figures.wall_nanos, "ns/record",
             AtMost(5));
  report.Add("  CPU time, both sides", figures.cpu_nanos, "ns/record");
}

}  // namespace penstock::bench
