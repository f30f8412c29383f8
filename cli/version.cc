#include "cli/version.h"

namespace penstock {

std::string VersionText() { return "Penstock " PENSTOCK_VERSION; }

}  // namespace penstock
