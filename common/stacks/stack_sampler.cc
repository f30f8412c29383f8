#include "common/stacks/stack_sampler.h"

#include <signal.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <thread>

#include <boost/json.hpp>

#include "common/stacks/stack_signal.h"
#include "common/stacks/symbols.h"

// The field that glibc 2.36 has only under its internal name.
#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

namespace penstock {
namespace {

using Addresses = std::vector<std::uintptr_t>;  // innermost first
using AddressCounts = std::map<Addresses, std::uint64_t>;

/// Not a divisor of what programs do at whole rates.
constexpr std::chrono::nanoseconds kInterval{1'000'000'000 / 99};
constexpr std::size_t kPerTick = 16;
constexpr std::chrono::milliseconds kLongest{30'000};

/// The clock of the CPU time of a thread, by its id: what pthread_getcpuclockid() makes, which
/// needs the handle of a thread that still lives.
clockid_t CpuClockOf(pid_t tid) {
  return static_cast<clockid_t>((~static_cast<unsigned>(tid) << 3) | 6u);
}

/// Signals a thread after each interval of CPU time that it uses.
class CpuTimer {
 public:
  CpuTimer(pid_t tid, int session) {
    sigevent event{};
    event.sigev_notify = SIGEV_THREAD_ID;
    event.sigev_signo = StackSignal();
    event.sigev_value.sival_int = session;
    event.sigev_notify_thread_id = tid;
    // It fails for a thread that has ended, which then is not sampled.
    running_ = ::timer_create(CpuClockOf(tid), &event, &timer_) == 0;
    if (!running_) return;
    itimerspec every{};
    every.it_interval.tv_nsec = kInterval.count();
    every.it_value = every.it_interval;
    ::timer_settime(timer_, 0, &every, nullptr);
  }
  CpuTimer(CpuTimer&& other) noexcept
      : timer_(other.timer_), running_(std::exchange(other.running_, false)) {}
  CpuTimer& operator=(CpuTimer&&) = delete;
  ~CpuTimer() {
    if (running_) ::timer_delete(timer_);
  }

 private:
  timer_t timer_{};
  bool running_ = false;
};

void Count(StackSession& session, AddressCounts& counts) {
  for (CapturedStack& stack : session.Take()) ++counts[std::move(stack.frames)];
}

AddressCounts SampleCpu(const SamplingOptions& options) {
  constexpr std::chrono::milliseconds kDrain{20};
  StackSession session;
  AddressCounts counts;
  std::vector<CpuTimer> timers;
  for (const pid_t tid : options.tids) timers.emplace_back(tid, session.id());
  const auto end = std::chrono::steady_clock::now() + options.duration;
  while (std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(kDrain);
    Count(session, counts);
  }
  timers.clear();
  Count(session, counts);
  return counts;
}

/// Does it have a CPU, or wait for one? Also false when it has ended.
bool Runs(pid_t tid) {
  std::ifstream file("/proc/self/task/" + std::to_string(tid) + "/stat");
  std::string line;
  std::getline(file, line);
  const std::size_t name_end = line.rfind(')');
  return name_end != std::string::npos && line.substr(name_end).starts_with(") R");
}

AddressCounts SampleClock(const SamplingOptions& options) {
  StackSession session;
  AddressCounts counts;
  const bool all = options.kind == SamplingOptions::Kind::kFull;
  std::size_t next = 0;
  auto tick = std::chrono::steady_clock::now();
  const auto end = tick + options.duration;
  while (tick < end) {
    for (std::size_t i = 0; i < std::min(kPerTick, options.tids.size()); ++i) {
      const pid_t tid = options.tids[next++ % options.tids.size()];
      if (all || !Runs(tid)) session.Ask(tid);
    }
    // A tick that is late is left out: never more than 99 in a second.
    tick = std::max(tick + kInterval, std::chrono::steady_clock::now());
    std::this_thread::sleep_until(tick);
    Count(session, counts);
  }
  return counts;
}

}  // namespace

Result<StackCounts> SampleStackCounts(const SamplingOptions& options) {
  if (options.duration > kLongest || options.duration.count() <= 0)
    return Status::InvalidArgument("stacks are sampled for up to 30 seconds");
  const AddressCounts sampled =
      options.kind == SamplingOptions::Kind::kOnCpu ? SampleCpu(options) : SampleClock(options);
  Symbolizer symbolizer;
  StackCounts counts;
  for (const auto& [addresses, count] : sampled) {
    std::vector<std::string> names;
    std::transform(addresses.rbegin(), addresses.rend(), std::back_inserter(names),
                   [&](std::uintptr_t address) { return symbolizer.Name(address); });
    counts[std::move(names)] += count;
  }
  return counts;
}

std::string StackCountsText(const StackCounts& counts) {
  boost::json::array list;
  for (const auto& [names, count] : counts) {
    boost::json::array stack;
    for (const std::string& name : names) stack.emplace_back(name);
    list.push_back(boost::json::object{{"stack", std::move(stack)}, {"count", count}});
  }
  return boost::json::serialize(list);
}

}  // namespace penstock
