#include "cli/rescale_command.h"

#include <optional>
#include <thread>

#include <fmt/format.h>

#include "cli/checkpoint_progress.h"
#include "cli/exit_code.h"
#include "cli/interrupt.h"
#include "cli/job_commands.h"
#include "cli/json_fields.h"

namespace penstock {
namespace {

namespace json = boost::json;

constexpr auto kPollInterval = std::chrono::milliseconds(50);

/// The body of the request: the same for every vertex that the job has.
Result<json::value> Requirements(const RestClient& rest, const std::string& path,
                                 std::uint32_t parallelism) {
  PENSTOCK_ASSIGN_OR_RETURN(json::value requirements, rest.Get(path));
  json::object body;
  if (const json::object* vertices = requirements.if_object()) {
    for (const auto& [vertex, requirement] : *vertices) {
      body[vertex] = json::object{
          {"parallelism", json::object{{"lowerBound", 1}, {"upperBound", parallelism}}}};
    }
  }
  return json::value(std::move(body));
}

class RescaleWait {
 public:
  RescaleWait(const CommandContext& context, const RestClient& rest, const std::string& job,
              std::uint32_t parallelism)
      : context_(context), rest_(rest), job_(job), parallelism_(parallelism) {}

  int Run() {
    while (true) {
      const Result<json::value> detail = rest_.Get("/jobs/" + job_);
      const bool away = !detail.ok() && detail.status().code() == ErrorCode::kUnavailable;
      if (!detail.ok() && !away) return Fail(context_, detail.status());
      if (away) {
        context_.console.Progress("waiting for the coordinator to come back");
      } else if (const std::optional<int> end = Look(*detail)) {
        return *end;
      }
      if (Interrupted()) {
        context_.console.Message("Interrupted; the rescale goes on. See: penstock logs " + job_);
        return kExitInterrupted;
      }
      std::this_thread::sleep_for(away ? 10 * kPollInterval : kPollInterval);
    }
  }

 private:
  /// The exit code, once it is known.
  std::optional<int> Look(const json::value& detail) {
    const std::string state = TextField(detail, "state");
    if (state == "FAILED") {
      return WaitForJob(context_, rest_, job_, std::nullopt);  // reports the cause
    }
    const json::value& rescale = MemberField(detail, "rescale");
    const std::string status = TextField(rescale, "status");
    if (status == "GIVEN_UP" || state == "CANCELED" || state == "FINISHED") {
      return GivenUp(TextField(rescale, "reason"), state);
    }
    // None is known when the coordinator has been restarted since.
    if (status.empty() && state == "RUNNING" && !HasParallelism()) {
      return GivenUp("the coordinator was restarted before it took effect", state);
    }
    if (state == "RUNNING" && status != "IN_PROGRESS") return Done(status);
    const std::string reason = TextField(detail, "status-reason");
    const std::string checkpoint = CheckpointProgress(context_, rest_, job_);
    context_.console.Progress(
        fmt::format("rescaling to {}: {}{}{}", parallelism_, state,
                    reason.empty() ? "" : fmt::format(" ({})", reason),
                    checkpoint.empty() ? "" : fmt::format("; {}", checkpoint)));
    return std::nullopt;
  }

  bool HasParallelism() const {
    const auto config = rest_.Get("/jobs/" + job_ + "/config");
    return config.ok() && TextField(MemberField(*config, "configuration"), "parallelism.default") ==
                              std::to_string(parallelism_);
  }

  int Done(const std::string& status) const {
    context_.console.Message(
        status == "UNCHANGED"
            ? fmt::format("Job {} has parallelism {} already.", job_, parallelism_)
            : fmt::format("Job {} runs with parallelism {}.", job_, parallelism_));
    return kExitDone;
  }

  int GivenUp(const std::string& reason, const std::string& state) const {
    return Fail(context_,
                Status::User(ErrorCode::kFailed,
                             fmt::format("job {} was not rescaled to parallelism {}: {}", job_,
                                         parallelism_, reason.empty() ? "it is " + state : reason),
                             "what happened: penstock logs " + job_));
  }

  const CommandContext& context_;
  const RestClient& rest_;
  const std::string& job_;
  const std::uint32_t parallelism_;
};

}  // namespace

int RescaleJob(const CommandContext& context, const std::string& job,
               const RescaleRequest& request) {
  const RestClient rest = context.Rest();
  const std::string path = "/jobs/" + job + "/resource-requirements";
  const Result<json::value> body = Requirements(rest, path, request.parallelism);
  if (!body.ok()) return Fail(context, body.status());
  CatchInterrupts();
  const Result<json::value> answer = rest.Put(path, *body);
  if (!answer.ok()) return Fail(context, answer.status());
  if (!request.detached) return RescaleWait(context, rest, job, request.parallelism).Run();
  context.console.Message(
      fmt::format("Job {} is being rescaled to parallelism {}.", job, request.parallelism));
  return kExitDone;
}

}  // namespace penstock
