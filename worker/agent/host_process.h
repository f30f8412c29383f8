#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/process.h"
#include "wire/message_pipe.h"
#include "wire/messages.h"
#include "worker/agent/host_log.h"

namespace penstock {

struct HostProcessOptions {
  /// Program and arguments of a task host; it finds its socket at descriptor kTaskHostFd.
  std::vector<std::string> command;
  std::string log_directory;  ///< Exists; one file <job>-<host>.log each.
  HostLogLimits log_limits{};
};

/// One task host process as its worker sees it: the process, its socket, its output. Nothing here
/// blocks but the start. Not thread-safe.
class HostProcess {
 public:
  /// Starts the process and queues the setup for it.
  static Result<std::unique_ptr<HostProcess>> Spawn(const HostProcessOptions& options,
                                                    const HostSetup& setup);

  pid_t pid() const { return child_.pid(); }
  int pidfd() const { return child_.pidfd(); }
  int socket() const { return socket_.get(); }
  int output() const { return output_.get(); }
  bool wants_to_write() const { return !outgoing_.empty(); }

  /// Queues a command. Not OK when the host has let too much pile up.
  Status Queue(std::string_view message);
  /// Writes what the socket takes.
  void Flush();
  /// Reads what is there. Not OK when the host speaks nonsense; empty when it has nothing to say.
  Result<std::vector<HostEvent>> Receive();
  /// Has the host closed its end?
  bool closed() const { return closed_; }
  /// Keeps what the host has printed; a part of it when it prints faster than that.
  void DrainOutput();
  /// SIGKILL.
  Status Kill();
  /// Nothing while it runs.
  Result<std::optional<ExitStatus>> TryWait() { return child_.TryWait(); }
  bool Ending() const { return child_.Ending(); }
  std::string LogTail() const { return log_.Tail(); }

 private:
  HostProcess(ChildProcess child, UniqueFd socket, UniqueFd output, HostLog log);

  ChildProcess child_;
  UniqueFd socket_;
  UniqueFd output_;
  HostLog log_;
  MessageSplitter splitter_;
  std::string outgoing_;
  bool closed_ = false;
};

}  // namespace penstock
