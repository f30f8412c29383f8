#include "worker/agent/host_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "common/file_system.h"

namespace penstock {
namespace {

constexpr std::size_t kReadSize = 64u << 10;
/// Of a host's output at once: all that a pipe can hold, but no endless stream.
constexpr int kMaxReads = 4;
/// A host that leaves more than this unread is taken for stuck.
constexpr std::size_t kMaxQueued = 2 * kMaxControlMessage;

void SetNonBlocking(int fd) { fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK); }

}  // namespace

HostProcess::HostProcess(ChildProcess child, UniqueFd socket, UniqueFd output, HostLog log)
    : child_(std::move(child)),
      socket_(std::move(socket)),
      output_(std::move(output)),
      log_(std::move(log)) {}

Result<std::unique_ptr<HostProcess>> HostProcess::Spawn(const HostProcessOptions& options,
                                                        const HostSetup& setup) {
  PENSTOCK_ASSIGN_OR_RETURN(SocketPair sockets, MakeSocketPair());
  PENSTOCK_ASSIGN_OR_RETURN(Pipe output, MakePipe());
  SetNonBlocking(sockets.first.get());
  SetNonBlocking(output.read.get());
  PENSTOCK_ASSIGN_OR_RETURN(ChildProcess child,
                            ChildProcess::Spawn({.argv = options.command,
                                                 .fds = {{output.write.get(), STDOUT_FILENO},
                                                         {output.write.get(), STDERR_FILENO},
                                                         {sockets.second.get(), kTaskHostFd}},
                                                 .new_process_group = true}));
  const std::string name = ToString(setup.job.id) + "-" + ToString(setup.host) + ".log";
  std::unique_ptr<HostProcess> process(
      new HostProcess(std::move(child), std::move(sockets.first), std::move(output.read),
                      HostLog(JoinPath(options.log_directory, name), options.log_limits)));
  PENSTOCK_RETURN_IF_ERROR(process->Queue(EncodeHostSetup(setup)));
  return process;
}

Status HostProcess::Queue(std::string_view message) {
  if (message.size() > kMaxControlMessage || outgoing_.size() + message.size() > kMaxQueued) {
    return Status::Internal("a task host does not read its commands");
  }
  AppendFramed(message, outgoing_);
  Flush();
  return Status::Ok();
}

void HostProcess::Flush() {
  std::size_t done = 0;
  while (done < outgoing_.size()) {
    const ssize_t sent = send(socket_.get(), outgoing_.data() + done, outgoing_.size() - done,
                              MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) {
      done += static_cast<std::size_t>(sent);
    } else if (errno == EAGAIN) {
      break;
    } else if (errno != EINTR) {
      done = outgoing_.size();  // the host is gone, which its pidfd tells
    }
  }
  outgoing_.erase(0, done);
}

Result<std::vector<HostEvent>> HostProcess::Receive() {
  char buffer[kReadSize];
  std::vector<HostEvent> events;
  while (true) {
    const ssize_t got = recv(socket_.get(), buffer, sizeof(buffer), MSG_DONTWAIT);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) {
      closed_ = got == 0 || errno != EAGAIN;
      return events;
    }
    splitter_.Append({buffer, static_cast<std::size_t>(got)});
    while (true) {
      PENSTOCK_ASSIGN_OR_RETURN(const auto message, splitter_.Next());
      if (!message) break;
      PENSTOCK_ASSIGN_OR_RETURN(HostEvent event, DecodeHostEvent(*message));
      events.push_back(std::move(event));
    }
  }
}

Status HostProcess::Kill() { return child_.Signal(SIGKILL); }

void HostProcess::DrainOutput() {
  char buffer[kReadSize];
  for (int reads = 0; output_ && reads < kMaxReads; ++reads) {
    const ssize_t got = read(output_.get(), buffer, sizeof(buffer));
    if (got > 0) {
      log_.Append({buffer, static_cast<std::size_t>(got)});
    } else if (got < 0 && errno == EINTR) {
      continue;
    } else {
      if (got == 0) output_.Reset();
      return;
    }
  }
}

}  // namespace penstock
