#include "common/process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

// glibc 2.36 declares its functions without C linkage for C++.
extern "C" {
#include <sys/pidfd.h>
}

namespace penstock {
namespace {

Status SystemError(const std::string& what, int error) {
  return Status::External(what + ": " + std::generic_category().message(error));
}

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> EnvironmentWith(const std::map<std::string, std::string>& additions) {
  std::vector<std::string> variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    if (!additions.contains(std::string(text.substr(0, text.find('='))))) {
      variables.emplace_back(text);
    }
  }
  for (const auto& [name, value] : additions) variables.push_back(name + "=" + value);
  return variables;
}

/// The two C objects that describe a spawn, with their lifetime.
class SpawnSetup {
 public:
  SpawnSetup() {
    posix_spawn_file_actions_init(&actions_);
    posix_spawnattr_init(&attributes_);
  }
  ~SpawnSetup() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  SpawnSetup(const SpawnSetup&) = delete;
  SpawnSetup& operator=(const SpawnSetup&) = delete;

  Status MapFds(const SpawnOptions& options) {
    int highest = 2;
    for (const auto& [from, to] : options.fds) highest = std::max(highest, to);
    // Through copies above every target, so that no mapping overwrites the source of another.
    for (const auto& [from, to] : options.fds) {
      UniqueFd copy(::fcntl(from, F_DUPFD_CLOEXEC, highest + 1));
      if (!copy) return SystemError(fmt::format("copy descriptor {}", from), errno);
      posix_spawn_file_actions_adddup2(&actions_, copy.get(), to);
      copies_.push_back(std::move(copy));
    }
    OpenFor(STDOUT_FILENO, options.stdout_file);
    OpenFor(STDERR_FILENO, options.stderr_file);
    CloseUnmapped(options, highest);
    return {};
  }

  void SetSignals(bool new_process_group) {
    short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    if (new_process_group) {
      flags |= POSIX_SPAWN_SETPGROUP;
      posix_spawnattr_setpgroup(&attributes_, 0);
    }
    posix_spawnattr_setflags(&attributes_, flags);
  }

  const posix_spawn_file_actions_t* actions() const { return &actions_; }
  const posix_spawnattr_t* attributes() const { return &attributes_; }

 private:
  void OpenFor(int fd, const std::string& path) {
    if (path.empty()) return;
    posix_spawn_file_actions_addopen(&actions_, fd, path.c_str(), O_WRONLY | O_CREAT | O_APPEND,
                                     0600);
  }

  void CloseUnmapped(const SpawnOptions& options, int highest) {
    for (int fd = 3; fd <= highest; ++fd) {
      const bool mapped = std::any_of(options.fds.begin(), options.fds.end(),
                                      [&](const auto& mapping) { return mapping.second == fd; });
      if (!mapped) posix_spawn_file_actions_addclose(&actions_, fd);
    }
    posix_spawn_file_actions_addclosefrom_np(&actions_, highest + 1);
  }

  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
  std::vector<UniqueFd> copies_;
};

ExitStatus FromSigInfo(const siginfo_t& info) {
  return {.signalled = info.si_code != CLD_EXITED,
          .value = info.si_status,
          .core_dumped = info.si_code == CLD_DUMPED};
}

}  // namespace

void UniqueFd::Reset(int fd) {
  if (const int old = std::exchange(fd_, fd); old >= 0) ::close(old);
}

Result<Pipe> MakePipe() {
  int fds[2];
  if (::pipe2(fds, O_CLOEXEC) != 0) return SystemError("pipe", errno);
  return Pipe{UniqueFd(fds[0]), UniqueFd(fds[1])};
}

std::string ToString(const ExitStatus& status) {
  if (!status.signalled) return fmt::format("exited with code {}", status.value);
  const char* name = ::sigabbrev_np(status.value);
  const char* description = ::sigdescr_np(status.value);
  const std::string core = status.core_dumped ? ", core dumped" : "";
  if (name == nullptr || description == nullptr) {
    return fmt::format("killed by signal {}{}", status.value, core);
  }
  return fmt::format("killed by SIG{} ({}){}", name, description, core);
}

Result<ChildProcess> ChildProcess::Spawn(const SpawnOptions& options) {
  if (options.argv.empty()) return Status::Internal("spawn without a program");
  SpawnSetup setup;
  PENSTOCK_RETURN_IF_ERROR(setup.MapFds(options));
  setup.SetSignals(options.new_process_group);
  std::vector<std::string> arguments = options.argv;
  std::vector<std::string> environment = EnvironmentWith(options.environment);
  pid_t pid = -1;
  const int error = ::posix_spawnp(&pid, arguments[0].c_str(), setup.actions(), setup.attributes(),
                                   Pointers(arguments).data(), Pointers(environment).data());
  if (error != 0) return SystemError("start " + arguments[0], error);
  // Nobody has reaped the child yet, so the id is still its own.
  UniqueFd pidfd(::pidfd_open(pid, 0));
  if (!pidfd) {
    const int open_error = errno;
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    return SystemError("pidfd_open", open_error);
  }
  return ChildProcess(pid, std::move(pidfd));
}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
  if (this == &other) return *this;
  KillAndReap();
  pid_ = other.pid_;
  pidfd_ = std::move(other.pidfd_);
  ended_ = other.ended_;
  return *this;
}

ChildProcess::~ChildProcess() { KillAndReap(); }

void ChildProcess::KillAndReap() {
  if (!pidfd_ || ended_) return;
  static_cast<void>(Signal(SIGKILL));
  static_cast<void>(Wait());
}

Result<std::optional<ExitStatus>> ChildProcess::WaitWith(int flags) {
  if (ended_) return ended_;
  siginfo_t info{};
  int result = 0;
  do {
    result = ::waitid(P_PIDFD, static_cast<id_t>(pidfd_.get()), &info, WEXITED | flags);
  } while (result != 0 && errno == EINTR);
  if (result != 0) return SystemError("waitid", errno);
  if (info.si_pid != 0) ended_ = FromSigInfo(info);
  return ended_;
}

Result<std::optional<ExitStatus>> ChildProcess::TryWait() { return WaitWith(WNOHANG); }

bool ChildProcess::Ending() const {
  constexpr unsigned long kExiting = 0x4;  // PF_EXITING in Linux' sched.h
  if (ended_) return true;
  // proc(5): the name, which may contain anything, then state, ppid, pgrp, session, tty, tpgid,
  // flags.
  std::ifstream file("/proc/" + std::to_string(pid_) + "/stat");
  std::string stat;
  std::getline(file, stat);
  std::istringstream fields(stat.substr(std::min(stat.rfind(')') + 1, stat.size())));
  std::string skipped;
  for (int i = 0; i < 6; ++i) fields >> skipped;
  unsigned long flags = 0;
  return !(fields >> flags) || (flags & kExiting) != 0;
}

Result<ExitStatus> ChildProcess::Wait() {
  PENSTOCK_ASSIGN_OR_RETURN(const std::optional<ExitStatus> status, WaitWith(0));
  return *status;
}

Status ChildProcess::Signal(int signal) {
  if (ended_ || ::pidfd_send_signal(pidfd_.get(), signal, nullptr, 0) == 0) return {};
  return errno == ESRCH ? Status() : SystemError("signal", errno);
}

}  // namespace penstock
