#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <boost/pfr.hpp>

#include "common/ids.h"
#include "common/status.h"
#include "wire/query.h"

namespace penstock {

/// Fills any struct of wire/messages.h with random values, by its fields, so that a field that is
/// added to a struct is covered at once.
class RandomMessage {
 public:
  explicit RandomMessage(std::uint64_t seed) : random_(seed) {}

  /// The alternative `index` of a variant.
  template <typename Variant>
  Variant Alternative(std::size_t index) {
    return MakeAlternative<Variant>(index,
                                    std::make_index_sequence<std::variant_size_v<Variant>>());
  }

  template <typename T>
  T Make() {
    T value{};
    Fill(value);
    return value;
  }

 private:
  template <typename Variant, std::size_t... I>
  Variant MakeAlternative(std::size_t index, std::index_sequence<I...>) {
    Variant value;
    ((index == I ? void(value = Make<std::variant_alternative_t<I, Variant>>()) : void()), ...);
    return value;
  }

  void Fill(bool& value) { value = random_() % 2 != 0; }
  template <typename Tag>
  void Fill(HexId<Tag>& id) {
    id = HexId<Tag>(random_(), random_());
  }
  template <typename Tag, typename Rep>
  void Fill(StrongId<Tag, Rep>& id) {
    id = StrongId<Tag, Rep>(static_cast<Rep>(random_()));
  }
  void Fill(std::string& text) {
    text.resize(random_() % 40);
    for (char& c : text) c = static_cast<char>(random_());  // with zeros and invalid UTF-8
  }
  void Fill(Status& status) {
    if (random_() % 8 == 0) return;
    status = Status::Error(static_cast<ErrorDomain>(random_() % 3),
                           static_cast<ErrorCode>(random_() % 12), Make<std::string>(),
                           Make<std::string>());
  }
  template <typename T>
  void Fill(std::vector<T>& items) {
    items.resize(random_() % 4);
    for (T& item : items) Fill(item);
  }
  template <typename K, typename V>
  void Fill(std::map<K, V>& map) {
    for (std::size_t i = random_() % 4; i > 0; --i) map.emplace(Make<K>(), Make<V>());
  }
  template <typename... T>
  void Fill(std::variant<T...>& variant) {
    variant = Alternative<std::variant<T...>>(random_() % sizeof...(T));
  }
  void Fill(SampleKind& kind) { kind = static_cast<SampleKind>(random_() % kSampleKinds); }
  template <typename T>
  void Fill(T& value) {
    if constexpr (std::is_arithmetic_v<T>)
      value = static_cast<T>(random_());
    else
      boost::pfr::for_each_field(value, [this](auto& field) { Fill(field); });
  }

  std::mt19937_64 random_;
};

/// Equality of all fields, for structs without an operator of their own.
template <typename T>
bool SameMessage(const T& a, const T& b);

inline bool SameMessage(const Status& a, const Status& b) {
  return a.ok() == b.ok() && a.domain() == b.domain() && a.code() == b.code() &&
         a.message() == b.message() && a.hint() == b.hint();
}

template <typename T>
bool SameMessage(const std::vector<T>& a, const std::vector<T>& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!SameMessage(a[i], b[i])) return false;
  }
  return true;
}

template <typename... T>
bool SameMessage(const std::variant<T...>& a, const std::variant<T...>& b) {
  if (a.index() != b.index()) return false;
  return std::visit(
      [&](const auto& value) {
        return SameMessage(value, std::get<std::decay_t<decltype(value)>>(b));
      },
      a);
}

template <typename T>
bool SameMessage(const T& a, const T& b) {
  if constexpr (requires { a == b; }) {
    return a == b;
  } else if constexpr (boost::pfr::tuple_size_v<T> == 0) {
    return true;
  } else {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return (SameMessage(boost::pfr::get<I>(a), boost::pfr::get<I>(b)) && ...);
    }
    (std::make_index_sequence<boost::pfr::tuple_size_v<T>>());
  }
}

}  // namespace penstock
