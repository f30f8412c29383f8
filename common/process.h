#pragma once

#include <sys/types.h>

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/status.h"

namespace penstock {

/// A file descriptor that is closed with its owner.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    if (this != &other) Reset(std::exchange(other.fd_, -1));
    return *this;
  }
  ~UniqueFd() { Reset(); }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  int Release() { return std::exchange(fd_, -1); }
  void Reset(int fd = -1);

 private:
  int fd_ = -1;
};

struct Pipe {
  UniqueFd read;
  UniqueFd write;
};
/// Both ends are closed on exec unless mapped by SpawnOptions.
Result<Pipe> MakePipe();

/// How a process ended.
struct ExitStatus {
  bool signalled = false;
  /// Exit code, or signal number.
  int value = 0;
  bool core_dumped = false;

  bool ok() const { return !signalled && value == 0; }
  bool operator==(const ExitStatus&) const = default;
};
/// Such as "exited with code 3" or "killed by SIGSEGV (Segmentation fault)".
std::string ToString(const ExitStatus& status);

struct SpawnOptions {
  /// Program (searched in PATH when without a slash) and arguments.
  std::vector<std::string> argv;
  /// Added to or replacing variables of this process's environment.
  std::map<std::string, std::string> environment{};
  /// (descriptor here, descriptor in the child). No others above 2 are inherited.
  std::vector<std::pair<int, int>> fds{};
  /// Appended to; created with mode 0600. Empty: inherited, unless mapped by `fds`.
  std::string stdout_file{};
  std::string stderr_file{};
  /// Keeps signals of the terminal, such as Ctrl-C, from the child.
  bool new_process_group = false;
};

/// A child process, watched through a pidfd, so that a recycled process id is never signalled.
/// Destroying it kills and reaps a child that still runs. Not thread-safe.
class ChildProcess {
 public:
  ChildProcess(ChildProcess&&) noexcept = default;
  ChildProcess& operator=(ChildProcess&& other) noexcept;
  ~ChildProcess();

  /// The child has default signal actions and an empty signal mask. A program that does not exist
  /// is an error here.
  static Result<ChildProcess> Spawn(const SpawnOptions& options);

  pid_t pid() const { return pid_; }
  /// Becomes readable, for poll and the like, when the child has ended.
  int pidfd() const { return pidfd_.get(); }

  /// Nothing while it runs. Reaps the child; later calls return the same.
  Result<std::optional<ExitStatus>> TryWait();
  /// It has ended or is about to: its descriptors may be closed before TryWait has anything.
  bool Ending() const;
  /// Blocks until the child has ended.
  Result<ExitStatus> Wait();
  /// OK when it has ended already.
  Status Signal(int signal);
  /// Lets the child run on by itself; nothing else may be called afterwards.
  void Detach() { pidfd_.Reset(); }

 private:
  ChildProcess(pid_t pid, UniqueFd pidfd) : pid_(pid), pidfd_(std::move(pidfd)) {}
  Result<std::optional<ExitStatus>> WaitWith(int flags);
  void KillAndReap();

  pid_t pid_ = -1;
  UniqueFd pidfd_;
  std::optional<ExitStatus> ended_;
};

}  // namespace penstock
