#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/timestamp.h"

namespace penstock {

/// RFC 3339 in UTC with milliseconds, "2024-02-29T12:00:00.250Z"; nothing for times outside the
/// years 0 to 9999, which that form doesn't have.
std::optional<std::string> FormatTimestamp(Timestamp time);

/// Reads exactly that form; the fraction may have 0 to 3 digits.
std::optional<Timestamp> ParseTimestamp(std::string_view text);

}  // namespace penstock
