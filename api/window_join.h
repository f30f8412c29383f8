#pragma once

#include <concepts>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "api/collector.h"
#include "api/keyed_stream.h"
#include "api/runtime/key_traits.h"
#include "api/stream.h"
#include "api/window_process.h"
#include "api/windowed_stream.h"

namespace penstock {

/// A record of one of two streams: what the windows of a join hold, and its triggers see.
template <typename A, typename B>
struct OneOf {
  std::optional<A> first;
  std::optional<B> second;
};

namespace internal {

/// The key of either side.
template <typename A, typename B, typename KeyA, typename KeyB>
struct KeyOfEither {
  static_assert(std::same_as<KeyOf<A, KeyA>, KeyOf<B, KeyB>>,
                "where() and equal_to() must give keys of the same type");
  KeyA first;
  KeyB second;

  KeyOf<A, KeyA> operator()(const OneOf<A, B>& record) const {
    return record.first ? std::invoke(first, *record.first) : std::invoke(second, *record.second);
  }
};

/// The U of a function that takes (…, …, Collector<U>&).
template <typename F>
struct CollectedByPair {};
template <typename C, typename R, typename A, typename B, typename U>
struct CollectedByPair<R (C::*)(A, B, Collector<U>&) const> {
  using type = U;
};
template <typename C, typename R, typename A, typename B, typename U>
struct CollectedByPair<R (C::*)(A, B, Collector<U>&)> {
  using type = U;
};
template <typename R, typename A, typename B, typename U>
struct CollectedByPair<R (*)(A, B, Collector<U>&)> {
  using type = U;
};
template <typename F>
requires requires { &F::operator(); }
struct CollectedByPair<F> : CollectedByPair<decltype(&F::operator())> {};

/// Takes the records of a window apart by side.
template <typename A, typename B>
struct TwoSides {
  explicit TwoSides(const WindowElements<OneOf<A, B>>& elements) {
    for (const OneOf<A, B>& element : elements) {
      if (element.first) {
        first.push_back({{}, Owned<A>(*element.first)});
      } else {
        second.push_back({{}, Owned<B>(*element.second)});
      }
    }
  }
  std::vector<WindowElement<A>> first;
  std::vector<WindowElement<B>> second;
};

/// Calls `function` for every pair of a record of each side.
template <typename K, typename A, typename B, typename Out, typename F>
struct JoinProcess : WindowProcess<K, OneOf<A, B>, Out> {
  using Context = WindowContext<K>;

  explicit JoinProcess(F join) : function(std::move(join)) {}

  void process(Context&, const WindowElements<OneOf<A, B>>& elements, Collector<Out>& out) {
    const TwoSides<A, B> sides(elements);
    for (const WindowElement<A>& first : sides.first) {
      for (const WindowElement<B>& second : sides.second) {
        if constexpr (std::is_invocable_v<F&, const A&, const B&, Collector<Out>&>) {
          std::invoke(function, first.value(), second.value(), out);
        } else {
          out.collect(std::invoke(function, first.value(), second.value()));
        }
      }
    }
  }

  F function;
};

/// Calls `function` with all records of each side.
template <typename K, typename A, typename B, typename Out, typename F>
struct CoGroupProcess : WindowProcess<K, OneOf<A, B>, Out> {
  using Context = WindowContext<K>;

  explicit CoGroupProcess(F group) : function(std::move(group)) {}

  void process(Context&, const WindowElements<OneOf<A, B>>& elements, Collector<Out>& out) {
    const TwoSides<A, B> sides(elements);
    std::invoke(function, WindowElements<A>(std::span<const WindowElement<A>>(sides.first)),
                WindowElements<B>(std::span<const WindowElement<B>>(sides.second)), out);
  }

  F function;
};

/// What apply() of a join emits.
template <typename A, typename B, typename F>
struct JoinOutput {
  static_assert(std::is_invocable_v<F&, const A&, const B&>,
                "apply() after join() needs a function of (const First&, const Second&) that "
                "returns the record to emit, or of (const First&, const Second&, "
                "penstock::Collector<Out>&)");
  using type = std::remove_cvref_t<std::invoke_result_t<F&, const A&, const B&>>;
};
template <typename A, typename B, typename F>
requires requires { typename CollectedByPair<F>::type; }
struct JoinOutput<A, B, F> {
  using type = typename CollectedByPair<F>::type;
};

}  // namespace internal

/// Two streams in the same windows, ready for apply(). `kPairs`: a join, else a co-group.
template <bool kPairs, typename A, typename B, typename K, typename Windowed>
class JoinedWindows {
 public:
  explicit JoinedWindows(Windowed windowed) : windowed_(std::move(windowed)) {}

  /// As those of WindowedStream; triggers and evictors see penstock::OneOf<A, B>.
  template <typename Trigger>
  auto trigger(Trigger trigger) const {
    return Of(windowed_.trigger(std::move(trigger)));
  }
  template <typename Evictor>
  auto evictor(Evictor evictor) const {
    return Of(windowed_.evictor(std::move(evictor)));
  }
  auto allowed_lateness(Millis lateness) const { return Of(windowed_.allowed_lateness(lateness)); }

  /// After join(): `function(const A&, const B&)` returns what is emitted for a pair, or takes a
  /// Collector<Out>& too. After co_group(): a function of (const WindowElements<A>&, const
  /// WindowElements<B>&, Collector<Out>&), one side of which may be empty. Records that are emitted
  /// have the timestamp window.end - 1 ms. All records of a window are in memory while it fires.
  template <typename F>
  auto apply(std::string uid, F function) const {
    if constexpr (kPairs) {
      using Out = typename internal::JoinOutput<A, B, F>::type;
      return windowed_.with_uid(std::move(uid))
          .process(internal::JoinProcess<K, A, B, Out, F>(std::move(function)));
    } else {
      static_assert(
          requires { typename internal::CollectedByPair<F>::type; },
          "apply() after co_group() needs a function of (const penstock::WindowElements<First>&, "
          "const penstock::WindowElements<Second>&, penstock::Collector<Out>&)");
      using Out = typename internal::CollectedByPair<F>::type;
      return windowed_.with_uid(std::move(uid))
          .process(internal::CoGroupProcess<K, A, B, Out, F>(std::move(function)));
    }
  }

 private:
  template <typename Changed>
  static JoinedWindows<kPairs, A, B, K, Changed> Of(Changed windowed) {
    return JoinedWindows<kPairs, A, B, K, Changed>(std::move(windowed));
  }

  Windowed windowed_;
};

/// Two streams and how to match their records; made by Stream::join and Stream::co_group:
///   orders.join(payments).where(&Order::id).equal_to(&Payment::order).window(tumbling(1min))
///       .apply("paid", [](const Order& o, const Payment& p) { return Paid{o.id, p.amount}; });
template <bool kPairs, typename A, typename B>
class JoinedStreams {
 public:
  JoinedStreams(Stream<A> first, Stream<B> second)
      : first_(std::move(first)), second_(std::move(second)) {}

  template <typename KeyA>
  class Where;

  /// The key of a record of the first stream: a callable or member pointer.
  template <typename KeyA>
  Where<KeyA> where(KeyA key) const {
    return {*this, std::move(key)};
  }

 private:
  template <typename KeyFn>
  auto Keyed(KeyFn key) const {
    using Either = OneOf<A, B>;
    const Stream<Either> second = second_.map([](const B& record) {
      return Either{std::nullopt, record};
    });
    return first_.map([](const A& record) {
                   return Either{record, std::nullopt};
                 })
        .union_with(second)
        .key_by(std::move(key));
  }

  Stream<A> first_;
  Stream<B> second_;
};

template <bool kPairs, typename A, typename B>
template <typename KeyA>
class JoinedStreams<kPairs, A, B>::Where {
 public:
  Where(JoinedStreams streams, KeyA key) : streams_(std::move(streams)), key_(std::move(key)) {}

  template <typename KeyB>
  class EqualTo {
   public:
    EqualTo(JoinedStreams streams, internal::KeyOfEither<A, B, KeyA, KeyB> key)
        : streams_(std::move(streams)), key_(std::move(key)) {}

    /// As KeyedStream::window; the uid is given to apply().
    template <typename Spec>
    auto window(Spec windows) const {
      auto windowed = streams_.Keyed(key_).window("", std::move(windows));
      return JoinedWindows<kPairs, A, B, KeyOf<A, KeyA>, decltype(windowed)>(std::move(windowed));
    }

   private:
    JoinedStreams streams_;
    internal::KeyOfEither<A, B, KeyA, KeyB> key_;
  };

  /// The key of a record of the second stream, of the same type.
  template <typename KeyB>
  EqualTo<KeyB> equal_to(KeyB key) const {
    return {streams_, {key_, std::move(key)}};
  }

 private:
  JoinedStreams streams_;
  KeyA key_;
};

template <typename T>
template <typename U>
auto Stream<T>::join(const Stream<U>& other) const {
  return JoinedStreams<true, T, U>(*this, other);
}
template <typename T>
template <typename U>
auto Stream<T>::co_group(const Stream<U>& other) const {
  return JoinedStreams<false, T, U>(*this, other);
}

}  // namespace penstock
