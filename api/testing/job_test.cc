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

bool HasState(const StoredOperator& op) {
  return std::ranges::any_of(op.subtasks, [](const SubtaskSnapshot& subtask) {
    return !subtask.state.empty() || std::ranges::any_of(subtask.tables, [](const auto& table) {
      return !table.second.entries.empty();
    });
  });
}

bool HasTables(const StoredOperator& op) {
  return std::ranges::any_of(
      op.subtasks, [](const SubtaskSnapshot& subtask) { return !subtask.tables.empty(); });
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

Checkpoint JobTest::checkpoint() {
  Start();
  if (finished_) Misuse("the job has finished", "take checkpoints before the end of the input");
  for (;;) {
    if (std::optional<Checkpoint> taken = TryCheckpoint(/*final=*/false)) return *taken;
  }
}

void JobTest::restore(const Checkpoint& from) { restore(from, defaults_.parallelism); }

void JobTest::restore(const Checkpoint& from, std::uint32_t parallelism) {
  if (forgotten_.contains(from.id.value())) {
    Misuse("checkpoint " + std::to_string(from.id.value()) +
               " is younger than one that the job was restored from since",
           "take a new one");
  }
  for (Epoch id = from.id.value() + 1; id < next_checkpoint_; ++id) forgotten_.insert(id);
  next_checkpoint_ = std::max(next_checkpoint_, from.id.value() + 1);
  End();
  defaults_.parallelism = parallelism;
  Prepare();
  Rewind(&from);
  GoOn(from);
}

void JobTest::RestoreKeeping(const Checkpoint& from, std::uint32_t parallelism) {
  next_checkpoint_ = std::max(next_checkpoint_, from.id.value() + 1);
  End();
  defaults_.parallelism = parallelism;
  Prepare();
  GoOn(from);
}

void JobTest::GoOn(const Checkpoint& from) {
  started_ = true;
  finished_ = false;
  CheckClaims(from);
  last_checkpoint_ = from;
  Begin(&from);
  if (!from.final) return;
  FailIf(run_->Close());
  finished_ = true;
}

void JobTest::crash() {
  if (finished_) Misuse("the job has finished", "let it crash before the end of the input");
  End();
  Prepare();
  started_ = true;
  const Checkpoint* from = last_checkpoint_ ? &*last_checkpoint_ : nullptr;
  Rewind(from);
  Begin(from);
}

void JobTest::upgrade(JobFunction job) {
  End();
  function_ = std::move(job);
  recorded_.reset();
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

/// Lets go of the run; crash points count on in the next one.
void JobTest::End() {
  if (run_ == nullptr) return;
  for (CrashPoint& point : crash_points_) {
    point.at -= static_cast<std::int64_t>(run_->Records(Find(point.uid)));
  }
  run_.reset();
}

void JobTest::Rewind(const Checkpoint* to) {
  const Epoch last = to != nullptr ? to->id.value() : 0;
  for (auto& [uid, feed] : feeds_) {
    const OperatorSpec& spec = recorded_->operators[Find(uid)];
    feed->Rewind(last, next_checkpoint_, spec.parallelism.value_or(defaults_.parallelism));
  }
  for (auto& [uid, tap] : taps_) tap->Rewind(last);
  for (auto& [place, side] : sides_) side->Rewind(last);
}

/// The runtime, too, refuses a checkpoint with state that matches no operator.
void JobTest::CheckClaims(const Checkpoint& from) {
  for (const auto& [key, stored] : from.operators) {
    if (stored.uid.empty()) continue;
    const auto spec = std::ranges::find(recorded_->operators, key, &OperatorSpec::uid);
    if (spec == recorded_->operators.end()) {
      if (!HasState(stored)) continue;
      Misuse("the checkpoint has state of operator '" + key + "', which the job doesn't have",
             "keep the uids of operators");
    }
    const std::uint32_t maximum = spec->max_parallelism.value_or(defaults_.max_parallelism);
    if (!HasTables(stored) || stored.max_parallelism == maximum) continue;
    Misuse("operator '" + key + "' has a maximum parallelism of " + std::to_string(maximum) +
               ", and had " + std::to_string(stored.max_parallelism) + " in the checkpoint",
           "the number of key groups can't change while the state lives");
  }
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

/// Nothing when the job has crashed meanwhile.
std::optional<Checkpoint> JobTest::TryCheckpoint(bool final) {
  const CheckpointId id(next_checkpoint_++);
  run_->Trigger(id, final);
  for (;;) {
    if (std::optional<Checkpoint> completed = run_->Completed()) {
      last_checkpoint_ = completed;
      FailIf(run_->NotifyCompleted(id));
      return completed;
    }
    const Result<bool> worked = run_->Step(random_);
    FailIf(worked.status());
    if (TakeCrashPoint()) {
      crash();
      return std::nullopt;
    }
    if (!*worked) FailIf(Status::Internal("checkpoint " + std::to_string(id.value()) + " hangs"));
  }
}

/// At the end of the input. False when the job has crashed meanwhile.
bool JobTest::TryFinish() {
  if (!TryCheckpoint(/*final=*/true)) return false;
  FailIf(run_->Close());
  finished_ = true;
  return true;
}

void JobTest::Torment() {
  FailIf(run_->Evict());
  if (TryCheckpoint(/*final=*/false)) {
    FailIf(run_->Evict());
    crash();
  }
  FailIf(run_->Fill(1));
}

void JobTest::FailIf(const Status& status) {
  if (status.ok()) return;
  const JobFailure failure(status);
  End();
  throw failure;
}

}  // namespace penstock::testing
