#include "common/file_system.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <system_error>
#include <utility>

namespace penstock {
namespace {

ErrorCode CodeOf(int error) {
  switch (error) {
    case ENOENT: return ErrorCode::kNotFound;
    case EEXIST: return ErrorCode::kAlreadyExists;
    case EACCES:
    case EPERM: return ErrorCode::kUnauthorized;
    case ENOSPC:
    case EDQUOT:
    case EMFILE:
    case ENFILE: return ErrorCode::kResourceExhausted;
    default: return ErrorCode::kFailed;
  }
}

std::string HintOf(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT: return "free some space on that file system";
    case EMFILE:
    case ENFILE: return "raise the limit of open files (ulimit -n)";
    case EACCES:
    case EPERM: return "check the owner and the permissions of that path";
    default: return "";
  }
}

Status ErrnoStatus(const std::string& path, const char* operation, int error) {
  return Status::Error(ErrorDomain::kExternal, CodeOf(error),
                       path + ": " + operation + ": " + std::generic_category().message(error),
                       HintOf(error));
}

/// Calls again while a signal interrupts.
template <typename Call>
auto Uninterrupted(Call call) {
  decltype(call()) result;
  do {
    result = call();
  } while (result < 0 && errno == EINTR);
  return result;
}

class PosixWritableFile final : public WritableFile {
 public:
  PosixWritableFile(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
  ~PosixWritableFile() override {
    if (fd_ >= 0) ::close(fd_);
  }

  Status Append(std::string_view bytes) override {
    if (fd_ < 0) return Status::Internal(path_ + ": append after close");
    if (buffer_.size() + bytes.size() <= kBufferSize) {
      buffer_.append(bytes);
      return {};
    }
    PENSTOCK_RETURN_IF_ERROR(Flush());
    if (bytes.size() >= kBufferSize) return WriteAll(bytes);
    buffer_.append(bytes);
    return {};
  }

  Status Sync() override {
    if (fd_ < 0) return Status::Internal(path_ + ": sync after close");
    PENSTOCK_RETURN_IF_ERROR(Flush());
    if (::fdatasync(fd_) != 0) return ErrnoStatus(path_, "sync", errno);
    return {};
  }

  Status Close() override {
    if (fd_ < 0) return {};
    Status status = Flush();
    // Not repeated after EINTR: on Linux the descriptor is gone in either case.
    if (::close(std::exchange(fd_, -1)) != 0 && errno != EINTR && status.ok()) {
      status = ErrnoStatus(path_, "close", errno);
    }
    return status;
  }

 private:
  static constexpr std::size_t kBufferSize = 64 * 1024;

  Status Flush() {
    Status status = WriteAll(buffer_);
    buffer_.clear();
    return status;
  }

  Status WriteAll(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t n = Uninterrupted([&] { return ::write(fd_, bytes.data(), bytes.size()); });
      if (n < 0) return ErrnoStatus(path_, "write", errno);
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return {};
  }

  const std::string path_;
  int fd_;
  std::string buffer_;
};

class PosixRandomAccessFile final : public RandomAccessFile {
 public:
  PosixRandomAccessFile(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
  ~PosixRandomAccessFile() override { ::close(fd_); }

  Result<std::size_t> Read(std::uint64_t offset, char* buffer, std::size_t length) override {
    std::size_t total = 0;
    while (total < length) {
      const ssize_t n = Uninterrupted([&] {
        return ::pread(fd_, buffer + total, length - total, static_cast<off_t>(offset + total));
      });
      if (n < 0) return ErrnoStatus(path_, "read", errno);
      if (n == 0) break;
      total += static_cast<std::size_t>(n);
    }
    return total;
  }

 private:
  const std::string path_;
  const int fd_;
};

Result<struct stat> StatPath(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return ErrnoStatus(path, "stat", errno);
  return info;
}

class PosixFileSystemImpl final : public FileSystem {
 public:
  Result<std::unique_ptr<WritableFile>> Create(const std::string& path) override {
    const int fd = Uninterrupted(
        [&] { return ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600); });
    if (fd < 0) return ErrnoStatus(path, "create", errno);
    return std::unique_ptr<WritableFile>(new PosixWritableFile(path, fd));
  }

  Result<std::unique_ptr<RandomAccessFile>> Open(const std::string& path) override {
    const int fd = Uninterrupted([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC); });
    if (fd < 0) return ErrnoStatus(path, "open", errno);
    return std::unique_ptr<RandomAccessFile>(new PosixRandomAccessFile(path, fd));
  }

  Result<std::uint64_t> FileSize(const std::string& path) override {
    PENSTOCK_ASSIGN_OR_RETURN(const struct stat info, StatPath(path));
    return static_cast<std::uint64_t>(info.st_size);
  }

  Result<bool> Exists(const std::string& path) override {
    struct stat info {};
    if (::lstat(path.c_str(), &info) == 0) return true;
    if (errno == ENOENT || errno == ENOTDIR) return false;
    return ErrnoStatus(path, "stat", errno);
  }

  Result<std::vector<std::string>> List(const std::string& directory) override {
    std::unique_ptr<DIR, int (*)(DIR*)> dir(::opendir(directory.c_str()), ::closedir);
    if (dir == nullptr) return ErrnoStatus(directory, "list", errno);
    std::vector<std::string> names;
    errno = 0;
    while (const dirent* entry = ::readdir(dir.get())) {
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") names.emplace_back(name);
    }
    if (errno != 0) return ErrnoStatus(directory, "list", errno);
    std::sort(names.begin(), names.end());
    return names;
  }

  Result<bool> IsDirectory(const std::string& path) override {
    PENSTOCK_ASSIGN_OR_RETURN(const struct stat info, StatPath(path));
    return S_ISDIR(info.st_mode);
  }

  Result<std::string> RealPath(const std::string& path) override {
    const std::unique_ptr<char, void (*)(void*)> real(::realpath(path.c_str(), nullptr), ::free);
    if (real == nullptr) return ErrnoStatus(path, "resolve", errno);
    return std::string(real.get());
  }

  Status Rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) == 0) return {};
    return ErrnoStatus(from, ("rename to " + to).c_str(), errno);
  }

  Status Link(const std::string& from, const std::string& to) override {
    if (::link(from.c_str(), to.c_str()) == 0) return {};
    return ErrnoStatus(from, ("link to " + to).c_str(), errno);
  }

  Status Remove(const std::string& path) override {
    if (::remove(path.c_str()) == 0) return {};
    return ErrnoStatus(path, "remove", errno);
  }

  Status RemoveTree(const std::string& path) override {
    struct stat info {};
    if (::lstat(path.c_str(), &info) != 0) {
      return errno == ENOENT ? Status() : ErrnoStatus(path, "stat", errno);
    }
    if (S_ISDIR(info.st_mode)) {
      PENSTOCK_ASSIGN_OR_RETURN(const auto names, List(path));
      for (const std::string& name : names) {
        PENSTOCK_RETURN_IF_ERROR(RemoveTree(JoinPath(path, name)));
      }
    }
    Status removed = Remove(path);
    return removed.code() == ErrorCode::kNotFound ? Status() : removed;
  }

  Status MakeDirectories(const std::string& path, unsigned mode) override {
    if (::mkdir(path.c_str(), mode) == 0) return {};
    if (errno == ENOENT && ParentPath(path) != path) {
      PENSTOCK_RETURN_IF_ERROR(MakeDirectories(ParentPath(path), mode));
      if (::mkdir(path.c_str(), mode) == 0) return {};
    }
    const int error = errno;
    struct stat info {};
    if (error == EEXIST && ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) return {};
    return ErrnoStatus(path, "make directory", error);
  }

  Status SyncDirectory(const std::string& path) override {
    const int fd =
        Uninterrupted([&] { return ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
    if (fd < 0) return ErrnoStatus(path, "open directory", errno);
    const int error = ::fsync(fd) == 0 ? 0 : errno;
    ::close(fd);
    return error == 0 ? Status() : ErrnoStatus(path, "sync directory", error);
  }
};

Status WriteWholeFile(FileSystem& fs, const std::string& path, std::string_view content) {
  PENSTOCK_ASSIGN_OR_RETURN(std::unique_ptr<WritableFile> file, fs.Create(path));
  PENSTOCK_RETURN_IF_ERROR(file->Append(content));
  PENSTOCK_RETURN_IF_ERROR(file->Sync());
  return file->Close();
}

}  // namespace

FileSystem& PosixFileSystem() {
  static PosixFileSystemImpl* const file_system = new PosixFileSystemImpl;
  return *file_system;
}

Result<std::string> ReadFile(FileSystem& fs, const std::string& path) {
  PENSTOCK_ASSIGN_OR_RETURN(std::unique_ptr<RandomAccessFile> file, fs.Open(path));
  PENSTOCK_ASSIGN_OR_RETURN(const std::uint64_t size, fs.FileSize(path));
  // Files of /proc and /sys claim to be empty, so reading goes on until there is no more.
  constexpr std::size_t kMinimumChunk = 4096;
  std::string content;
  std::size_t used = 0;
  while (true) {
    content.resize(std::max(static_cast<std::size_t>(size) + 1, used + kMinimumChunk));
    PENSTOCK_ASSIGN_OR_RETURN(const std::size_t n,
                              file->Read(used, content.data() + used, content.size() - used));
    used += n;
    if (n == 0) break;
  }
  content.resize(used);
  return content;
}

Status WriteFileAtomically(FileSystem& fs, const std::string& path, std::string_view content) {
  static std::atomic<std::uint64_t> next{0};
  const std::string temporary =
      path + ".tmp-" + std::to_string(::getpid()) + "-" + std::to_string(next.fetch_add(1));
  Status status = WriteWholeFile(fs, temporary, content);
  if (status.ok()) status = fs.Rename(temporary, path);
  if (!status.ok()) {
    // The first error is the one to report; a left-over temporary file does no harm.
    static_cast<void>(fs.Remove(temporary));
    return status;
  }
  return fs.SyncDirectory(ParentPath(path));
}

std::string CurrentDirectory() {
  char buffer[PATH_MAX];
  return ::getcwd(buffer, sizeof(buffer)) != nullptr ? buffer : "/";
}

std::string JoinPath(std::string_view directory, std::string_view name) {
  if (directory.empty()) return std::string(name);
  std::string path(directory);
  if (path.back() != '/') path.push_back('/');
  return path.append(name);
}

std::string ParentPath(std::string_view path) {
  while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return ".";
  return std::string(path.substr(0, std::max<std::size_t>(slash, 1)));
}

}  // namespace penstock
