#include <cstdio>
#include <cstring>
#include <string>

#include "bench/micro/suites.h"

namespace penstock::bench {
namespace {

constexpr const char* kHelp =
    "Measures the parts of the runtime beside the limits of the machine.\n"
    "\n"
    "usage: penstock_bench micro [<part of a suite's name>]\n"
    "\n"
    "Suites: chain, codec, keyed state, windows, timers, checkpoint, exchange in process,\n"
    "exchange between processes. All take about three minutes.\n"
    "\n"
    "Columns: the figure; the limit, what this kind of machine can do at best; how many times the\n"
    "figure is worse than that; the budget, and whether it is met. docs/performance.md explains\n"
    "each. Figures of one thread are CPU time, medians of seven repetitions.\n";

int RunMicro(const std::string& only) {
  Report report(only);
  MeasureChain(report);
  MeasureCodec(report);
  MeasureKeyedState(report);
  MeasureWindows(report);
  MeasureTimers(report);
  MeasureCheckpoint(report);
  MeasureLocalExchange(report);
  MeasureRemoteExchange(report);
  std::printf("\nbudgets missed: %d\n", report.missed());
  return report.failed() ? 1 : 0;
}

int Main(int argc, char** argv) {
  const std::string command = argc > 1 ? argv[1] : "";
  if (command == "exchange-peer") return RunRemotePeer(argc - 2, argv + 2);
  if (command == "-h" || command == "--help") {
    std::fputs(kHelp, stdout);
    return 0;
  }
  if (command == "micro" && argc <= 3) return RunMicro(argc == 3 ? argv[2] : "");
  const std::string problem = command.empty() ? "no suite given" : "unexpected arguments";
  std::fprintf(stderr, "error: %s\nhint: see 'penstock_bench --help'\n", problem.c_str());
  return 2;
}

}  // namespace
}  // namespace penstock::bench

int main(int argc, char** argv) { return penstock::bench::Main(argc, argv); }
