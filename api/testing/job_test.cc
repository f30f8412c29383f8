#include "api/testing/job_test.h"

#include <algorithm>
#include <utility>

namespace penstock::testing {
namespace {

// A run that moves the clock more often than that does not end.
constexpr int kMostClockMoves = 1'000'000;

std::string Join(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace

JobTest::JobTest(JobFunction job, std::map<std::string, std::string> arguments)
    : function_(std::move(job)), arguments_(std::move(arguments)) {
  defaults_.name = function_.name();
}

JobTest::~JobTest() = default;

JobTest& JobTest::parallelism(std::uint32_t parallelism) {
  CheckNotStarted("parallelism()");
  defaults_.parallelism = parallelism;
  return *this;
}

JobTest& JobTest::max_parallelism(std::uint32_t maximum) {
  CheckNotStarted("max_parallelism()");
  defaults_.max_parallelism = maximum;
  return *this;
}

JobTest& JobTest::seed(std::uint64_t seed) {
  random_ = TestRandom(seed);
  return *this;
}

JobTest& JobTest::torture() {
  torture_ = true;
  return *this;
}

JobTest& JobTest::time_limit(std::chrono::milliseconds limit) {
  surroundings_.waker.set_limit(limit);
  return *this;
}

JobTest& JobTest::leave_answers_open() {
  wait_for_answers_ = false;
  return *this;
}

bool JobTest::step() {
  Start();
  return TakeStep();
}

void JobTest::run_until_idle() {
  Start();
  do {
    while (TakeStep()) {
    }
  } while (WaitForAnswers());
}

void JobTest::run() {
  for (int moves = 0; moves < kMostClockMoves; ++moves) {
    run_until_idle();
    if (finished_) return;
    if (run_->exhausted()) {
      if (TryFinish()) return;
      continue;
    }
    const std::optional<Clock::MonotonicTime> due = run_->NextDue();
    if (!due) break;
    MoveClock(std::max<Duration>(*due - clock().Now(), Millis(1)));
  }
  Misuse("the input doesn't end: " + Join(run_->UnfinishedSources()),
         "call end() on inputs of the test; for a job without an end use run_until_idle() and "
         "advance()");
}

void JobTest::advance(Duration by) {
  const Clock::MonotonicTime target = clock().Now() + by;
  run_until_idle();
  for (auto due = run_->NextDue(); due && *due <= target && !finished_; due = run_->NextDue()) {
    if (clock().Now() >= target) break;
    const Duration wait = std::max<Duration>(*due - clock().Now(), Millis(1));
    MoveClock(std::min<Duration>(wait, target - clock().Now()));
    run_until_idle();
  }
  MoveClock(target - clock().Now());
  run_until_idle();
}

void JobTest::fail_at(const std::string& uid, std::uint64_t nth) {
  const std::uint64_t seen = run_ != nullptr ? run_->Records(Find(uid)) : 0;
  crash_points_.push_back({uid, static_cast<std::int64_t>(seen + nth)});
}

std::uint64_t JobTest::counter(const std::string& uid, const std::string& name) {
  return surroundings_.counters[uid + "." + name].value();
}

std::uint64_t JobTest::counter(const std::string& name) {
  std::uint64_t sum = 0;
  for (const auto& [key, counter] : surroundings_.counters) {
    if (key.ends_with("." + name)) sum += counter.value();
  }
  return sum;
}

void JobTest::CheckNotStarted(const char* call) const {
  if (started_)
    Misuse(std::string(call) + " is called after the job has started",
           "call it before the first call that runs the job");
}

void JobTest::Start() {
  if (!started_) {
    Prepare();
    started_ = true;
    Begin(nullptr);
  }
  if (run_ == nullptr) Misuse("the job has failed", "go on with crash() or restore()");
}

void JobTest::Begin(const Checkpoint* from) {
  LocalJobParts parts{recorded_->operators,
                      GraphWithoutChains(recorded_->operators, defaults_),
                      JobId{1, 2},
                      Generation(++generation_),
                      next_checkpoint_,
                      surroundings_,
                      files_,
                      {},
                      {}};
  parts.taps.resize(recorded_->operators.size());
  for (const auto& [uid, tap] : taps_) parts.taps[Find(uid)] = tap.get();
  parts.side_tap = [this](std::size_t op, const std::string& tag, const void* type_id) -> auto& {
    return SideTap(op, tag, type_id);
  };
  run_ = std::make_unique<LocalJob>(std::move(parts));
  FailIf(run_->Open(from));
}

RecordTap& JobTest::SideTap(std::size_t op, const std::string& tag, const void* type_id) {
  auto& side = sides_[{LabelOf(recorded_->operators[op]), tag}];
  if (side == nullptr) side = std::make_unique<SideRecords>(type_id);
  return *side;
}

bool JobTest::TakeStep() {
  if (finished_) return false;
  if (run_ == nullptr) Misuse("the job has failed", "go on with crash() or restore()");
  const Result<bool> worked = run_->Step(random_);
  FailIf(worked.status());
  if (!*worked) return false;
  if (TakeCrashPoint()) {
    crash();
  } else if (torture_ && run_->HasReadRecords()) {
    Torment();
  }
  return true;
}

/// True when the job is to crash now.
bool JobTest::TakeCrashPoint() {
  const auto reached = std::ranges::find_if(crash_points_, [&](const CrashPoint& point) {
    return static_cast<std::int64_t>(run_->Records(Find(point.uid))) >= point.at;
  });
  if (reached == crash_points_.end()) return false;
  crash_points_.erase(reached);
  return true;
}

/// False when nothing is awaited.
bool JobTest::WaitForAnswers() {
  if (!wait_for_answers_ || finished_) return false;
  const std::vector<std::string> waiting = run_->WaitingOperators();
  if (waiting.empty()) return false;
  if (surroundings_.waker.WaitForWake()) return true;
  FailIf(Status::User(ErrorCode::kTimeout,
                      "no answer of another thread has come for " +
                          FormatDuration(surroundings_.waker.limit()) +
                          "; calls are open at operator " + Join(waiting),
                      "let the function complete every call, call time_limit() with a longer time, "
                      "or leave_answers_open()"));
  return false;
}

void JobTest::FailIf(const Status& status) {
  if (status.ok()) return;
  const JobFailure failure(status);
  End();
  throw failure;
}

}  // namespace penstock::testing
