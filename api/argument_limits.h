#pragma once

#include <chrono>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "api/runtime/argument_value.h"

namespace penstock {

/// What numbers or durations an argument may be; both bounds belong to it.
template <typename T>
struct ArgumentRange {
  static_assert(std::is_arithmetic_v<T> || internal::IsDuration<T>::value,
                "a range is one of numbers or durations");
  std::optional<T> least;
  std::optional<T> most;

  /// False for what is no number, such as "nan".
  template <typename V>
  bool Allows(const V& value) const {
    static_assert(std::is_arithmetic_v<V> == std::is_arithmetic_v<T> &&
                      internal::IsDuration<V>::value == internal::IsDuration<T>::value,
                  "the bounds are of another kind than the argument: numbers or durations");
    const long double measured = internal::Measure(value);
    return (!least || measured >= internal::Measure(*least)) &&
           (!most || measured <= internal::Measure(*most));
  }
  [[gnu::cold]] std::string Describe() const {
    using internal::ShowArgument;
    if (least && most) return "from " + ShowArgument(*least) + " to " + ShowArgument(*most);
    return least ? "at least " + ShowArgument(*least) : "at most " + ShowArgument(*most);
  }
};

/// The texts that an argument may be.
struct ArgumentChoices {
  std::vector<std::string> choices;

  bool Allows(std::string_view text) const {
    for (const std::string& choice : choices) {
      if (choice == text) return true;
    }
    return false;
  }
  [[gnu::cold]] std::string Describe() const {
    std::string list;
    for (std::size_t i = 0; i < choices.size(); ++i) {
      if (i > 0) list += i + 1 == choices.size() ? " or " : ", ";
      list += choices[i];
    }
    return list;
  }
};

/// args.get("top", 5, between(1, 100)), args.get("every", 10s, between(1s, 1h)).
template <typename A, typename B>
constexpr auto between(A least, B most) {
  using T = std::common_type_t<A, B>;
  return ArgumentRange<T>{least, most};
}
template <typename T>
constexpr ArgumentRange<T> at_least(T least) {
  return {least, std::nullopt};
}
template <typename T>
constexpr ArgumentRange<T> at_most(T most) {
  return {std::nullopt, most};
}
/// args.get("mode", "fast", one_of({"fast", "exact"})).
inline ArgumentChoices one_of(std::initializer_list<std::string_view> choices) {
  return {{choices.begin(), choices.end()}};
}

}  // namespace penstock
