#include "cli/diagnose_local.h"

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <functional>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "cli/cluster_file.h"
#include "cli/version.h"
#include "common/config/options.h"
#include "common/file_system.h"

namespace penstock {
namespace {

namespace json = boost::json;

std::string DataDirectory(const CommandContext& context) {
  return context.config.Get(options::kDataDirectory);
}

void AddFile(const std::string& path, const std::string& name, DiagnoseReport& report) {
  const Result<std::string> content = ReadFile(PosixFileSystem(), path);
  if (content.ok())
    report.Add(name, *content);
  else
    report.Miss(name, content.status());
}

std::string ConfigurationText(const Configuration& config) {
  std::string text;
  for (const OptionSpec* spec : AllOptions()) {
    const Configuration::Entry entry = config.Find(*spec);
    text += fmt::format("{}: {}  # {} {}\n", spec->key, entry.value, ToString(entry.origin),
                        entry.where);
  }
  return text;
}

/// Of /proc/<pid>/status what matters, and the command.
std::string DescribeProcess(const std::string& pid) {
  const auto read = [&](const char* file) {
    return ReadFile(PosixFileSystem(), JoinPath("/proc/" + pid, file));
  };
  const Result<std::string> command = read("cmdline");
  const Result<std::string> status = read("status");
  if (!command.ok() || !status.ok()) return "";  // it has ended meanwhile
  std::string words = *command;
  std::replace(words.begin(), words.end(), '\0', ' ');
  std::string text = fmt::format("pid {}: {}\n", pid, words);
  std::string_view rest = *status;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    for (const char* field : {"PPid:", "State:", "Threads:", "VmRSS:", "VmHWM:", "FDSize:"}) {
      if (line.starts_with(field)) text += fmt::format("  {}\n", line);
    }
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
  }
  return text;
}

/// All processes of this user that run this program.
std::string ProcessesText() {
  std::string text;
  const Result<std::vector<std::string>> entries = PosixFileSystem().List("/proc");
  if (!entries.ok()) return "";
  for (const std::string& entry : *entries) {
    if (entry.find_first_not_of("0123456789") != std::string::npos) continue;
    const auto name = ReadFile(PosixFileSystem(), "/proc/" + entry + "/comm");
    if (name.ok() && name->starts_with("penstock")) text += DescribeProcess(entry);
  }
  return text;
}

std::string MachineText(const std::string& data_directory) {
  utsname system{};
  uname(&system);
  std::string text = fmt::format("{} {} {} {}\ncores: {}\n", system.sysname, system.release,
                                 system.version, system.machine, sysconf(_SC_NPROCESSORS_ONLN));
  struct statvfs disk {};
  if (statvfs(data_directory.c_str(), &disk) == 0) {
    text += fmt::format("{}: {} free of {}\n", data_directory,
                        HumanBytes(disk.f_bavail * disk.f_frsize),
                        HumanBytes(disk.f_blocks * disk.f_frsize));
  }
  for (const char* file : {"/proc/loadavg", "/proc/meminfo"}) {
    const Result<std::string> content = ReadFile(PosixFileSystem(), file);
    if (content.ok()) text += fmt::format("{}:\n{}", file, *content);
  }
  return text;
}

/// The end of a file, at most `bytes` of it.
Result<std::string> ReadEnd(const std::string& path, std::uint64_t bytes) {
  PENSTOCK_ASSIGN_OR_RETURN(const std::uint64_t size, PosixFileSystem().FileSize(path));
  PENSTOCK_ASSIGN_OR_RETURN(const auto file, PosixFileSystem().Open(path));
  std::string content(std::min(size, bytes), '\0');
  PENSTOCK_ASSIGN_OR_RETURN(const std::size_t got,
                            file->Read(size - content.size(), content.data(), content.size()));
  content.resize(got);
  return content;
}

}  // namespace

void AddLocalFacts(const CommandContext& context, DiagnoseReport& report) {
  report.Add("local/version.txt", VersionText() + "\n");
  report.Add("local/configuration.yaml", ConfigurationText(context.config));
  report.Add("local/machine.txt", MachineText(DataDirectory(context)));
  report.Add("local/processes.txt", ProcessesText());
  AddFile(ClusterFilePath(DataDirectory(context)), "local/cluster.json", report);
}

void AddLocalLogs(const CommandContext& context, DiagnoseReport& report) {
  constexpr std::size_t kFiles = 40;
  constexpr std::uint64_t kEnd = 1u << 20;
  const std::string directory = JoinPath(DataDirectory(context), "logs");
  const Result<std::vector<std::string>> names = PosixFileSystem().List(directory);
  if (!names.ok()) return report.Miss("local/logs", names.status());
  std::vector<std::pair<std::int64_t, std::string>> newest;
  for (const std::string& name : *names) {
    struct stat about {};
    const bool found = lstat(JoinPath(directory, name).c_str(), &about) == 0;
    if (found && S_ISREG(about.st_mode)) newest.emplace_back(about.st_mtim.tv_sec, name);
  }
  std::sort(newest.begin(), newest.end(), std::greater<>());
  newest.resize(std::min(newest.size(), kFiles));
  for (const auto& [time, name] : newest) {
    const Result<std::string> end = ReadEnd(JoinPath(directory, name), kEnd);
    if (end.ok())
      report.Add("local/logs/" + name, *end);
    else
      report.Miss("local/logs/" + name, end.status());
  }
}

}  // namespace penstock
