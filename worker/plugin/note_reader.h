#pragma once

#include <string>
#include <string_view>

#include "common/file_system.h"
#include "common/status.h"

namespace penstock {

/// The descriptor of the note in a plugin's ELF file (common/plugin_note.h), read without loading
/// it. A user error for anything that is no shared object for this machine with such a note,
/// truncated and damaged files included; `path` is named.
Result<std::string> ReadPluginNote(FileSystem& fs, const std::string& path);

/// OK when a plugin with that note can run in this process: same interfaces, compiler, library and
/// sanitizer, and no instruction set beyond this processor's.
Status CheckPluginNote(std::string_view descriptor, const std::string& path);

/// ReadPluginNote and CheckPluginNote.
Status CheckPlugin(FileSystem& fs, const std::string& path);

}  // namespace penstock
