#include "worker/task/task_state.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "common/entry_key.h"
#include "worker/state/task_restore.h"

namespace penstock {
namespace {

// Of the limit: eviction begins, and ends, there; filling stops there.
constexpr double kEvictFrom = 0.9;
constexpr double kEvictTo = 0.75;
constexpr double kFillTo = 0.7;
constexpr std::uint32_t kFilledAtOnce = 1024;
constexpr std::chrono::milliseconds kLongestTurn{3};

/// Of what is to be done with the tier; its errors are thrown.
template <typename Call>
Status Catching(Call&& call) {
  try {
    return call();
  } catch (const StateError& error) {
    return error.status();
  }
}

KeyGroupRange GroupsOf(const TaskIdentity& task) {
  return KeyGroupRangeOf(task.subtask.index, task.max_parallelism, task.parallelism);
}

Status CheckIds(const std::vector<KeyedTable*>& tables) {
  std::map<std::uint32_t, const StateDescriptor*> by_id;
  for (const KeyedTable* table : tables) {
    const StateDescriptor& state = table->descriptor();
    const auto [known, fresh] =
        by_id.try_emplace(StateIdOf(state.operator_uid, state.name), &state);
    if (fresh) continue;
    return Status::InvalidArgument(
        fmt::format("the states '{}' of operator '{}' and '{}' of operator '{}' have the same id",
                    known->second->name, known->second->operator_uid, state.name,
                    state.operator_uid),
        "give one of them another name");
  }
  return Status::Ok();
}

}  // namespace

TaskState::TaskState(const TaskIdentity& task)
    : task_(task), limit_(task.table_bytes), files_(task.file_system) {}

TaskState::~TaskState() = default;

Status TaskState::Open(const std::vector<OperatorTables>& operators,
                       std::shared_ptr<const RestoredCheckpoint> restore) {
  for (const OperatorTables& op : operators) {
    tables_.insert(tables_.end(), op.tables.begin(), op.tables.end());
  }
  if (tables_.empty()) return Status::Ok();
  PENSTOCK_RETURN_IF_ERROR(CheckIds(tables_));
  const KeyGroupRange groups = GroupsOf(task_);
  tier_ = std::make_unique<TierDatabase>(task_.state_directory, groups, task_.file_system,
                                         *task_.memory);
  std::optional<TaskRestore> restoring;
  if (restore != nullptr) {
    restoring.emplace(task_.file_system, std::move(restore), task_.subtask.vertex, groups,
                      task_.max_parallelism);
    for (const OperatorTables& op : operators) {
      PENSTOCK_RETURN_IF_ERROR(restoring->AddOperator(op.uid, op.tables));
    }
    PENSTOCK_RETURN_IF_ERROR(Catching([&] { return restoring->Import(*tier_, files_); }));
  }
  for (KeyedTable* table : tables_) {
    const std::uint32_t state =
        StateIdOf(table->descriptor().operator_uid, table->descriptor().name);
    tier_->AddState(state);
    table_tiers_.push_back(std::make_unique<TableTier>(*tier_, state));
    const bool empty = !restoring || !restoring->HasStored(state);
    filling_ = filling_ || !empty;
    table->Attach(*table_tiers_.back(), empty);
  }
  return Status::Ok();
}

void TaskState::BeginSnapshot() {
  if (tier_ != nullptr) tier_->BeginSnapshot();
}

void TaskState::Thaw(bool stored) {
  for (KeyedTable* table : tables_) table->Thaw(stored);
}

std::size_t TaskState::Measure() {
  std::size_t bytes = 0;
  for (const KeyedTable* table : tables_) bytes += table->MemoryBytes();
  return bytes;
}

Status TaskState::Balance(bool snapshot_in_flight) {
  bytes_ = Measure();
  const auto limit = static_cast<double>(limit_);
  if (limit_ == 0 || snapshot_in_flight || static_cast<double>(bytes_) <= kEvictFrom * limit) {
    return Status::Ok();
  }
  return Evict();
}

Status TaskState::Evict() {
  const auto bytes = static_cast<double>(bytes_);
  const double share = 1 - kEvictTo * static_cast<double>(limit_) / bytes;
  PENSTOCK_RETURN_IF_ERROR(Catching([&] {
    for (KeyedTable* table : tables_) {
      // What is small anyway stays.
      if (table->MemoryBytes() * 16 >= bytes_) table->Evict(share);
    }
    return Status::Ok();
  }));
  bytes_ = Measure();
  return Status::Ok();
}

Result<bool> TaskState::Fill(Clock::MonotonicTime now, bool busy) {
  if (!filling_ || (busy && now < fill_again_)) return false;
  // As long as the task has worked meanwhile: what it works with is slow while it isn't loaded.
  const Clock::Duration turn =
      busy ? std::min<Clock::Duration>(now - filled_, kLongestTurn) : Clock::Duration(0);
  do {
    PENSTOCK_RETURN_IF_ERROR(FillSome());
    filled_ = task_.clock.Now();
  } while (filling_ && filled_ - now < turn);
  fill_again_ = filled_ + (filled_ - now);
  return filling_;
}

Status TaskState::FillSome() {
  bytes_ = Measure();
  if (limit_ > 0 && static_cast<double>(bytes_) > kFillTo * static_cast<double>(limit_)) {
    filling_ = false;
    return Status::Ok();
  }
  return Catching([&] {
    for (KeyedTable* table : tables_) {
      if (!table->Fill(kFilledAtOnce)) return Status::Ok();
    }
    filling_ = false;
    return Status::Ok();
  });
}

}  // namespace penstock
