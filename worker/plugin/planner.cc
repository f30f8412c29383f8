#include "worker/plugin/planner.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/file_system.h"
#include "common/process.h"
#include "graph/planner_messages.h"
#include "worker/plugin/job_plan.h"

namespace penstock {
namespace {

Result<std::string> ReadToEnd(int fd) {
  std::string bytes;
  char buffer[16 * 1024];
  for (;;) {
    const ssize_t read = ::read(fd, buffer, sizeof(buffer));
    if (read == 0) return bytes;
    if (read > 0)
      bytes.append(buffer, static_cast<std::size_t>(read));
    else if (errno != EINTR)
      return Status::External("the planner can't read its request");
  }
}

bool WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written > 0)
      bytes.remove_prefix(static_cast<std::size_t>(written));
    else if (errno != EINTR)
      return false;
  }
  return true;
}

Status LimitMemory(std::uint64_t bytes) {
  if (bytes == 0) return Status::Ok();
  const rlimit limit{bytes, bytes};
  if (::setrlimit(RLIMIT_AS, &limit) == 0) return Status::Ok();
  return Status::External("the planner's memory can't be limited", "check planner.memory");
}

/// What sources and sinks find wrong with their surroundings, such as a missing file.
std::vector<PlanProblem> FindOutsideProblems(FileSystem& fs,
                                             const std::vector<OperatorSpec>& operators) {
  std::vector<PlanProblem> problems;
  for (const OperatorSpec& op : operators) {
    if (!op.validate) continue;
    const Status valid = op.validate(fs).WithContext("operator '" + op.uid + "'");
    if (!valid.ok()) problems.push_back({valid.message(), valid.hint()});
  }
  return problems;
}

Result<PlannerAnswer> Answer(std::string_view request_json) {
  PENSTOCK_ASSIGN_OR_RETURN(const PlannerRequest request, PlannerRequestFromJson(request_json));
  PENSTOCK_RETURN_IF_ERROR(LimitMemory(request.memory_bytes));
  PENSTOCK_ASSIGN_OR_RETURN(PlannedJob job, PlanJob(PosixFileSystem(), request.plan));
  if (job.answer.problems.empty()) {
    job.answer.problems = FindOutsideProblems(PosixFileSystem(), job.operators);
  }
  return std::move(job.answer);
}

PlannerAnswer Refused(const Status& status) {
  PlannerAnswer answer;
  answer.problems.push_back({status.message(), status.hint()});
  return answer;
}

}  // namespace

int PlannerMain(int input_fd, int output_fd) {
  // A job function that never returns must not outlive whoever keeps its time.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  // The answer must be alone on its descriptor, whatever the job function prints.
  const UniqueFd answers(::dup(output_fd));
  if (!answers || ::dup2(STDERR_FILENO, output_fd) < 0) return 1;
  Result<std::string> request = ReadToEnd(input_fd);
  Result<PlannerAnswer> answer = request.ok() ? Answer(*request) : request.status();
  if (!answer.ok()) answer = Refused(answer.status());
  const bool written = WriteAll(answers.get(), PlannerAnswerToJson(*answer) + "\n");
  return written ? 0 : 1;
}

}  // namespace penstock
