#include "graph/planner_client.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>

#include <fmt/format.h>

#include "common/process.h"

namespace penstock {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t kMaxAnswerBytes = 64u << 20;

/// One planner process and the socket that is its stdin and stdout.
class PlannerProcess {
 public:
  static Result<PlannerProcess> Start(const PlannerOptions& options) {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
      return Status::External("no socket for the planner");
    }
    UniqueFd mine(ends[0]);
    const UniqueFd theirs(ends[1]);
    SpawnOptions spawn;
    spawn.argv = {options.program, "planner"};
    spawn.fds = {{theirs.get(), STDIN_FILENO}, {theirs.get(), STDOUT_FILENO}};
    spawn.new_process_group = true;
    PENSTOCK_ASSIGN_OR_RETURN(ChildProcess child, ChildProcess::Spawn(spawn));
    return PlannerProcess(std::move(child), std::move(mine), SteadyClock::now() + options.timeout);
  }

  /// A planner that is gone already is noticed when its answer is read.
  void Send(std::string_view request) {
    while (!request.empty() && WaitFor(POLLOUT)) {
      const ssize_t sent =
          ::send(socket_.get(), request.data(), request.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent > 0)
        request.remove_prefix(static_cast<std::size_t>(sent));
      else if (errno != EINTR && errno != EAGAIN)
        break;
    }
    ::shutdown(socket_.get(), SHUT_WR);
  }

  /// All that it writes; kTimeout at the deadline.
  Result<std::string> Receive() {
    std::string answer;
    char buffer[16 * 1024];
    while (WaitFor(POLLIN)) {
      const ssize_t read = ::recv(socket_.get(), buffer, sizeof(buffer), MSG_DONTWAIT);
      if (read > 0)
        answer.append(buffer, static_cast<std::size_t>(read));
      else if (read == 0 || (errno != EINTR && errno != EAGAIN))
        return answer;
      if (answer.size() > kMaxAnswerBytes) return Status::Internal("the plan is too large");
    }
    return Status::User(ErrorCode::kTimeout, "timed out");
  }

  /// How it ended, after it has closed its stdout; killed at the deadline.
  Result<ExitStatus> End() {
    pollfd ended{child_.pidfd(), POLLIN, 0};
    while (::poll(&ended, 1, MillisLeft()) < 0 && errno == EINTR) {
    }
    if (ended.revents == 0) PENSTOCK_RETURN_IF_ERROR(child_.Signal(SIGKILL));
    return child_.Wait();
  }

 private:
  PlannerProcess(ChildProcess child, UniqueFd socket, SteadyClock::time_point deadline)
      : child_(std::move(child)), socket_(std::move(socket)), deadline_(deadline) {}

  int MillisLeft() const {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - SteadyClock::now());
    return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 1 << 30));
  }

  /// False at the deadline.
  bool WaitFor(short events) {
    pollfd ready{socket_.get(), events, 0};
    for (;;) {
      const int found = ::poll(&ready, 1, MillisLeft());
      if (found >= 0) return found > 0;
      if (errno != EINTR) return false;
    }
  }

  ChildProcess child_;
  UniqueFd socket_;
  SteadyClock::time_point deadline_;
};

}  // namespace

Result<PlannerAnswer> AskPlanner(const PlanRequest& request, const PlannerOptions& options) {
  PENSTOCK_ASSIGN_OR_RETURN(PlannerProcess planner, PlannerProcess::Start(options));
  planner.Send(PlannerRequestToJson({request, options.memory_bytes}));
  auto bytes = planner.Receive();
  if (!bytes.ok() && bytes.status().code() == ErrorCode::kTimeout) {
    return Status::User(
        ErrorCode::kTimeout,
        fmt::format("the job function took longer than {} ms to make the plan",
                    options.timeout.count()),
        "it must only describe the job; move work into operators, or raise planner.timeout");
  }
  PENSTOCK_RETURN_IF_ERROR(bytes.status());
  PENSTOCK_ASSIGN_OR_RETURN(const ExitStatus exit, planner.End());
  if (exit.ok() && !bytes->empty()) {
    return PlannerAnswerFromJson(*bytes);
  }
  if (exit.signalled) {
    return Status::User(ErrorCode::kFailed,
                        "the job function crashed while the plan was made: " + ToString(exit),
                        "run it under a debugger, or raise planner.memory if it needs more");
  }
  return Status::User(
      ErrorCode::kFailed,
      "the job function ended the planner before the plan was made: " + ToString(exit),
      "the job function must return");
}

Result<Plan> RunPlanner(const PlanRequest& request, const PlannerOptions& options) {
  PENSTOCK_ASSIGN_OR_RETURN(PlannerAnswer answer, AskPlanner(request, options));
  if (!answer.problems.empty()) return ToStatus(answer.problems);
  return std::move(answer.plan);
}

}  // namespace penstock
