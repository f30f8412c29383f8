#pragma once

#include <cassert>
#include <concepts>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "api/collector.h"
#include "api/runtime/keyed_state.h"
#include "api/runtime/operator.h"
#include "api/runtime/owned_record.h"
#include "api/window_process.h"

namespace penstock {
namespace internal {

/// The keyed states of a WindowProcess: those of keys and those of windows. Task thread only.
template <typename Fn>
class WindowFunctionStates {
 public:
  using K = typename Fn::Key;

  static std::vector<StateDescriptor> Describe(const std::string& uid, const Fn& function) {
    std::vector<StateDescriptor> states;
    for (const auto& state : KeyedStates::Of<K>(function)) {
      states.push_back(state.describe(uid, state.name));
    }
    for (const auto& state : OfWindows(function)) states.push_back(DescribeOne(uid, state));
    return states;
  }
  static bool HasStatesOfWindows(const Fn& function) { return !OfWindows(function).empty(); }

  Status Bind(const std::string& uid, Fn& function, OperatorContext& context,
              const CurrentKey<K>& key, const CurrentKey<WindowKey<K>>& window) {
    const KeyedStateOwner<K>& of_keys = function;
    for (const auto& state : KeyedStates::Of<K>(of_keys)) {
      PENSTOCK_RETURN_IF_ERROR(
          BindOne(state, state.describe(uid, state.name), &of_keys, function, context, key));
    }
    const KeyedStateOwner<WindowKey<K>>& of_windows = Base(function).window_states_;
    for (const auto& state : KeyedStates::Of<WindowKey<K>>(of_windows)) {
      PENSTOCK_RETURN_IF_ERROR(
          BindOne(state, DescribeOne(uid, state), &of_windows, function, context, window));
    }
    return Status::Ok();
  }

 private:
  using FnBase = WindowProcess<K, typename Fn::Input, typename Fn::Output>;

  static const FnBase& Base(const Fn& function) { return function; }
  static const auto& OfWindows(const Fn& function) {
    return KeyedStates::Of<WindowKey<K>>(Base(function).window_states_);
  }
  /// A value stands beside its key and its window; other kinds have both as one key.
  static StateDescriptor DescribeOne(const std::string& uid,
                                     const StateDeclaration<WindowKey<K>>& state) {
    StateDescriptor descriptor = state.describe(uid, state.name);
    if (descriptor.kind == "value") {
      descriptor.key = FingerprintOf<K>();
      descriptor.space = DescribeWindow();
    }
    return descriptor;
  }
  template <typename Key>
  Status BindOne(const StateDeclaration<Key>& state, StateDescriptor descriptor, const void* owner,
                 Fn& function, OperatorContext& context, const CurrentKey<Key>& current) {
    // The owner is a part of the function, so the offset leads into the function, too.
    char* member = const_cast<char*>(static_cast<const char*>(owner)) + state.offset;
    if (member < reinterpret_cast<char*>(&function) ||
        member >= reinterpret_cast<char*>(&function + 1)) {
      return Status::InvalidArgument("state \"" + state.name + "\" of \"" +
                                         descriptor.operator_uid +
                                         "\" is not a member of its function",
                                     "declare it in the class: penstock::ValueState<...> " +
                                         state.name + "{this, \"" + state.name + "\"};");
    }
    bound_.push_back(state.bind(
        member, std::move(descriptor),
        StateSite<Key>{context.key_groups(), context.max_parallelism(), current, state.ttl}));
    context.RegisterTable(bound_.back()->table());
    return Status::Ok();
  }

  std::vector<std::unique_ptr<BoundState>> bound_;
};

}  // namespace internal

/// A class derived from WindowProcess.
template <typename Fn>
concept WindowFunction = requires {
  typename Fn::Key;
  typename Fn::Input;
  typename Fn::Output;
  requires std::derived_from<
      Fn, WindowProcess<typename Fn::Key, typename Fn::Input, typename Fn::Output>>;
};

// What happens to the contents of a window that fires. Each has Output; States(uid), as declared;
// Open(…), once; Fire(context, contents, out) and Clear(context). `K` is the type of the key.

/// Calls a WindowProcess.
template <typename K, typename Fn>
class ProcessOnFire {
 public:
  using Output = typename Fn::Output;
  using Input = typename Fn::Input;
  using Context = WindowContext<K>;
  using States = internal::WindowFunctionStates<Fn>;

  static_assert(std::same_as<K, typename Fn::Key>,
                "the key type of the WindowProcess must be that of the keyed stream");
  static_assert(
      requires(Fn fn, Context& context, const WindowElements<Input>& elements,
               Collector<Output>& out) { fn.process(context, elements, out); },
      "a WindowProcess needs void process(Context&, const penstock::WindowElements<In>&, "
      "penstock::Collector<Out>&)");

  explicit ProcessOnFire(Fn function) : function_(std::move(function)) {}
  ProcessOnFire(const ProcessOnFire& other) : function_(other.function_) {}

  std::vector<StateDescriptor> Describe(const std::string& uid) const {
    return States::Describe(uid, function_);
  }
  bool HasStatesOfWindows() const { return States::HasStatesOfWindows(function_); }
  Status Open(const std::string& uid, OperatorContext& context, const internal::CurrentKey<K>& key,
              const internal::CurrentKey<WindowKey<K>>& window) {
    return states_.Bind(uid, function_, context, key, window);
  }
  void Fire(Context& context, const WindowElements<Input>& elements, Collector<Output>& out) {
    function_.process(context, elements, out);
  }
  /// Of an aggregator: its result(), if the function wants that.
  template <typename Contents>
  void Fire(Context& context, const Contents& contents, Collector<Output>& out) {
    if constexpr (std::same_as<Contents, Input> || std::same_as<Contents, OwnedRecord<Input>>) {
      Fire(context, WindowElements<Input>(RecordOf(contents)), out);
    } else {
      static_assert(
          requires {
            { contents.result() } -> std::convertible_to<Input>;
          },
          "the In of a WindowProcess behind aggregate() must be the aggregator's type, or "
          "what its result() returns");
      const Input result = contents.result();
      Fire(context, WindowElements<Input>(result), out);
    }
  }
  void Clear(Context& context) {
    if constexpr (requires { function_.clear(context); }) function_.clear(context);
  }

 private:
  Fn function_;
  States states_;
};

/// Emits result(key, window, contents); `Contents` is an aggregator or a record.
template <typename K, typename Contents, typename ResultFn>
class EmitOnFire {
 public:
  using Output =
      std::remove_cvref_t<std::invoke_result_t<ResultFn&, const K&, Window, const Contents&>>;

  explicit EmitOnFire(ResultFn result) : result_(std::move(result)) {}

  std::vector<StateDescriptor> Describe(const std::string&) const { return {}; }
  bool HasStatesOfWindows() const { return false; }
  Status Open(const std::string&, OperatorContext&, const internal::CurrentKey<K>&,
              const internal::CurrentKey<WindowKey<K>>&) {
    return Status::Ok();
  }
  template <typename Kept>
  void Fire(WindowContext<K>& context, const Kept& kept, Collector<Output>& out) {
    out.collect(std::invoke(result_, context.key(), context.window(), RecordOf(kept)));
  }
  void Clear(WindowContext<K>&) {}

 private:
  ResultFn result_;
};

/// Adds all that an evictor has left to a new aggregate (`Contents` is AggregatedContents or
/// ReducedContents), then does as `Inner`.
template <typename K, typename T, typename Contents, typename Inner>
class CombineOnFire {
 public:
  using Output = typename Inner::Output;

  CombineOnFire(Contents contents, Inner inner)
      : contents_(std::move(contents)), inner_(std::move(inner)) {}

  std::vector<StateDescriptor> Describe(const std::string& uid) const {
    return inner_.Describe(uid);
  }
  bool HasStatesOfWindows() const { return inner_.HasStatesOfWindows(); }
  Status Open(const std::string& uid, OperatorContext& context, const internal::CurrentKey<K>& key,
              const internal::CurrentKey<WindowKey<K>>& window) {
    return inner_.Open(uid, context, key, window);
  }
  void Fire(WindowContext<K>& context, const WindowElements<T>& elements, Collector<Output>& out) {
    std::optional<typename Contents::Stored> combined;
    for (const T& element : elements) contents_.Add(combined, element);
    if (combined) inner_.Fire(context, std::as_const(*combined), out);
  }
  void Clear(WindowContext<K>& context) { inner_.Clear(context); }

 private:
  Contents contents_;
  Inner inner_;
};

}  // namespace penstock
