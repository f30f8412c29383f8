#include "common/process_usage.h"

#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>

namespace penstock {
namespace {

/// Numbers of the fields of /proc/<pid>/stat behind the name of the command, from 0: see proc(5).
constexpr int kUserTime = 11;
constexpr int kSystemTime = 12;
constexpr int kThreads = 17;
constexpr int kResidentPages = 21;

}  // namespace

ProcessUsage UsageOf(int pid) {
  std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  std::getline(stat, text);
  const std::size_t name_end = text.rfind(')');  // the name may have spaces and parentheses
  if (name_end == std::string::npos) return {};
  std::istringstream fields(text.substr(name_end + 1));
  ProcessUsage usage;
  std::uint64_t ticks = 0;
  std::string field;
  for (int i = 0; i <= kResidentPages && fields >> field; ++i) {
    if (i == kUserTime || i == kSystemTime) ticks += std::stoull(field);
    if (i == kThreads) usage.threads = std::stoull(field);
    if (i == kResidentPages) {
      usage.resident_bytes = std::stoull(field) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
    }
  }
  usage.cpu_millis = ticks * 1000 / static_cast<std::uint64_t>(sysconf(_SC_CLK_TCK));
  return usage;
}

ProcessUsage UsageOfThisProcess() { return UsageOf(getpid()); }

}  // namespace penstock
