#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>

namespace penstock {

/// An integer with a type of its own, so that one kind of id cannot be passed for another.
/// `Tag` is any (incomplete) type; the value 0 means "none" unless the alias says otherwise.
template <typename Tag, typename Rep = std::uint64_t>
class StrongId {
 public:
  using rep = Rep;

  constexpr StrongId() = default;
  constexpr explicit StrongId(Rep value) : value_(value) {}

  constexpr Rep value() const { return value_; }
  constexpr StrongId Next() const { return StrongId(static_cast<Rep>(value_ + 1)); }
  constexpr auto operator<=>(const StrongId&) const = default;

 private:
  Rep value_ = 0;
};

template <typename Tag, typename Rep>
std::string ToString(StrongId<Tag, Rep> id) {
  return std::to_string(id.value());
}

}  // namespace penstock

template <typename Tag, typename Rep>
struct std::hash<penstock::StrongId<Tag, Rep>> {
  std::size_t operator()(penstock::StrongId<Tag, Rep> id) const noexcept {
    return std::hash<Rep>()(id.value());
  }
};
