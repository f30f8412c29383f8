#pragma once

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
#include "api/process.h"
#include "api/runtime/key_traits.h"
#include "api/runtime/keyed_loop.h"
#include "api/runtime/operator.h"
#include "api/runtime/operator_states.h"
#include "api/runtime/timer_table.h"
#include "api/runtime/typed_batch.h"
#include "api/runtime/value_state.h"

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
  for (const auto& state : function.states_) {
    states.push_back(
        {uid, state.name, "value", FingerprintOf<K>(), {}, state.value(), state.evolution()});
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

/// The same of a KeyedProcess.
template <typename Fn>
std::string ProcessProblem(const std::string& uid, const Fn& function) {
  return StateNameProblem(uid, ProcessStates(uid, function));
}

/// Runs a KeyedProcess. Its states and timers belong to the key of the record or timer at hand. Its
/// own bytes are the last watermark and the operator states.
template <typename T, typename KeyFn, typename Fn>
class ProcessOperator final : public Operator {
 public:
  using K = KeyOf<T, KeyFn>;
  using Out = ProcessOutput<Fn>;
  using Context = ProcessContext<K>;

  static_assert(std::same_as<K, typename Fn::Key> && std::same_as<T, typename Fn::Input>,
                "key and record type of the KeyedProcess must be those of the keyed stream");
  static_assert(
      requires(Fn fn, const T& record, Context& context, Collector<Out>& out) {
        fn.process(record, context, out);
      },
      "a KeyedProcess needs void process(const In&, Context&, penstock::Collector<Out>&)");
  static constexpr bool kHasOnTimer =
      requires(Fn fn, Timestamp time, Context& context, Collector<Out>& out) {
    fn.on_timer(time, context, out);
  };
  static constexpr bool kHasOnProcessingTimer =
      requires(Fn fn, Timestamp time, Context& context, Collector<Out>& out) {
    fn.on_processing_timer(time, context, out);
  };

  ProcessOperator(std::string uid, KeyFn key, Fn function)
      : uid_(std::move(uid)), key_fn_(std::move(key)), function_(std::move(function)) {}

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
    context_.reset(new Context(*timers_, current_, context.clock()));
    return Status::Ok();
  }
  Status Restore(const OperatorRestore& restore) override {
    OperatorRestore states = restore;
    PENSTOCK_RETURN_IF_ERROR(TakeWatermark(states, context_->watermark_));
    return operator_states_.Restore(states);
  }
  Status SnapshotState(CheckpointId, std::string& state) override {
    AppendWatermark(context_->watermark_, state);
    return operator_states_.Save(state);
  }
  void ProcessBatch(Batch& batch) override {
    const auto& records = static_cast<TypedBatch<T>&>(batch);
    for (std::size_t i = 0; i < records.size(); ++i) {
      const K& key = std::invoke(key_fn_, records[i]);
      Enter(key, records.timestamps()[i]);
      function_.process(records[i], *context_, *collector_);
    }
    collector_->Flush();
    CheckTimersFire();
  }
  void ProcessWatermark(Timestamp watermark) override {
    context_->watermark_ = watermark;
    if constexpr (kHasOnTimer) {
      timers_->event_time.FireDue(watermark, [&](const K& key, Timestamp time) {
        Enter(key, time);
        function_.on_timer(time, *context_, *collector_);
      });
      collector_->Flush();
      CheckTimersFire();
    }
    output_->EmitWatermark(watermark);
  }
  std::optional<Timestamp> NextProcessingTime() override {
    if constexpr (kHasOnProcessingTimer) return timers_->processing_time.Next();
    return std::nullopt;
  }
  void OnProcessingTime(Timestamp now) override {
    if constexpr (kHasOnProcessingTimer) {
      timers_->processing_time.FireDue(now, [&](const K& key, Timestamp time) {
        Enter(key, time);
        function_.on_processing_timer(time, *context_, *collector_);
      });
      collector_->Flush();
      CheckTimersFire();
    }
  }

 private:
  Status BindStates(OperatorContext& context) {
    auto* owner = static_cast<KeyedProcess<K, T, Out>*>(&function_);
    for (const auto& state : owner->states_) {
      char* member = reinterpret_cast<char*>(owner) + state.offset;
      if (member < reinterpret_cast<char*>(&function_) ||
          member >= reinterpret_cast<char*>(&function_ + 1)) {
        return Status::InvalidArgument(
            "state \"" + state.name + "\" of \"" + uid_ + "\" is not a member of its function",
            "declare it in the class: penstock::ValueState<...> " + state.name + "{this, \"" +
                state.name + "\"};");
      }
      bound_.push_back(state.bind(
          member,
          {uid_, state.name, "value", FingerprintOf<K>(), {}, state.value(), state.evolution()},
          context.key_groups(), context.max_parallelism(), current_));
      context.RegisterTable(bound_.back()->table());
    }
    return Status::Ok();
  }
  /// `key` must live until the next call.
  void Enter(const K& key, Timestamp timestamp) {
    current_.key = &key;
    current_.hash = hasher_(key);
    ++current_.turn;
    context_->timestamp_ = timestamp;
    collector_->SetTimestamp(timestamp);
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
  const KeyFn key_fn_;
  Fn function_;
  KeyHasher<K> hasher_;
  internal::CurrentKey<K> current_;

  OperatorContext* operator_context_ = nullptr;
  Output* output_ = nullptr;
  std::vector<std::unique_ptr<internal::BoundState>> bound_;
  internal::OperatorStates operator_states_;
  std::unique_ptr<internal::ProcessTimers<K>> timers_;
  std::unique_ptr<Context> context_;
  TypedBatch<Out> batch_;
  std::optional<Collector<Out>> collector_;
};

/// `function` is a KeyedProcess.
template <typename T, typename KeyFn, typename Fn>
std::unique_ptr<Operator> MakeProcess(std::string uid, KeyFn key, Fn function) {
  return std::make_unique<ProcessOperator<T, KeyFn, Fn>>(std::move(uid), std::move(key),
                                                         std::move(function));
}

}  // namespace penstock
