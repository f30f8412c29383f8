#pragma once

#include <string>

#include "api/runtime/plugin.h"
#include "common/status.h"

namespace penstock {

/// Loads a checked plugin (note_reader.h) into this process, for good: it is unloaded by the
/// process's exit. Runs the plugin's static constructors.
Result<const PluginEntry*> LoadPlugin(const std::string& path);

}  // namespace penstock
