#include "worker/agent/host_log_pruning.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <map>
#include <string_view>

#include "common/file_system.h"
#include "common/process.h"

namespace penstock {
namespace {

/// "<32 hex digits>-<32 hex digits>" of a name "<that>.log" or "<that>.<number>.log"; else empty.
std::string_view HostOf(std::string_view name) {
  constexpr std::size_t kId = 32;
  constexpr std::size_t kHost = 2 * kId + 1;
  const std::string_view host = name.substr(0, std::min(name.find('.'), name.size()));
  const bool ids = host.size() == kHost && host[kId] == '-' &&
                   host.find_first_not_of("0123456789abcdef-") == std::string_view::npos;
  const std::string_view ending = name.substr(host.size());
  const bool log = ending.ends_with(".log") &&
                   ending.find_first_not_of(".log0123456789") == std::string_view::npos;
  return ids && log ? host : std::string_view();
}

/// Somebody has it open as a HostLog.
bool InUse(const std::string& path) {
  const UniqueFd file(open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  return file && flock(file.get(), LOCK_EX | LOCK_NB) != 0;
}

void AddFile(const std::string& directory, const std::string& name, EndedHostLog& log) {
  struct stat about {};
  if (lstat(JoinPath(directory, name).c_str(), &about) != 0) return;
  log.files.push_back(name);
  log.bytes += static_cast<std::uint64_t>(about.st_size);
  const Clock::WallTime written{std::chrono::milliseconds(
      static_cast<std::int64_t>(about.st_mtim.tv_sec) * 1000 + about.st_mtim.tv_nsec / 1'000'000)};
  log.last_written = std::max(log.last_written, written);
}

}  // namespace

std::vector<std::string> FilesToPrune(std::vector<EndedHostLog> logs,
                                      const HostLogRetention& retention, Clock::WallTime now) {
  std::sort(logs.begin(), logs.end(), [](const EndedHostLog& a, const EndedHostLog& b) {
    return a.last_written > b.last_written;
  });
  std::vector<std::string> files;
  std::uint64_t hosts = 0;
  std::uint64_t bytes = 0;
  for (const EndedHostLog& log : logs) {
    ++hosts;
    bytes += log.bytes;
    const bool stays = hosts <= retention.hosts && bytes <= retention.bytes &&
                       now - log.last_written <= retention.age;
    if (!stays) files.insert(files.end(), log.files.begin(), log.files.end());
  }
  return files;
}

std::vector<EndedHostLog> FindEndedHostLogs(const std::string& directory) {
  const Result<std::vector<std::string>> names = PosixFileSystem().List(directory);
  if (!names.ok()) return {};
  std::map<std::string, EndedHostLog, std::less<>> hosts;
  for (const std::string& name : *names) {
    const std::string host(HostOf(name));
    if (!host.empty()) AddFile(directory, name, hosts[host]);
  }
  std::vector<EndedHostLog> ended;
  for (auto& [host, log] : hosts) {
    if (!InUse(JoinPath(directory, host + ".log"))) ended.push_back(std::move(log));
  }
  return ended;
}

void PruneHostLogs(const std::string& directory, const HostLogRetention& retention,
                   Clock::WallTime now) {
  for (const std::string& name : FilesToPrune(FindEndedHostLogs(directory), retention, now)) {
    static_cast<void>(PosixFileSystem().Remove(JoinPath(directory, name)));
  }
}

}  // namespace penstock
