#include "cli/cluster_file.h"

#include <csignal>

#include <boost/json.hpp>

#include "cli/json_fields.h"

namespace penstock {
namespace {

namespace json = boost::json;

/// The process exists and is a supervisor, not somebody who got its number since.
bool IsSupervisor(pid_t pid) {
  if (pid <= 0 || kill(pid, 0) != 0) return false;
  Result<std::string> command =
      ReadFile(PosixFileSystem(), "/proc/" + std::to_string(pid) + "/cmdline");
  return command.ok() && command->find("supervise") != std::string::npos;
}

}  // namespace

std::string ClusterFilePath(const std::string& data_directory) {
  return JoinPath(data_directory, "cluster.json");
}

json::value ClusterFileToJson(const ClusterFile& file) {
  json::array processes;
  for (const ClusterProcess& process : file.processes) {
    processes.push_back(
        json::object{{"role", process.role}, {"pid", process.pid}, {"restarts", process.restarts}});
  }
  return {{"supervisor", file.supervisor}, {"rest-url", file.rest_url}, {"processes", processes}};
}

Status WriteClusterFile(FileSystem& fs, const std::string& data_directory,
                        const ClusterFile& file) {
  return WriteFileAtomically(fs, ClusterFilePath(data_directory),
                             json::serialize(ClusterFileToJson(file)));
}

Result<std::optional<ClusterFile>> ReadClusterFile(FileSystem& fs,
                                                   const std::string& data_directory) {
  const std::string path = ClusterFilePath(data_directory);
  Result<std::string> text = ReadFile(fs, path);
  if (!text.ok()) {
    if (text.status().code() == ErrorCode::kNotFound) return std::optional<ClusterFile>();
    return Status::External(text.status().message(),
                            "choose another directory with -D penstock.data-dir=…");
  }
  json::error_code failure;
  const json::value value = json::parse(*text, failure);
  if (failure) return Status::Corruption(path + " is not JSON", "remove it if no cluster runs");
  ClusterFile file;
  file.supervisor = static_cast<pid_t>(NumberField(value, "supervisor"));
  file.rest_url = TextField(value, "rest-url");
  for (const json::value& process : ArrayField(value, "processes")) {
    file.processes.push_back({TextField(process, "role"),
                              static_cast<pid_t>(NumberField(process, "pid")),
                              static_cast<unsigned>(NumberField(process, "restarts"))});
  }
  if (!IsSupervisor(file.supervisor)) return std::optional<ClusterFile>();
  return std::optional(file);
}

}  // namespace penstock
