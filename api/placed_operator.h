#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "api/job.h"

namespace penstock::internal {

/// Settings of the operator that a stream comes from, or of a sink. `Self` is the stream, which
/// each call returns for the next one.
template <typename Self>
class PlacedOperator {
 public:
  /// How many subtasks it has; default: the job's.
  Self set_parallelism(std::uint32_t parallelism) const {
    if (parallelism == 0) ends_.draft->Complain("set_parallelism(0): at least 1 is needed");
    return Set("set_parallelism()", [&](OperatorSpec& spec) { spec.parallelism = parallelism; });
  }
  /// The most subtasks it can ever be rescaled to; default: the job's. The number of key groups of
  /// its state, which can't be changed while the state lives.
  Self set_max_parallelism(std::uint32_t maximum) const {
    return Set("set_max_parallelism()",
               [&](OperatorSpec& spec) { spec.max_parallelism = maximum; });
  }
  /// For people.
  Self name(std::string name) const {
    return Set("name()", [&](OperatorSpec& spec) { spec.name = std::move(name); });
  }
  /// Begins a task of its own, which operators behind it may share.
  Self start_new_chain() const {
    return Set("start_new_chain()", [](OperatorSpec& spec) { spec.chaining = Chaining::kHead; });
  }
  /// Runs in a task that it shares with no other operator.
  Self disable_chaining() const {
    return Set("disable_chaining()", [](OperatorSpec& spec) { spec.chaining = Chaining::kNever; });
  }
  /// Subtasks of operators share slots only within a group. Operators behind this one are in its
  /// group unless they say otherwise; the first are in "default".
  Self slot_sharing_group(std::string group) const {
    return Set("slot_sharing_group()",
               [&](OperatorSpec& spec) { spec.slot_sharing_group = std::move(group); });
  }

  /// For operators that are placed by functions: what to read.
  const StreamEnds& ends() const { return ends_; }

 protected:
  explicit PlacedOperator(StreamEnds ends) : ends_(std::move(ends)) {}

  StreamEnds ends_;

 private:
  template <typename Change>
  [[gnu::cold]] Self Set(const char* call, Change&& change) const {
    if (OperatorSpec* spec = ends_.Emitter(call)) change(*spec);
    return static_cast<const Self&>(*this);
  }
};

}  // namespace penstock::internal
