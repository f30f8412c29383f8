#pragma once

#include <string_view>

namespace penstock {

/// Can this processor run code compiled with -march=`name`? A name that isn't known can't.
bool ProcessorSupports(std::string_view name);

}  // namespace penstock
