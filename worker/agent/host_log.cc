#include "worker/agent/host_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "common/logging.h"

namespace penstock {

HostLog::HostLog(const std::string& path, std::uint64_t max_file)
    : file_(open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)), room_(max_file) {
  if (!file_) LogWarn("no log file for a task host", {{"path", path}, {"error", strerror(errno)}});
}

bool HostLog::Write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(file_.get(), bytes.data(), bytes.size());
    if (written >= 0)
      bytes.remove_prefix(static_cast<std::size_t>(written));
    else if (errno != EINTR)
      return false;
  }
  return true;
}

void HostLog::Append(std::string_view bytes) {
  tail_.append(bytes);
  if (tail_.size() > kMaxTail) {
    tail_.erase(0, tail_.size() - kMaxTail);
    cut_ = true;
  }
  if (!file_) return;
  const bool full = bytes.size() > room_;
  const std::string_view fitting = bytes.substr(0, room_);
  room_ -= fitting.size();
  if (!Write(fitting)) return file_.Reset();
  if (!full) return;
  Write("\n[the rest is not kept: the log is full]\n");
  file_.Reset();
}

std::string HostLog::Tail() const {
  const std::size_t line = cut_ ? tail_.find('\n') : std::string::npos;
  return line == std::string::npos ? tail_ : tail_.substr(line + 1);
}

}  // namespace penstock
