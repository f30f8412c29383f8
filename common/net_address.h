#pragma once

#include <string_view>

namespace penstock {

/// Is this host name or address (without port, brackets of IPv6 allowed) this very machine?
/// True for "localhost", 127.0.0.0/8 and ::1.
bool IsLoopbackName(std::string_view host);

}  // namespace penstock
