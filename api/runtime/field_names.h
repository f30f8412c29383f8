#pragma once

#include <cstddef>
#include <string_view>

#include <boost/pfr/core.hpp>

namespace penstock::internal {

/// An object that is never defined; only the addresses of its fields are named.
template <typename T>
struct NamedObject {
  T value;
};

#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wundefined-var-template"
#pragma clang diagnostic ignored "-Wundefined-internal"
#endif
template <typename T>
extern const NamedObject<T> kNamedObject;

/// The compiler writes the field that `Pointer` points to at the end of this function's own name.
template <auto Pointer>
constexpr std::string_view NameWithField() {
  const std::string_view name = __PRETTY_FUNCTION__;
#if defined(__clang__)
  return name;
#else
  // "constexpr std::string_view … [with auto Pointer = (& …); std::string_view = …]"
  return name.substr(0, name.rfind(';'));
#endif
}

constexpr bool IsIdentifierCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// Name of the field number `Index` of the plain aggregate T, as its declaration spells it.
/// Boost.PFR gives no names; a pointer template argument into an extern const object and
/// __PRETTY_FUNCTION__ do, in g++ 12 and clang 14. Pinned by codec_test.
template <typename T, std::size_t Index>
constexpr std::string_view FieldName() {
  std::string_view name = NameWithField<&boost::pfr::get<Index>(kNamedObject<T>.value)>();
  while (!name.empty() && !IsIdentifierCharacter(name.back())) name.remove_suffix(1);
  std::size_t begin = name.size();
  while (begin > 0 && IsIdentifierCharacter(name[begin - 1])) --begin;
  return name.substr(begin);
}
#if defined(__clang__)
#pragma clang diagnostic pop
#endif

}  // namespace penstock::internal
