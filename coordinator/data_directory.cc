#include "coordinator/data_directory.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <cstring>
#include <random>

#include <fmt/format.h>

#include "common/config/options.h"

namespace penstock {
namespace {

/// The content of `path`; a new random one when there is no such file.
Result<std::string> EnsureSecretFile(FileSystem& fs, const std::string& directory,
                                     const std::string& path) {
  PENSTOCK_RETURN_IF_ERROR(
      MakeConfiguredDirectory(fs, directory, options::kDataDirectory.spec.key));
  auto content = ReadFile(fs, path);
  if (!content.ok() && content.status().code() == ErrorCode::kNotFound) {
    // Linked into place, so that of two processes that come first at the same time one wins.
    const std::string fresh = fmt::format("{}.new-{}", path, RandomSecret().substr(0, 16));
    PENSTOCK_RETURN_IF_ERROR(WriteFileAtomically(fs, fresh, RandomSecret()));
    const Status linked = fs.Link(fresh, path);
    PENSTOCK_RETURN_IF_ERROR(fs.Remove(fresh));
    if (!linked.ok() && linked.code() != ErrorCode::kAlreadyExists) return linked;
    PENSTOCK_RETURN_IF_ERROR(fs.SyncDirectory(directory));
    content = ReadFile(fs, path);
  }
  PENSTOCK_RETURN_IF_ERROR(content.status());
  if (content->size() < 32) {
    return Status::Corruption(
        fmt::format("{}: expected at least 32 characters, found {}", path, content->size()),
        "remove the file while nothing of the cluster runs; a new one is made");
  }
  return content;
}

}  // namespace

Status MakeConfiguredDirectory(FileSystem& fs, const std::string& directory,
                               std::string_view option) {
  const Status made = fs.MakeDirectories(directory);
  if (made.ok()) return made;
  return Status::External(
      made.message(),
      fmt::format("choose another directory with -D {}=…, or move what is in the way", option));
}

std::string RandomSecret() {
  std::random_device random;
  std::string secret;
  for (int i = 0; i < 8; ++i) secret += fmt::format("{:08x}", random());
  return secret;
}

Result<std::string> EnsureClusterSecret(FileSystem& fs, const std::string& data_directory) {
  return EnsureSecretFile(fs, data_directory, JoinPath(data_directory, "secret"));
}

Result<std::string> EnsureRestToken(FileSystem& fs, const std::string& data_directory) {
  return EnsureSecretFile(fs, data_directory, JoinPath(data_directory, "token"));
}

Result<UniqueFd> LockDataDirectory(const std::string& data_directory) {
  const std::string path = JoinPath(data_directory, "coordinator.lock");
  UniqueFd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!file) return Status::External(path + ": " + std::strerror(errno));
  if (::flock(file.get(), LOCK_EX | LOCK_NB) == 0) return file;
  if (errno != EWOULDBLOCK) return Status::External(path + ": lock: " + std::strerror(errno));
  return Status::User(ErrorCode::kConflict,
                      "another coordinator uses the data directory " + data_directory,
                      "stop it, or choose another directory with -D penstock.data-dir=…");
}

}  // namespace penstock
