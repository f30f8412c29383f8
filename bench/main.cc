#include <charconv>
#include <cstdio>
#include <string>
#include <string_view>

#include "bench/checkpoint/suite.h"
#include "bench/metrics/suite.h"
#include "bench/micro/suites.h"
#include "bench/rest/suite.h"

namespace penstock::bench {
namespace {

constexpr const char* kHelp =
    "Measures the parts of the runtime beside the limits of the machine.\n"
    "\n"
    "usage: penstock_bench micro [<part of a suite's name>]\n"
    "       penstock_bench checkpoint [-s SCALE]\n"
    "       penstock_bench metrics\n"
    "       penstock_bench views\n"
    "\n"
    "micro: chain, codec, keyed state, windows, timers, checkpoint, exchange in process, exchange\n"
    "between processes. All take about five minutes.\n"
    "checkpoint: what checkpoints each second cost a job of SCALE GiB of keyed state (default 1)\n"
    "that works at full speed, and how it comes back from one. Takes a minute or two and 4 GiB of\n"
    "memory and of disk per GiB; 0.0625 takes half a minute.\n"
    "metrics: what counting costs a stateless chain and a keyed window, on against off; half a\n"
    "minute.\n"
    "views: what the REST API makes of a large job; a second. 'scripts/bench rest' runs it too.\n"
    "\n"
    "Columns: the figure; the limit, what this kind of machine can do at best; how many times the\n"
    "figure is worse than that; the budget, and whether it is met. docs/performance.md explains\n"
    "each. Figures of one thread are CPU time, medians of seven repetitions.\n";

int EndOf(const Report& report) {
  std::printf("\nbudgets missed: %d\n", report.missed());
  return report.failed() ? 1 : 0;
}

int RunMicro(const std::string& only) {
  Report report(only);
  MeasureChain(report);
  MeasureCodec(report);
  MeasureKeyedState(report);
  MeasureTieredState(report);
  MeasureWindows(report);
  MeasureTimers(report);
  MeasureCheckpoint(report);
  MeasureLocalExchange(report);
  MeasureRemoteExchange(report);
  return EndOf(report);
}

/// -1 unless the arguments are none or "-s SCALE".
double ScaleOf(int argc, char** argv) {
  if (argc == 0) return 1;
  if (argc != 2 || std::string_view(argv[0]) != "-s") return -1;
  const std::string_view text = argv[1];
  double scale = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), scale);
  const bool good = error == std::errc() && end == text.data() + text.size();
  return good && scale >= 0.001 && scale <= 64 ? scale : -1;
}

int RunCheckpoint(double scale) {
  Report report("");
  MeasureCheckpointsOfJob(report, scale);
  return EndOf(report);
}

int RunMetrics() {
  Report report("");
  MeasureMetrics(report);
  return EndOf(report);
}

int RunViews() {
  Report report("");
  MeasureJobDetail(report);
  return EndOf(report);
}

int Main(int argc, char** argv) {
  const std::string command = argc > 1 ? argv[1] : "";
  if (command == "exchange-peer") return RunRemotePeer(argc - 2, argv + 2);
  if (command == "-h" || command == "--help") {
    std::fputs(kHelp, stdout);
    return 0;
  }
  if (command == "micro" && argc <= 3) return RunMicro(argc == 3 ? argv[2] : "");
  if (command == "metrics" && argc == 2) return RunMetrics();
  if (command == "views" && argc == 2) return RunViews();
  if (command == "checkpoint") {
    const double scale = ScaleOf(argc - 2, argv + 2);
    if (scale > 0) return RunCheckpoint(scale);
  }
  const std::string problem = command.empty() ? "no suite given" : "unexpected arguments";
  std::fprintf(stderr, "error: %s\nhint: see 'penstock_bench --help'\n", problem.c_str());
  return 2;
}

}  // namespace
}  // namespace penstock::bench

int main(int argc, char** argv) { return penstock::bench::Main(argc, argv); }
