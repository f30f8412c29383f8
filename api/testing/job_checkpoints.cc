// Checkpoints of a JobTest, and what goes on from them.

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "api/testing/job_test.h"

namespace penstock::testing {
namespace {

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

}  // namespace penstock::testing
