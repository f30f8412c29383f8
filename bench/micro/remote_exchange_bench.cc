// Records from the tasks of one process to those of another over loopback, beside plain ZeroMQ.
// The other process is this binary once more: `penstock_bench exchange-peer …`. It prints its
// endpoint, receives, and prints what it has seen.

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zmq.h>

#include <atomic>
#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "bench/measure.h"
#include "bench/micro/exchange_run.h"
#include "bench/micro/suites.h"

extern char** environ;

namespace penstock::bench {
namespace {

constexpr std::chrono::milliseconds kTime{1500};
constexpr int kRuns = 5;
constexpr std::size_t kMessageBytes = 32 * 1024;
constexpr const char* kFormat = "%" SCNu64 " %" SCNu64 " %" SCNu64 " %lf %lf";

/// The other process, and what it prints.
class Peer {
 public:
  explicit Peer(std::vector<std::string> arguments) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    arguments.insert(arguments.begin(), {"penstock_bench", "exchange-peer"});
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    if (posix_spawn(&pid_, "/proc/self/exe", &actions, nullptr, argv.data(), environ) != 0) {
      pid_ = -1;
    }
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    output_ = fdopen(ends[0], "r");
  }
  ~Peer() {
    if (output_ != nullptr) fclose(output_);
    if (pid_ > 0) waitpid(pid_, nullptr, 0);
  }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  /// Without its line end; empty when the process has ended.
  std::string ReadLine() {
    char line[512];
    if (output_ == nullptr || fgets(line, sizeof(line), output_) == nullptr) return "";
    std::string text(line);
    if (!text.empty() && text.back() == '\n') text.pop_back();
    return text;
  }
  Result<Totals> ReadTotals() {
    Totals totals;
    const std::string line = ReadLine();
    if (std::sscanf(line.c_str(), kFormat, &totals.records, &totals.sum, &totals.buffers,
                    &totals.seconds, &totals.cpu_seconds) != 5) {
      return Status::Internal("the other process has failed");
    }
    return totals;
  }

 private:
  pid_t pid_ = -1;
  FILE* output_ = nullptr;
};

void PrintTotals(const Totals& totals) {
  std::printf("%" PRIu64 " %" PRIu64 " %" PRIu64 " %f %f\n", totals.records, totals.sum,
              totals.buffers, totals.seconds, totals.cpu_seconds);
  std::fflush(stdout);
}

void PrintLine(const std::string& line) {
  std::puts(line.c_str());
  std::fflush(stdout);
}

// ---- the exchange ----

int ExchangePeer(std::uint32_t senders, std::uint32_t receivers, const std::string& endpoint) {
  ExchangeHost host(senders, receivers, 2, 1);
  Result<std::string> own = host.Bind();
  if (!own.ok()) return 1;
  PrintLine(*own);
  if (!host.Connect({endpoint, *own}).ok()) return 1;
  host.StartReceivers();
  PrintTotals(host.Join());
  return 0;
}

Result<Totals> RunExchange(std::uint32_t senders, std::uint32_t receivers) {
  ExchangeHost host(senders, receivers, 2, 0);
  PENSTOCK_ASSIGN_OR_RETURN(const std::string endpoint, host.Bind());
  Peer peer({"exchange", std::to_string(senders), std::to_string(receivers), endpoint});
  PENSTOCK_RETURN_IF_ERROR(host.Connect({endpoint, peer.ReadLine()}));
  std::atomic<bool> stop{false};
  host.StartSenders(stop);
  std::this_thread::sleep_for(kTime);
  stop = true;
  const Totals sent = host.Join();
  PENSTOCK_ASSIGN_OR_RETURN(Totals totals, peer.ReadTotals());
  if (totals.sum != totals.records) return Status::Corruption("records are damaged");
  totals.cpu_seconds += sent.cpu_seconds;
  return totals;
}

// ---- plain ZeroMQ: as many messages under way as the exchange has credit for ----

constexpr int kHighWater = 4;  // at either end

int ZmqPeer() {
  void* context = zmq_ctx_new();
  void* socket = zmq_socket(context, ZMQ_PULL);
  zmq_setsockopt(socket, ZMQ_RCVHWM, &kHighWater, sizeof(kHighWater));
  char endpoint[128];
  std::size_t size = sizeof(endpoint);
  if (zmq_bind(socket, "tcp://127.0.0.1:*") != 0) return 1;
  zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, endpoint, &size);
  PrintLine(endpoint);
  Totals totals;
  double start = 0;
  for (std::size_t last = kMessageBytes; last == kMessageBytes;) {
    zmq_msg_t message;
    zmq_msg_init(&message);
    if (zmq_msg_recv(&message, socket, 0) < 0) return 1;
    if (start == 0) start = WallSeconds();
    last = zmq_msg_size(&message);
    ++totals.buffers;
    zmq_msg_close(&message);
  }
  totals.seconds = WallSeconds() - start;
  totals.cpu_seconds = ProcessSeconds();
  PrintTotals(totals);
  zmq_close(socket);
  zmq_ctx_term(context);
  return 0;
}

Result<Totals> RunZmq() {
  Peer peer({"zmq"});
  const std::string endpoint = peer.ReadLine();
  void* context = zmq_ctx_new();
  void* socket = zmq_socket(context, ZMQ_PUSH);
  zmq_setsockopt(socket, ZMQ_SNDHWM, &kHighWater, sizeof(kHighWater));
  if (zmq_connect(socket, endpoint.c_str()) != 0) return Status::Internal("cannot connect");
  const std::vector<char> content(kMessageBytes, 'x');
  const double start_cpu = ProcessSeconds();
  const double end = WallSeconds() + std::chrono::duration<double>(kTime).count();
  while (WallSeconds() < end) {
    zmq_msg_t message;  // lent, not copied
    zmq_msg_init_data(&message, const_cast<char*>(content.data()), content.size(), nullptr,
                      nullptr);
    zmq_msg_send(&message, socket, 0);
  }
  zmq_send(socket, "", 0, 0);
  Result<Totals> totals = peer.ReadTotals();
  if (totals.ok()) totals->cpu_seconds += ProcessSeconds() - start_cpu;
  zmq_close(socket);
  zmq_ctx_term(context);
  return totals;
}

// ---- rows ----

/// Calls run() some times; false when it fails.
template <typename Run>
bool Repeat(Report& report, const std::string& name, Run run, std::vector<Totals>& all) {
  for (int i = 0; i < kRuns; ++i) {
    Result<Totals> totals = run();
    if (!totals.ok()) {
      report.Fail(name, totals.status().message());
      return false;
    }
    all.push_back(*totals);
  }
  return true;
}

template <typename Figure>
double MedianOf(const std::vector<Totals>& runs, Figure figure) {
  std::vector<double> values;
  for (const Totals& run : runs) values.push_back(figure(run));
  return Median(std::move(values));
}

void MeasureTasks(Report& report, std::uint32_t senders, std::uint32_t receivers,
                  const std::string& name) {
  std::vector<Totals> runs;
  if (!Repeat(
          report, name, [&] { return RunExchange(senders, receivers); }, runs))
    return;
  report.Add(name,
             MedianOf(runs,
                      [](const Totals& run) {
                        return static_cast<double>(run.records) / run.seconds * 1e-6;
                      }),
             "M records/s", AtLeast(78), AtLeast(30));
  report.Add("  CPU time of both processes",
             MedianOf(runs,
                      [](const Totals& run) {
                        return run.cpu_seconds * 1e9 / static_cast<double>(run.records);
                      }),
             "ns/record", AtMost(16));
}

void MeasurePlainZmq(Report& report) {
  const std::string name = "  plain ZeroMQ, 32 KiB messages, same run";
  std::vector<Totals> runs;
  if (!Repeat(report, name, RunZmq, runs)) return;
  constexpr double kBytes = kMessageBytes;
  report.Add(name,
             MedianOf(runs,
                      [](const Totals& run) {
                        return static_cast<double>(run.buffers) * kBytes / run.seconds * 1e-9;
                      }),
             "GB/s", AtLeast(2.5));
  report.Add("  CPU time of both processes, for 32 bytes",
             MedianOf(runs,
                      [](const Totals& run) {
                        return run.cpu_seconds * 1e9 /
                               (static_cast<double>(run.buffers) * kBytes / 32);
                      }),
             "ns", AtMost(16));
}

}  // namespace

void MeasureRemoteExchange(Report& report) {
  if (!report.Begin("exchange between processes")) return;
  MeasureTasks(report, 1, 1, "24-byte records, 1 to 1");
  MeasureTasks(report, 1, 2, "24-byte records by key, 1 to 2");
  MeasureTasks(report, 2, 2, "24-byte records by key, 2 to 2");
  MeasurePlainZmq(report);
}

int RunRemotePeer(int argc, char** argv) {
  const std::string kind = argc > 0 ? argv[0] : "";
  if (kind == "zmq") return ZmqPeer();
  if (kind != "exchange" || argc != 4) return 2;
  return ExchangePeer(static_cast<std::uint32_t>(std::atoi(argv[1])),
                      static_cast<std::uint32_t>(std::atoi(argv[2])), argv[3]);
}

}  // namespace penstock::bench
