#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "api/collector.h"
#include "api/operator_process.h"
#include "api/process.h"
#include "api/runtime/key_traits.h"
#include "api/runtime/keyed_loop.h"
#include "api/runtime/keyed_state.h"
#include "api/runtime/operator.h"
#include "api/runtime/operator_states.h"
#include "api/runtime/side_outputs.h"
#include "api/runtime/timer_table.h"
#include "api/runtime/typed_batch.h"

namespace penstock {

template <typename Fn>
using ProcessOutput = typename Fn::Output;

/// The table of timers of the wall clock; TimerTable's own descriptor is that of event time.
template <typename K>
StateDescriptor ProcessingTimersOf(const std::string& uid) {
  StateDescriptor descriptor = TimerTable<K>::Descriptor(uid);
  descriptor.name = "processing-timers";
  return descriptor;
}

/// The states that the function's members declare, and its timers. Names must be unique:
/// ProcessProblem.
template <typename Fn>
std::vector<StateDescriptor> ProcessStates(const std::string& uid, const Fn& function) {
  using K = typename Fn::Key;
  std::vector<StateDescriptor> states;
  for (const auto& state : internal::KeyedStates::Of<K>(function)) {
    states.push_back(state.describe(uid, state.name));
  }
  states.push_back(TimerTable<K>::Descriptor(uid));
  states.push_back(ProcessingTimersOf<K>(uid));
  internal::OperatorStates::Describe(uid, function, states);
  return states;
}

/// Empty, or a sentence that says what is wrong with the names of the states; for
/// JobBuilder::Complain.
inline std::string StateNameProblem(const std::string& uid,
                                    const std::vector<StateDescriptor>& states) {
  for (std::size_t i = 0; i < states.size(); ++i) {
    if (states[i].name.empty()) return "a state of \"" + uid + "\" has no name";
    for (std::size_t j = 0; j < i; ++j) {
      if (states[i].name != states[j].name) continue;
      return "two states of \"" + uid + "\" are called \"" + states[i].name +
             "\" (\"timers\" and \"processing-timers\" are taken by the runtime)";
    }
  }
  return "";
}

/// The same of a KeyedProcess, and of its times to live.
template <typename Fn>
std::string ProcessProblem(const std::string& uid, const Fn& function) {
  using K = typename Fn::Key;
  for (const auto& state : internal::KeyedStates::Of<K>(function)) {
    if (state.ttl.given() && state.ttl.duration() < Millis(1)) {
      return "the time to live of state \"" + state.name + "\" of \"" + uid +
             "\" must be at least a millisecond";
    }
  }
  return StateNameProblem(uid, ProcessStates(uid, function));
}

/// Runs a function with keyed state and timers, which belong to the key of the record or timer at
/// hand. Its own bytes are the last watermark and the operator states. What derives from it gives
/// the function the records.
template <typename K, typename Fn>
class KeyedFunctionOperator : public Operator {
 public:
  using Out = ProcessOutput<Fn>;
  using Context = ProcessContext<K>;

  static constexpr bool kHasOnTimer =
      requires(Fn fn, Timestamp time, Context& context, Collector<Out>& out) {
    fn.on_timer(time, context, out);
  };
  static constexpr bool kHasOnProcessingTimer =
      requires(Fn fn, Timestamp time, Context& context, Collector<Out>& out) {
    fn.on_processing_timer(time, context, out);
  };

  KeyedFunctionOperator(std::string uid, Fn function)
      : uid_(std::move(uid)), function_(std::move(function)) {}

  Status Open(OperatorContext& context, Output& output) override {
    operator_context_ = &context;
    output_ = &output;
    collector_.emplace(batch_, output);
    PENSTOCK_RETURN_IF_ERROR(BindStates(context));
    PENSTOCK_RETURN_IF_ERROR(operator_states_.Bind(uid_, function_));
    const auto groups = context.key_groups();
    const std::uint32_t max = context.max_parallelism();
    timers_.reset(new internal::ProcessTimers<K>{{TimerTable<K>::Descriptor(uid_), groups, max},
                                                 {ProcessingTimersOf<K>(uid_), groups, max}});
    context.RegisterTable(timers_->event_time.table());
    context.RegisterTable(timers_->processing_time.table());
    sides_.emplace(context);
    context_.emplace(*timers_, current_, context.clock(), *sides_);
    function_context_.emplace(context, *sides_);
    if (!context.restored()) OpenFunction();
    return Status::Ok();
  }
  Status Restore(const OperatorRestore& restore) override {
    OperatorRestore states = restore;
    Timestamp watermark = Timestamp::Min();
    PENSTOCK_RETURN_IF_ERROR(TakeWatermark(states, watermark));
    SetWatermark(watermark);
    AdvanceEventTime(watermark);
    PENSTOCK_RETURN_IF_ERROR(operator_states_.Restore(states));
    OpenFunction();
    return Status::Ok();
  }
  Status SnapshotState(CheckpointId, std::string& state) override {
    AppendWatermark(context_->watermark(), state);
    return operator_states_.Save(state);
  }
  void ProcessWatermark(Timestamp watermark) override {
    SetWatermark(watermark);
    current_.time.record = Timestamp::Min();
    ReadClock();
    if constexpr (kHasOnTimer) {
      timers_->event_time.FireDue(watermark, [&](const K& key, Timestamp time) {
        Enter(key, time);
        AdvanceEventTime(time);
        function_.on_timer(time, *context_, *collector_);
      });
      Flush();
      CheckTimersFire();
    }
    AdvanceEventTime(watermark);
    Sweep(0);
    output_->EmitWatermark(watermark);
  }
  std::optional<Timestamp> NextProcessingTime() override {
    if constexpr (kHasOnProcessingTimer) return timers_->processing_time.Next();
    return std::nullopt;
  }
  void OnProcessingTime(Timestamp now) override {
    if constexpr (kHasOnProcessingTimer) {
      current_.time.record = Timestamp::Min();
      ReadClock();
      timers_->processing_time.FireDue(now, [&](const K& key, Timestamp time) {
        Enter(key, time);
        function_.on_processing_timer(time, *context_, *collector_);
      });
      Flush();
      CheckTimersFire();
      Sweep(0);
    }
  }

  Status Close() override {
    if constexpr (requires { function_.close(); }) function_.close();
    return Status::Ok();
  }

 protected:
  /// Calls `call(record)` for each record, as its key's turn.
  template <typename T, typename KeyFn, typename Call>
  void ForEachRecord(const TypedBatch<T>& records, const KeyFn& key_of, Call&& call) {
    ReadClock();
    for (std::size_t i = 0; i < records.size(); ++i) {
      const K& key = std::invoke(key_of, records[i]);
      Enter(key, records.timestamps()[i]);
      current_.time.record = records.timestamps()[i];
      call(records[i]);
    }
    Flush();
    CheckTimersFire();
    Sweep(static_cast<std::uint32_t>(records.size()));
  }
  void Flush() {
    collector_->Flush();
    sides_->Flush();
  }

  Fn& function() { return function_; }
  Context& context() { return *context_; }
  /// For calls that belong to no key.
  FunctionContext& function_context() { return *function_context_; }
  Collector<Out>& collector() { return *collector_; }

 private:
  static constexpr std::uint32_t kSwept = 64;

  void OpenFunction() {
    if constexpr (requires { function_.open(*function_context_); }) {
      function_.open(*function_context_);
      Flush();
    }
  }
  void SetWatermark(Timestamp watermark) {
    context_->SetWatermark(watermark);
    function_context_->SetWatermark(watermark);
  }
  Status BindStates(OperatorContext& context) {
    auto* owner = static_cast<internal::KeyedStateOwner<K>*>(&function_);
    for (const auto& state : owner->states_) {
      char* member = reinterpret_cast<char*>(owner) + state.offset;
      if (member < reinterpret_cast<char*>(&function_) ||
          member >= reinterpret_cast<char*>(&function_ + 1)) {
        return Status::InvalidArgument(
            "state \"" + state.name + "\" of \"" + uid_ + "\" is not a member of its function",
            "declare it in the class: penstock::ValueState<...> " + state.name + "{this, \"" +
                state.name + "\"};");
      }
      bound_.push_back(
          state.bind(member, state.describe(uid_, state.name),
                     internal::StateSite<K>{context.key_groups(), context.max_parallelism(),
                                            current_, state.ttl}));
      context.RegisterTable(bound_.back()->table());
      if (state.ttl.given()) expiring_.push_back(bound_.back().get());
    }
    return Status::Ok();
  }
  /// `key` must live until the next call.
  void Enter(const K& key, Timestamp timestamp) {
    current_.key = &key;
    current_.hash = hasher_(key);
    ++current_.turn;
    context_->SetTimestamp(timestamp);
    collector_->SetTimestamp(timestamp);
  }
  void ReadClock() {
    if (!expiring_.empty()) current_.time.processing = context_->processing_time();
  }
  // The end of the input is not a time at which anything expires.
  void AdvanceEventTime(Timestamp to) {
    if (to < Timestamp::Max()) current_.time.event = std::max(current_.time.event, to);
  }
  /// After a call that may have used so many more slots of a state: looks at more than that, so
  /// that what has expired is found sooner than as much is added.
  void Sweep(std::uint32_t used) {
    for (internal::BoundState* state : expiring_) state->Sweep(kSwept + 2 * used);
  }
  // A timer that nobody hears must not be lost in silence.
  void CheckTimersFire() {
    if (!kHasOnTimer && timers_->sets_event_time) FailForWantOf("on_timer");
    if (!kHasOnProcessingTimer && timers_->sets_processing_time) {
      FailForWantOf("on_processing_timer");
    }
  }
  [[gnu::cold]] void FailForWantOf(const std::string& method) {
    operator_context_->Fail(Status::InvalidArgument(
        "\"" + uid_ + "\" sets a timer but has no " + method,
        "add void " + method + "(penstock::Timestamp, Context&, penstock::Collector<Out>&)"));
  }

  const std::string uid_;
  Fn function_;
  KeyHasher<K> hasher_;
  internal::CurrentKey<K> current_;

  OperatorContext* operator_context_ = nullptr;
  Output* output_ = nullptr;
  std::vector<std::unique_ptr<internal::BoundState>> bound_;
  std::vector<internal::BoundState*> expiring_;  // those of them that have a time to live
  internal::OperatorStates operator_states_;
  std::unique_ptr<internal::ProcessTimers<K>> timers_;
  std::optional<internal::SideOutputs> sides_;
  std::optional<Context> context_;
  std::optional<FunctionContext> function_context_;
  TypedBatch<Out> batch_;
  std::optional<Collector<Out>> collector_;
};

}  // namespace penstock
