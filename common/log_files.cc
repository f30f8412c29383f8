#include "common/log_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "common/file_system.h"
#include "common/process.h"

namespace penstock {
namespace {

constexpr std::string_view kPlain =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

Status NoSuchLog(const std::string& name) {
  return Status::NotFound("there is no log '" + EscapeControls(name) + "'",
                          "the path …/logs lists those that there are");
}

/// ".log", ".out", and what rotation makes of them: ".1.log", ".log.1".
bool IsLogEnding(std::string_view ending) {
  return ending.starts_with('.') && ending.find_first_not_of(kPlain) == std::string_view::npos &&
         (ending.find(".log") != std::string_view::npos ||
          ending.find(".out") != std::string_view::npos);
}

/// "<32 hex digits>-<32 hex digits>"
bool IsHostLog(std::string_view stem) {
  constexpr std::size_t kId = 32;
  return stem.size() == 2 * kId + 1 && stem[kId] == '-' &&
         stem.find_first_not_of("0123456789abcdef-") == std::string_view::npos;
}

/// Nothing when it is no regular file.
std::optional<struct stat> StatRegular(int fd) {
  struct stat about {};
  if (::fstat(fd, &about) != 0 || !S_ISREG(about.st_mode)) return std::nullopt;
  return about;
}

std::int64_t ToMillis(const timespec& time) {
  return static_cast<std::int64_t>(time.tv_sec) * 1000 + time.tv_nsec / 1'000'000;
}

/// Up to `length` bytes from `offset`.
Result<std::string> ReadAt(int fd, std::uint64_t offset, std::size_t length) {
  std::string bytes(length, '\0');
  std::size_t done = 0;
  while (done < length) {
    const ssize_t got =
        ::pread(fd, bytes.data() + done, length - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Status::External(std::string("cannot read a log: ") + strerror(errno));
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  bytes.resize(done);
  return bytes;
}

}  // namespace

bool LogFiles::Shows(std::string_view name) const {
  const std::size_t dot = std::min(name.find('.'), name.size());
  const std::string_view stem = name.substr(0, dot);
  if (stem.empty() || !IsLogEnding(name.substr(dot))) return false;
  return stem == role_ || (scope_ == Scope::kWorker && IsHostLog(stem));
}

std::vector<LogFile> LogFiles::List() const {
  std::vector<LogFile> files;
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(directory_.c_str()), ::closedir);
  if (directory == nullptr) return files;
  while (const dirent* entry = ::readdir(directory.get())) {
    if (!Shows(entry->d_name)) continue;
    struct stat about {};
    const int failed =
        ::fstatat(::dirfd(directory.get()), entry->d_name, &about, AT_SYMLINK_NOFOLLOW);
    if (failed != 0 || !S_ISREG(about.st_mode)) continue;
    files.push_back(
        {entry->d_name, static_cast<std::uint64_t>(about.st_size), ToMillis(about.st_mtim)});
  }
  std::sort(files.begin(), files.end(), [](const LogFile& a, const LogFile& b) {
    return a.modified_millis != b.modified_millis ? a.modified_millis > b.modified_millis
                                                  : a.name < b.name;
  });
  return files;
}

Result<std::string> LogFiles::Resolve(const std::string& name) const {
  if (name != "log" && name != "stdout")
    return Shows(name) ? name : Result<std::string>(NoSuchLog(name));
  if (role_.empty()) {
    return Status::NotFound("this process keeps no log of its own",
                            "it writes to the terminal, or where its stderr was sent");
  }
  struct stat about {};
  const std::string log = role_ + ".log";
  const bool has_log = ::lstat(JoinPath(directory_, log).c_str(), &about) == 0;
  return name == "log" && has_log ? log : role_ + ".out";
}

Result<LogPart> LogFiles::Read(const std::string& name, const LogRange& range) const {
  PENSTOCK_ASSIGN_OR_RETURN(const std::string file_name, Resolve(name));
  const UniqueFd file(::open(JoinPath(directory_, file_name).c_str(),
                             O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  const auto about = file ? StatRegular(file.get()) : std::nullopt;
  if (!about) return NoSuchLog(file_name);
  LogPart part;
  part.file_size = static_cast<std::uint64_t>(about->st_size);
  part.offset = range.from_end ? part.file_size - std::min(part.file_size, range.max_bytes)
                               : std::min(range.offset, part.file_size);
  const std::uint64_t length = std::min(range.max_bytes, part.file_size - part.offset);
  PENSTOCK_ASSIGN_OR_RETURN(part.bytes,
                            ReadAt(file.get(), part.offset, static_cast<std::size_t>(length)));
  return part;
}

std::string LogRole(const std::string& directory) {
  char target[4096];
  const ssize_t length = ::readlink("/proc/self/fd/2", target, sizeof(target));
  if (length <= 0) return "";
  const std::string path(target, static_cast<std::size_t>(length));
  const auto real = PosixFileSystem().RealPath(directory);
  if (!real.ok() || ParentPath(path) != *real) return "";
  const std::string name = path.substr(path.rfind('/') + 1);
  return name.substr(0, name.find('.'));
}

std::string EscapeControls(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool control = byte < 0x20 || byte == 0x7f;
    if (control && c != '\n' && c != '\t')
      out += fmt::format("\\x{:02x}", byte);
    else
      out += c;
  }
  return out;
}

}  // namespace penstock
