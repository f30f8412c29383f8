#pragma once

#include <string_view>

namespace penstock {

/// Says that a field of a stored struct had another name, so that what is stored under the old one
/// is found after the rename:
///   struct Speed {
///     double average = 0;
///     static constexpr penstock::RenamedField renamed_fields[] = {
///         {.before = "mean", .now = "average"}};
///   };
/// Works in any plain struct that is stored: the state's own type, nested ones, elements of lists.
/// Keep the entry for as long as savepoints from before the rename may be used.
struct RenamedField {
  std::string_view before;
  std::string_view now;
};

}  // namespace penstock
