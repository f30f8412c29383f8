#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <type_traits>
#include <utility>

#include "api/stream.h"
#include "api/windowed_stream.h"

namespace penstock {

/// The key of everything in a stream without keys.
struct Unkeyed {
  std::uint8_t none = 0;
  bool operator==(const Unkeyed&) const = default;
};

/// Base of a function for the windows of Stream::window_all: as WindowProcess, with one key.
template <typename In, typename Out>
using AllWindowProcess = WindowProcess<Unkeyed, In, Out>;

namespace internal {

struct KeyOfAll {
  template <typename T>
  Unkeyed operator()(const T&) const {
    return {};
  }
};

/// Calls a function that isn't interested in the key.
template <typename Result>
struct WithoutKey {
  Result result;

  template <typename Contents>
  requires std::is_invocable_v<Result&, Window, const Contents&>
  auto operator()(const Unkeyed&, Window window, const Contents& contents) {
    return std::invoke(result, window, contents);
  }
};

}  // namespace internal

/// All records of a stream cut into windows; made by Stream::window_all. Its methods are those of
/// WindowedStream, but results are functions of (penstock::Window, const Aggregator&). Runs at
/// parallelism 1.
template <typename T, typename Windowed>
class AllWindowedStream {
 public:
  explicit AllWindowedStream(Windowed windowed) : windowed_(std::move(windowed)) {}

  template <typename Trigger>
  auto trigger(Trigger trigger) const {
    return Of(windowed_.trigger(std::move(trigger)));
  }
  template <typename Evictor>
  auto evictor(Evictor evictor) const {
    return Of(windowed_.evictor(std::move(evictor)));
  }
  auto allowed_lateness(Millis lateness) const { return Of(windowed_.allowed_lateness(lateness)); }
  auto late_output(OutputTag<T> tag) const { return Of(windowed_.late_output(std::move(tag))); }

  template <typename A, typename Result>
  auto aggregate(A aggregator, Result result) const {
    if constexpr (WindowFunction<Result>) {
      return Alone(windowed_.aggregate(std::move(aggregator), std::move(result)));
    } else {
      static_assert(std::is_invocable_v<Result&, Window, const A&>,
                    "the second argument of aggregate() after window_all() must be a function of "
                    "(penstock::Window, const Aggregator&) that returns the record to emit, or a "
                    "penstock::AllWindowProcess");
      return Alone(windowed_.aggregate(std::move(aggregator),
                                       internal::WithoutKey<Result>{std::move(result)}));
    }
  }
  template <typename F>
  auto reduce(F reduce) const {
    return Alone(windowed_.reduce(std::move(reduce)));
  }
  template <typename F, WindowFunction Fn>
  auto reduce(F reduce, Fn process) const {
    return Alone(windowed_.reduce(std::move(reduce), std::move(process)));
  }
  template <WindowFunction Fn>
  auto process(Fn function) const {
    return Alone(windowed_.process(std::move(function)));
  }

 private:
  template <typename Changed>
  static AllWindowedStream<T, Changed> Of(Changed windowed) {
    return AllWindowedStream<T, Changed>(std::move(windowed));
  }
  template <typename Out>
  static Stream<Out> Alone(const Stream<Out>& stream) {
    return stream.set_parallelism(1);
  }

  Windowed windowed_;
};

template <typename T>
template <typename Spec>
auto Stream<T>::window_all(std::string uid, Spec windows) const {
  using Windowed = WindowedStream<T, internal::KeyOfAll, Spec>;
  return AllWindowedStream<T, Windowed>(
      Windowed(this->ends_, internal::KeyOfAll{}, std::move(uid), std::move(windows)));
}

}  // namespace penstock
