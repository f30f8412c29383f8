#pragma once

#include <string_view>

namespace penstock {

/// Writes "<time> tcp <address>: <event>" to standard error, which is the log of the task host.
void LogConnection(std::string_view address, std::string_view event);

}  // namespace penstock
