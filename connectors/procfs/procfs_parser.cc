#include "connectors/procfs/procfs_parser.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace penstock {
namespace {

constexpr std::uint64_t kSectorBytes = 512;  // in /proc/diskstats, whatever the device's own is

std::string_view TakeLine(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

std::vector<std::string_view> Words(std::string_view line) {
  std::vector<std::string_view> words;
  while (true) {
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    if (line.empty()) return words;
    const std::size_t end = std::min(line.find_first_of(" \t"), line.size());
    words.push_back(line.substr(0, end));
    line.remove_prefix(end);
  }
}

/// Zero when it is no number: a column that a kernel doesn't know.
std::uint64_t Number(std::string_view word) {
  std::uint64_t number = 0;
  std::from_chars(word.data(), word.data() + word.size(), number);
  return number;
}

}  // namespace

std::vector<CpuTimes> ParseCpuTimes(std::string_view stat) {
  constexpr std::size_t kIdle = 4;
  constexpr std::size_t kIoWait = 5;
  constexpr std::size_t kSteal = 8;  // what follows is in the columns before already
  std::vector<CpuTimes> cpus;
  while (!stat.empty()) {
    const auto words = Words(TakeLine(stat));
    if (words.size() <= kIoWait || !words[0].starts_with("cpu")) continue;
    CpuTimes& cpu = cpus.emplace_back();
    cpu.name = words[0];
    for (std::size_t i = 1; i < words.size() && i <= kSteal; ++i) {
      cpu.total += Number(words[i]);
      if (i != kIdle && i != kIoWait) cpu.busy += Number(words[i]);
    }
  }
  return cpus;
}

std::optional<MemoryUse> ParseMemory(std::string_view meminfo) {
  MemoryUse memory;
  const std::pair<std::string_view, std::uint64_t*> fields[] = {
      {"MemTotal:", &memory.total},
      {"MemAvailable:", &memory.available},
      {"SwapTotal:", &memory.swap_total},
      {"SwapFree:", &memory.swap_free}};
  while (!meminfo.empty()) {
    const auto words = Words(TakeLine(meminfo));
    for (const auto& [name, value] : fields) {
      if (words.size() >= 2 && words[0] == name) *value = Number(words[1]) * 1024;
    }
  }
  if (memory.total == 0 || memory.available == 0) return std::nullopt;
  return memory;
}

std::optional<std::vector<double>> ParseLoad(std::string_view loadavg) {
  const auto words = Words(TakeLine(loadavg));
  if (words.size() < 3) return std::nullopt;
  std::vector<double> load(3);
  for (std::size_t i = 0; i < load.size(); ++i) {
    const std::string_view word = words[i];
    const auto parsed = std::from_chars(word.data(), word.data() + word.size(), load[i]);
    if (parsed.ec != std::errc()) return std::nullopt;
  }
  return load;
}

std::vector<DiskCounters> ParseDisks(std::string_view diskstats) {
  constexpr std::size_t kName = 2;
  constexpr std::size_t kSectorsRead = 5;
  constexpr std::size_t kSectorsWritten = 9;
  constexpr std::size_t kBusyMillis = 12;
  std::vector<DiskCounters> disks;
  while (!diskstats.empty()) {
    const auto words = Words(TakeLine(diskstats));
    if (words.size() <= kBusyMillis) continue;
    if (words[kName].starts_with("loop") || words[kName].starts_with("ram")) continue;
    DiskCounters disk{std::string(words[kName]), Number(words[kSectorsRead]) * kSectorBytes,
                      Number(words[kSectorsWritten]) * kSectorBytes, Number(words[kBusyMillis])};
    if (disk.bytes_read + disk.bytes_written > 0) disks.push_back(std::move(disk));
  }
  return disks;
}

std::vector<NetworkCounters> ParseNetwork(std::string_view dev) {
  constexpr std::size_t kBytesSent = 8;
  std::vector<NetworkCounters> interfaces;
  while (!dev.empty()) {
    const std::string_view line = TakeLine(dev);
    // A large number may follow the colon without a blank.
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const auto name = Words(line.substr(0, colon));
    const auto words = Words(line.substr(colon + 1));
    if (name.size() != 1 || words.size() <= kBytesSent) continue;
    interfaces.push_back({std::string(name[0]), Number(words[0]), Number(words[kBytesSent])});
  }
  return interfaces;
}

std::optional<ProcessTimes> ParseProcess(std::string_view stat) {
  // Behind the name, counted from the state.
  constexpr std::size_t kUserTicks = 11;
  constexpr std::size_t kKernelTicks = 12;
  constexpr std::size_t kStartTick = 19;
  const std::size_t open = stat.find('(');
  const std::size_t close = stat.rfind(')');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) {
    return std::nullopt;
  }
  const auto words = Words(stat.substr(close + 1));
  if (words.size() <= kStartTick) return std::nullopt;
  return ProcessTimes{Number(stat), std::string(stat.substr(open + 1, close - open - 1)),
                      Number(words[kUserTicks]) + Number(words[kKernelTicks]),
                      Number(words[kStartTick])};
}

}  // namespace penstock
