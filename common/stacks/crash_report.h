#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/status.h"

namespace penstock {

/// Has the process say on stderr, when SIGSEGV, SIGBUS, SIGFPE, SIGILL or SIGABRT ends it, which
/// thread did it and where, one line per frame as file and offset, and then end by that signal as
/// it would have. Nothing is allocated for that. Not under a sanitizer, which has a report of its
/// own. Call once, early.
Status InstallCrashHandler();

/// What a process has said while it crashed.
struct CrashReport {
  std::string summary;              ///< "SIGSEGV at address 0x0 in thread 'window (2/4)'"
  std::vector<std::string> frames;  ///< Names, innermost first.

  bool empty() const { return summary.empty(); }
};
/// Whether FindCrashReport() may find one; does not wait.
bool MayHaveCrashReport(std::string_view output);
/// Finds the last report in what a process has printed, which may be anything, and reads the symbol
/// tables of the files that it names. Empty when there is none. Waits for the disk.
CrashReport FindCrashReport(std::string_view output);

/// For people: the summary and a line "    at …" for each frame.
std::string ToString(const CrashReport& report);

}  // namespace penstock
