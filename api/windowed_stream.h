#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "api/evictor.h"
#include "api/job.h"
#include "api/output_tag.h"
#include "api/runtime/place_keyed.h"
#include "api/runtime/triggered_window_operator.h"
#include "api/runtime/window_operator.h"
#include "api/runtime/windows_of.h"
#include "api/stream.h"
#include "api/triggers.h"
#include "api/window.h"
#include "api/window_process.h"

namespace penstock {

namespace internal {

/// What windows are placed with.
template <typename T, typename KeyFn>
struct WindowSetup {
  StreamEnds ends;
  KeyFn key;
  std::string uid;
  Millis allowed_lateness{0};
  std::optional<OutputTag<T>> late = {};
};

/// What a window emits when all records were reduced to one.
struct EmitRecord {
  template <typename K, typename T>
  T operator()(const K&, Window, const T& record) const {
    return record;
  }
};

/// Empty, or what is wrong with the states of a window function.
[[gnu::cold]] inline std::string WindowStatesProblem(const std::string& uid,
                                                     const std::vector<StateDescriptor>& states) {
  for (std::size_t i = 0; i < states.size(); ++i) {
    if (states[i].name.empty()) return "a state of \"" + uid + "\" has no name";
    for (std::size_t j = 0; j < i; ++j) {
      if (states[i].name != states[j].name) continue;
      return "two states of \"" + uid + "\" are called \"" + states[i].name +
             "\" (\"windows\", \"sessions\" and names that begin with \"window-\" are taken by the "
             "runtime)";
    }
  }
  return "";
}

}  // namespace internal

/// A keyed stream cut into windows; made by KeyedStream::window. `kPlain`: nothing has been asked
/// for that the panes of WindowOperator can't do.
template <typename T, typename KeyFn, typename Spec,
          typename Trigger = decltype(DefaultTrigger(std::declval<const Spec&>())),
          typename Evictor = decltype(DefaultEvictor(std::declval<const Spec&>())),
          bool kPlain = std::is_base_of_v<WindowSpec, Spec>>
class WindowedStream {
 public:
  using K = KeyOf<T, KeyFn>;

  static_assert(
      requires { typename WindowsOf<Spec>::Trigger; },
      "window() needs penstock::tumbling(...), sliding(...), session(...), global_windows(), "
      "count_window(...), or processing_time(...) of one of the first three");

  WindowedStream(internal::StreamEnds ends, KeyFn key, std::string uid, Spec windows)
      : WindowedStream({std::move(ends), std::move(key), std::move(uid)}, windows,
                       DefaultTrigger(windows), DefaultEvictor(windows)) {}
  /// For the methods below.
  WindowedStream(internal::WindowSetup<T, KeyFn> setup, Spec windows, Trigger trigger,
                 Evictor evictor)
      : setup_(std::move(setup)),
        windows_(std::move(windows)),
        trigger_(std::move(trigger)),
        evictor_(std::move(evictor)) {}

  /// Replaces what says when a window fires: one of api/triggers.h, or a class of one's own
  /// (api/trigger.h).
  template <typename NewTrigger>
  WindowedStream<T, KeyFn, Spec, NewTrigger, Evictor, false> trigger(NewTrigger trigger) const {
    return {setup_, windows_, std::move(trigger), evictor_};
  }
  /// Drops records from windows that fire: one of api/evictor.h, or a class like it.
  template <typename NewEvictor>
  WindowedStream<T, KeyFn, Spec, Trigger, NewEvictor, false> evictor(NewEvictor evictor) const {
    return {setup_, windows_, trigger_, std::move(evictor)};
  }
  /// Event-time windows are kept for so long after the watermark has passed their end, and fire
  /// again for every record that still comes. Records that come later are dropped and counted.
  WindowedStream<T, KeyFn, Spec, Trigger, Evictor, false> allowed_lateness(Millis lateness) const {
    auto setup = setup_;
    setup.allowed_lateness = lateness;
    return {std::move(setup), windows_, trigger_, evictor_};
  }

  /// Records that come too late are emitted on a side output, with their own timestamps, instead of
  /// being dropped: `result.side_output(tag)`.
  WindowedStream<T, KeyFn, Spec, Trigger, Evictor, false> late_output(OutputTag<T> tag) const {
    auto setup = setup_;
    setup.late = std::move(tag);
    return {std::move(setup), windows_, trigger_, evictor_};
  }

  /// The same under another uid.
  WindowedStream with_uid(std::string uid) const {
    auto setup = setup_;
    setup.uid = std::move(uid);
    return {std::move(setup), windows_, trigger_, evictor_};
  }

  /// Per key and window one `aggregator`, a copyable type with `void add(const T&)` and, for
  /// sliding windows and sessions, `void merge(const Self&)`, which is kept instead of the records.
  /// When the window fires, `result(key, window, aggregator)` is emitted with the timestamp end -
  /// 1 ms; or `result` is a WindowProcess of the aggregator, or of what its result() returns.
  template <typename A, typename Result>
  auto aggregate(A aggregator, Result result) const {
    if constexpr (WindowFunction<Result>) {
      return PlaceGeneral(AggregatedContents<T, A>{std::move(aggregator)},
                          ProcessOnFire<K, Result>(std::move(result)));
    } else {
      static_assert(std::is_invocable_v<Result&, const K&, Window, const A&>,
                    "the second argument of aggregate() must be a function of (const Key&, "
                    "penstock::Window, const Aggregator&) that returns the record to emit, or a "
                    "penstock::WindowProcess");
      if constexpr (kPlain) {
        return PlacePanes(std::move(aggregator), std::move(result));
      } else {
        return PlaceGeneral(AggregatedContents<T, A>{std::move(aggregator)},
                            EmitOnFire<K, A, Result>(std::move(result)));
      }
    }
  }

  /// Combines the records of each key and window to one, which is emitted when the window fires:
  /// `reduce(last result, record)`; the first record is its own result.
  template <typename F>
  auto reduce(F reduce) const {
    return PlaceGeneral(ReducedContents<T, F>{std::move(reduce)},
                        EmitOnFire<K, T, internal::EmitRecord>({}));
  }
  /// The same, but `process`, a WindowProcess of T, gets the result.
  template <typename F, WindowFunction Fn>
  auto reduce(F reduce, Fn process) const {
    static_assert(std::same_as<T, typename Fn::Input>,
                  "the WindowProcess behind reduce() must be one of the stream's record type");
    return PlaceGeneral(ReducedContents<T, F>{std::move(reduce)},
                        ProcessOnFire<K, Fn>(std::move(process)));
  }

  /// Keeps all records of each key and window; `function`, a WindowProcess of T, gets them when the
  /// window fires.
  template <WindowFunction Fn>
  auto process(Fn function) const {
    static_assert(std::same_as<T, typename Fn::Input>,
                  "process() needs a WindowProcess of the stream's record type");
    return PlaceGeneral(BufferedContents<T>{}, ProcessOnFire<K, Fn>(std::move(function)));
  }

 private:
  static constexpr bool kEvicting = !std::same_as<Evictor, NoEvictor>;

  template <typename A, typename Result>
  auto PlacePanes(A aggregator, Result result) const {
    Complain(windows_.Problem());
    auto make = [uid = setup_.uid, key = setup_.key, windows = windows_, aggregator, result] {
      return MakeWindowAggregate<T, KeyFn, A, Result, Spec>(uid, key, windows, aggregator, result);
    };
    return internal::PlaceKeyed<WindowOutput<T, KeyFn, A, Result>, T>(
        setup_.ends, setup_.key, "window " + windows_.name(), setup_.uid,
        WindowAggregateStates<T, KeyFn, A>(setup_.uid), std::move(make));
  }
  /// An evictor needs the records, so they are combined when the window fires.
  template <typename Contents, typename OnFire>
  auto PlaceGeneral(Contents contents, OnFire on_fire) const {
    if constexpr (kEvicting && !Contents::kBuffered) {
      return PlaceParts(BufferedContents<T>{}, CombineOnFire<K, T, Contents, OnFire>(
                                                   std::move(contents), std::move(on_fire)));
    } else {
      return PlaceParts(std::move(contents), std::move(on_fire));
    }
  }
  template <typename Contents, typename OnFire>
  auto PlaceParts(Contents contents, OnFire on_fire) const {
    auto trigger = internal::BindTrigger<T>(trigger_);
    using Parts = WindowParts<T, KeyFn, Spec, decltype(trigger), Evictor, Contents, OnFire>;
    using Op = TriggeredWindowOperator<Parts>;
    const Parts parts{setup_.uid,        setup_.key,
                      windows_,          std::move(trigger),
                      evictor_,          setup_.allowed_lateness,
                      setup_.late,       std::move(contents),
                      std::move(on_fire)};
    std::vector<StateDescriptor> states = Op::Describe(parts);
    ComplainOf(parts, states);
    return internal::PlaceKeyed<typename OnFire::Output, T>(
        setup_.ends, setup_.key, "window " + windows_.name(), setup_.uid, std::move(states),
        [parts] { return std::unique_ptr<Operator>(std::make_unique<Op>(parts)); });
  }
  template <typename Parts>
  [[gnu::cold]] void ComplainOf(const Parts& parts,
                                const std::vector<StateDescriptor>& states) const {
    Complain(windows_.Problem());
    Complain(internal::WindowStatesProblem(setup_.uid, states));
    if constexpr (requires { parts.trigger.Problem(); }) Complain(parts.trigger.Problem());
    if (setup_.allowed_lateness.count() < 0) Complain("the allowed lateness must not be negative");
    if (WindowsOf<Spec>::kMerging && parts.on_fire.HasStatesOfWindows()) {
      Complain(
          "sessions merge, so their function cannot have states per window: declare them with "
          "{this, \"...\"}, for the key");
    }
  }
  void Complain(const std::string& problem) const {
    if (problem.empty()) return;
    setup_.ends.draft->Complain("window \"" + setup_.uid + "\" at position " +
                                setup_.ends.draft->next_position() + ": " + problem);
  }

  internal::WindowSetup<T, KeyFn> setup_;
  Spec windows_;
  Trigger trigger_;
  Evictor evictor_;
};

}  // namespace penstock
