#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/status.h"

namespace penstock {

/// What a checkpoint holds of one operator beside its tables: the bytes that its SnapshotState
/// wrote at each subtask that it had then, in whatever chain it was. With the same parallelism as
/// then a subtask takes exactly its own; otherwise all are shared out anew.
struct OperatorRestore {
  struct State {
    std::uint32_t subtask = 0;  ///< Who wrote it.
    std::string_view bytes;     ///< Valid during Operator::Restore.
  };

  /// Ascending by subtask. Empty when the checkpoint doesn't know the operator: it starts afresh.
  std::vector<State> states;
  std::uint32_t old_parallelism = 1;
  std::uint32_t subtask = 0;  ///< Who is restored, and of how many.
  std::uint32_t parallelism = 1;
  /// States that the operator doesn't declare any more are dropped instead of refused.
  bool ignore_unclaimed = false;

  bool same_parallelism() const { return old_parallelism == parallelism; }

  /// Whose state this subtask has to look at: its own with the same parallelism, else all.
  bool Considers(std::uint32_t old_subtask) const {
    return !same_parallelism() || old_subtask == subtask;
  }
  std::vector<State> Considered() const {
    return Select([this](std::uint32_t old) { return Considers(old); });
  }
  /// What this subtask continues alone: old subtask i is continued by i % parallelism.
  bool Continues(std::uint32_t old_subtask) const { return old_subtask % parallelism == subtask; }

  /// The runtime refuses a restore in which a state is missing; operators rely on it.
  Status Check() const {
    if (states.empty()) return Status::Ok();
    for (std::uint32_t old = 0; old < old_parallelism; ++old) {
      if (!Considers(old)) continue;
      if (!Select([old](std::uint32_t i) { return i == old; }).empty()) continue;
      return Status::Corruption("the checkpoint lacks the state of subtask " + std::to_string(old) +
                                " of " + std::to_string(old_parallelism));
    }
    return Status::Ok();
  }

 private:
  template <typename Wanted>
  std::vector<State> Select(Wanted&& wanted) const {
    std::vector<State> selected;
    for (const State& state : states) {
      if (wanted(state.subtask)) selected.push_back(state);
    }
    return selected;
  }
};

/// Shares out the elements of all considered states, offered in order (old subtask, position): in
/// turn, or all to this subtask when it considers only its own.
class Deal {
 public:
  explicit Deal(const OperatorRestore& restore)
      : whole_(restore.same_parallelism()),
        subtask_(restore.subtask),
        parallelism_(restore.parallelism) {}

  /// Whether the next element is this subtask's.
  bool Next() { return whole_ || next_++ % parallelism_ == subtask_; }

 private:
  const bool whole_;
  const std::uint32_t subtask_;
  const std::uint32_t parallelism_;
  std::uint64_t next_ = 0;
};

}  // namespace penstock
