#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "api/renamed_field.h"
#include "api/runtime/codec.h"
#include "common/state_schema.h"

namespace penstock {
namespace internal {

/// Plain structs that the generated codec writes.
template <typename T>
inline constexpr bool kHasGeneratedFields =
    kIsPlainAggregate<T>&& std::is_base_of_v<DefaultCodec<T>, Codec<T>>;

template <typename T>
inline constexpr bool kIsTuple = false;
template <typename A, typename B>
inline constexpr bool kIsTuple<std::pair<A, B>> = true;
template <typename... F>
inline constexpr bool kIsTuple<std::tuple<F...>> = true;

/// A default value of T, encoded, for the fields that are added to T.
template <typename T>
[[gnu::cold]] void AddDefault(const std::string& path, Evolution& out) {
  if constexpr (kHasGeneratedFields<T> || kIsTuple<T>) {
    const auto value = std::make_unique<const T>();  // it may be too large for the stack
    out.defaults.push_back({path, EncodeToString(*value)});
  }
}

template <typename T, std::size_t... I>
constexpr bool IsFieldOf(std::string_view name, std::index_sequence<I...>) {
  return ((FieldName<T, I>() == name) || ...);
}

template <typename T, typename Indices>
constexpr bool RenamesNameFields(Indices indices) {
  for (const RenamedField& field : T::renamed_fields) {
    if (!IsFieldOf<T>(field.now, indices)) return false;
  }
  return true;
}

template <typename T>
[[gnu::cold]] void AddRenames(const std::string& path, Evolution& out) {
  if constexpr (requires { T::renamed_fields; }) {
    static_assert(RenamesNameFields<T>(std::make_index_sequence<boost::pfr::tuple_size_v<T>>()),
                  "every `now` in renamed_fields must be the name of a field of the struct");
    for (const RenamedField& field : T::renamed_fields) {
      out.aliases.push_back({JoinFieldName(path, field.now), std::string(field.before)});
    }
  }
}

/// Walks through a type as Codec::Describe does. What has no fields has nothing to add.
template <typename T>
struct EvolutionWalk {
  [[gnu::cold]] static void Visit(const std::string& path, Evolution& out) {
    if constexpr (kHasGeneratedFields<T>) {
      AddRenames<T>(path, out);
      VisitFields(path, out, std::make_index_sequence<boost::pfr::tuple_size_v<T>>());
    }
  }

 private:
  template <std::size_t... I>
  static void VisitFields(const std::string& path, Evolution& out, std::index_sequence<I...>) {
    (EvolutionWalk<boost::pfr::tuple_element_t<I, T>>::Visit(JoinFieldName(path, FieldName<T, I>()),
                                                             out),
     ...);
  }
};

template <typename T>
[[gnu::cold]] void VisitContent(const std::string& path, Evolution& out) {
  AddDefault<T>(path, out);
  EvolutionWalk<T>::Visit(path, out);
}

template <typename T>
struct EvolutionWalk<std::optional<T>> {
  [[gnu::cold]] static void Visit(const std::string& path, Evolution& out) {
    VisitContent<T>(path + "?", out);
  }
};

template <typename T>
struct EvolutionWalk<std::vector<T>> {
  [[gnu::cold]] static void Visit(const std::string& path, Evolution& out) {
    VisitContent<T>(path + "[]", out);
  }
};

template <typename T, std::size_t N>
struct EvolutionWalk<std::array<T, N>> : EvolutionWalk<std::vector<T>> {};

template <typename A, typename B>
struct EvolutionWalk<std::pair<A, B>> {
  [[gnu::cold]] static void Visit(const std::string& path, Evolution& out) {
    EvolutionWalk<A>::Visit(JoinFieldName(path, "first"), out);
    EvolutionWalk<B>::Visit(JoinFieldName(path, "second"), out);
  }
};

template <typename... F>
struct EvolutionWalk<std::tuple<F...>> {
  [[gnu::cold]] static void Visit(const std::string& path, Evolution& out) {
    std::size_t index = 0;
    (EvolutionWalk<F>::Visit(JoinFieldName(path, std::to_string(index++)), out), ...);
  }
};

}  // namespace internal

/// What values of T that were stored by earlier versions of the job need to be read: T's defaults,
/// from T{}, and the names that its fields have had (RenamedField). Belongs to FingerprintOf<T>().
template <typename T>
Evolution EvolutionOf() {
  Evolution evolution;
  internal::VisitContent<T>("", evolution);
  return evolution;
}

}  // namespace penstock
