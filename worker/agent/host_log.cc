#include "worker/agent/host_log.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fmt/format.h>

#include "common/logging.h"

namespace penstock {
namespace {

constexpr std::string_view kEnding = ".log";

/// How much of `bytes` completes a file that has room for `room` < bytes.size(): up to the end of
/// the line that crosses the limit, unless that is far.
std::size_t LastPart(std::string_view bytes, std::uint64_t room, std::uint64_t file_bytes) {
  const std::size_t newline = bytes.find('\n', room);
  const std::size_t whole = newline == std::string_view::npos ? bytes.size() : newline + 1;
  return std::min<std::size_t>(whole, room + file_bytes);
}

}  // namespace

std::string PutAsideName(std::string_view path, unsigned number) {
  if (path.ends_with(kEnding)) path.remove_suffix(kEnding.size());
  return fmt::format("{}.{}{}", path, number, kEnding);
}

HostLog::HostLog(std::string path, HostLogLimits limits) : path_(std::move(path)), limits_(limits) {
  Open();
}

void HostLog::Open() {
  file_.Reset(open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (!file_) {
    LogWarn("no log file for a task host", {{"path", path_}, {"error", strerror(errno)}});
    return;
  }
  flock(file_.get(), LOCK_SH);
  struct stat about {};
  size_ = fstat(file_.get(), &about) == 0 ? static_cast<std::uint64_t>(about.st_size) : 0;
}

void HostLog::Write(std::string_view bytes) {
  while (!bytes.empty() && file_) {
    const ssize_t written = write(file_.get(), bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
      size_ += static_cast<std::uint64_t>(written);
    } else if (errno != EINTR) {
      file_.Reset();
    }
  }
}

void HostLog::PutAside() {
  if (!file_) return;
  // Where there is none to put aside yet, the renaming fails, which is fine.
  for (unsigned number = limits_.files; number > 1; --number) {
    std::rename(PutAsideName(path_, number - 1).c_str(), PutAsideName(path_, number).c_str());
  }
  if (limits_.files == 0) {
    unlink(path_.c_str());
  } else {
    std::rename(path_.c_str(), PutAsideName(path_, 1).c_str());
  }
  Open();
}

void HostLog::Append(std::string_view bytes) {
  Remember(bytes);
  while (!bytes.empty() && file_) {
    const std::uint64_t room = limits_.file_bytes - std::min(limits_.file_bytes, size_);
    if (bytes.size() <= room) return Write(bytes);
    const std::size_t part = LastPart(bytes, room, limits_.file_bytes);
    Write(bytes.substr(0, part));
    const bool whole_line = bytes[part - 1] == '\n';
    bytes.remove_prefix(part);
    if (whole_line || size_ >= 2 * limits_.file_bytes) PutAside();
  }
}

void HostLog::Remember(std::string_view bytes) {
  tail_.append(bytes);
  if (tail_.size() <= kMaxTail) return;
  tail_.erase(0, tail_.size() - kMaxTail);
  cut_ = true;
}

std::string HostLog::Tail() const {
  const std::size_t line = cut_ ? tail_.find('\n') : std::string::npos;
  return line == std::string::npos ? tail_ : tail_.substr(line + 1);
}

}  // namespace penstock
