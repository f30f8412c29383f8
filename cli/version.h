#pragma once

#include <string>

namespace penstock {

/// "Penstock 0.1.0".
std::string VersionText();
/// "0.1.0".
std::string VersionNumber();

}  // namespace penstock
