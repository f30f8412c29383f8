#pragma once

#include <map>
#include <string>
#include <vector>

#include "common/status.h"

namespace penstock {

/// Turns what follows the plugin on a command line into named arguments: `--key value`,
/// `--key=value`, and
/// `--flag` before another option or the end, which means "true". Anything else, and a key given
/// twice, is a user error.
Result<std::map<std::string, std::string>> ParseJobArguments(
    const std::vector<std::string>& arguments);

}  // namespace penstock
