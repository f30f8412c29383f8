#include "cli/version.h"

namespace penstock {

std::string VersionText() { return "Penstock " PENSTOCK_VERSION; }

std::string VersionNumber() { return PENSTOCK_VERSION; }

}  // namespace penstock
