#pragma once

#include <string>
#include <string_view>

namespace penstock {

/// Text of others as it may go to a terminal: colours are left out, and every other control
/// character but newline and tab is shown as \xNN, so that nobody's output can move the cursor or
/// answer in our name. Valid UTF-8 stays, without the control characters it has beyond ASCII.
std::string Printable(std::string_view text);

/// The same on one line.
std::string PrintableLine(std::string_view text);

}  // namespace penstock
