#include "common/stacks/stack_signal.h"

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <set>
#include <thread>

#include "common/mutex.h"
#include "common/stacks/unwind.h"

namespace penstock {
namespace {

// Places for stacks. Invariants: a place goes kFree → kWriting (by a handler, with a
// compare-exchange) → kDone (by the same handler) → kFree (under mu, by whoever has taken or
// dropped it). Only its handler touches the rest of a place that is kWriting, only the holder of mu
// that of one that is kDone.
enum class Phase : std::uint32_t { kFree, kWriting, kDone };
struct Place {
  std::atomic<Phase> phase{Phase::kFree};
  int session = 0;
  pid_t tid = 0;
  std::size_t count = 0;
  std::uintptr_t frames[kMaxFrames];
};
static_assert(std::atomic<Phase>::is_always_lock_free);
constexpr std::size_t kPlaces = 1024;  // of 1 KiB each, in memory once used
std::array<Place, kPlaces> places;
std::atomic<std::uint32_t> next_place{0};
std::atomic<std::uint64_t> lost{0};

Mutex mu;
std::set<int> sessions GUARDED_BY(mu);
int last_session GUARDED_BY(mu) = 0;

/// Null when all are taken.
Place* FindPlace() {
  constexpr std::uint32_t kTries = 64;
  for (std::uint32_t i = 0; i < kTries; ++i) {
    Place& place = places[next_place.fetch_add(1, std::memory_order_relaxed) % kPlaces];
    Phase expected = Phase::kFree;
    if (place.phase.compare_exchange_strong(expected, Phase::kWriting, std::memory_order_acquire))
      return &place;
  }
  return nullptr;
}

void OnSignal(int, siginfo_t* about, void* context) {
  const int error = errno;
  if (Place* const place = FindPlace()) {
    place->session = about->si_value.sival_int;
    place->tid = static_cast<pid_t>(::syscall(SYS_gettid));
    place->count = Unwind(context, place->frames, kMaxFrames);
    place->phase.store(Phase::kDone, std::memory_order_release);
  } else {
    lost.fetch_add(1, std::memory_order_relaxed);
  }
  errno = error;
}

int OpenSession() {
  MutexLock lock(mu);
  sessions.insert(++last_session);
  return last_session;
}

}  // namespace

int StackSignal() {
  static const int signal = SIGRTMIN + 8;
  return signal;
}

Status InstallStackSignal() {
  PrepareUnwinding();
  struct sigaction action {};
  action.sa_sigaction = OnSignal;
  action.sa_flags = SA_SIGINFO | SA_RESTART;
  sigemptyset(&action.sa_mask);
  if (::sigaction(StackSignal(), &action, nullptr) == 0) return {};
  return Status::External(std::string("cannot take the signal for stacks: ") +
                          std::strerror(errno));
}

StackSession::StackSession() : id_(OpenSession()) {}

StackSession::~StackSession() {
  Take();
  MutexLock lock(mu);
  sessions.erase(id_);
}

bool StackSession::Ask(pid_t tid) const {
  siginfo_t about{};
  about.si_signo = StackSignal();
  about.si_code = SI_QUEUE;
  about.si_pid = ::getpid();
  about.si_uid = ::getuid();
  about.si_value.sival_int = id_;
  return ::syscall(SYS_rt_tgsigqueueinfo, ::getpid(), tid, StackSignal(), &about) == 0;
}

std::vector<CapturedStack> StackSession::Take() {
  std::vector<CapturedStack> stacks;
  MutexLock lock(mu);
  for (Place& place : places) {
    if (place.phase.load(std::memory_order_acquire) != Phase::kDone) continue;
    const bool mine = place.session == id_;
    if (mine) stacks.push_back({place.tid, {place.frames, place.frames + place.count}});
    // Those of sessions that are over came late.
    if (mine || !sessions.contains(place.session))
      place.phase.store(Phase::kFree, std::memory_order_release);
  }
  return stacks;
}

std::uint64_t LostStacks() { return lost.load(std::memory_order_relaxed); }

std::vector<CapturedStack> CaptureStacks(const std::vector<pid_t>& tids,
                                         std::chrono::milliseconds patience) {
  constexpr std::size_t kAtOnce = kPlaces / 4;
  std::vector<CapturedStack> stacks;
  for (std::size_t first = 0; first < tids.size(); first += kAtOnce) {
    StackSession session;
    std::size_t asked = 0;
    for (std::size_t i = first; i < std::min(first + kAtOnce, tids.size()); ++i)
      asked += session.Ask(tids[i]) ? 1 : 0;
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (true) {
      std::vector<CapturedStack> more = session.Take();
      asked -= std::min(asked, more.size());
      std::move(more.begin(), more.end(), std::back_inserter(stacks));
      if (asked == 0 || std::chrono::steady_clock::now() >= deadline) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
  return stacks;
}

}  // namespace penstock
