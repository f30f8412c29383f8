#include "common/machine.h"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

namespace penstock {
namespace {

constexpr std::string_view kCgroupRoot = "/sys/fs/cgroup";

/// Nothing when there is no such file or it says "max".
std::optional<std::uint64_t> ReadLimit(FileSystem& fs, const std::string& path) {
  Result<std::string> text = ReadFile(fs, path);
  if (!text.ok()) return std::nullopt;
  std::uint64_t limit = 0;
  auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), limit);
  if (error != std::errc()) return std::nullopt;
  return limit;
}

/// Path of this process below the root of a hierarchy: version 2, or version 1's memory controller.
std::string CgroupPath(FileSystem& fs, std::string_view prefix) {
  Result<std::string> table = ReadFile(fs, "/proc/self/cgroup");
  if (!table.ok()) return "/";
  std::string_view rest = *table;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    const std::size_t found = line.find(prefix);
    if (found != std::string_view::npos) return std::string(line.substr(found + prefix.size()));
  }
  return "/";
}

/// The lowest limit on the way from the process's group up to the root.
std::uint64_t LowestLimit(FileSystem& fs, const std::string& root, std::string group,
                          const char* file, std::uint64_t limit) {
  while (true) {
    const std::string directory = group == "/" ? root : root + group;
    limit = std::min(limit, ReadLimit(fs, JoinPath(directory, file)).value_or(limit));
    if (group == "/" || group.front() != '/') return limit;
    group = ParentPath(group);
  }
}

}  // namespace

std::uint64_t UsableMemory(FileSystem& fs) {
  std::uint64_t memory = static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) *
                         static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  const std::string root(kCgroupRoot);
  memory = LowestLimit(fs, root, CgroupPath(fs, "0::"), "memory.max", memory);
  return LowestLimit(fs, root + "/memory", CgroupPath(fs, ":memory:"), "memory.limit_in_bytes",
                     memory);
}

unsigned UsableCores() {
  cpu_set_t cores;
  if (::sched_getaffinity(0, sizeof(cores), &cores) == 0) {
    return static_cast<unsigned>(std::max(1, CPU_COUNT(&cores)));
  }
  return std::max(1u, std::thread::hardware_concurrency());
}

}  // namespace penstock
