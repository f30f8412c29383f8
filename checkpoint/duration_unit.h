#pragma once

#include <cstdint>
#include <string_view>

#include "checkpoint/value_layout.h"

namespace penstock {

/// "ms" and the like; empty when the unit of that kDuration has no name.
inline std::string_view DurationUnit(const LayoutNode& node) {
  struct Unit {
    std::uint64_t numerator;
    std::uint64_t denominator;
    std::string_view name;
  };
  constexpr Unit kUnits[] = {
      {1, 1'000'000'000, "ns"}, {1, 1'000'000, "us"}, {1, 1000, "ms"}, {1, 1, "s"},
      {60, 1, "min"},           {3600, 1, "h"},       {86'400, 1, "d"}};
  for (const Unit& unit : kUnits) {
    if (unit.numerator == node.unit_numerator && unit.denominator == node.unit_denominator) {
      return unit.name;
    }
  }
  return {};
}

}  // namespace penstock
