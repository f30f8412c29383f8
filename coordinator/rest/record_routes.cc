// Shows the records that leave an operator, as they leave (docs/profiling.md).

#include <charconv>

#include "coordinator/rest/job_views.h"
#include "coordinator/rest/rest_service.h"

namespace penstock {
namespace {

Result<std::optional<std::uint64_t>> LimitOf(std::string_view text) {
  if (text.empty()) return std::optional<std::uint64_t>();
  std::uint64_t limit = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size() || limit == 0)
    return Status::InvalidArgument("'limit' must be a whole number above 0");
  return std::optional<std::uint64_t>(limit);
}

Result<RecordTails::Subject> SubjectOf(const Dispatcher& dispatcher, const RestCall& call) {
  PENSTOCK_ASSIGN_OR_RETURN(const JobId id, ParseId<JobId>(call.Parameter("job")));
  PENSTOCK_ASSIGN_OR_RETURN(const JobMaster* job, dispatcher.FindJob(id));
  PENSTOCK_ASSIGN_OR_RETURN(const VertexId vertex,
                            ParseVertexId(job->graph(), call.Parameter("vertex")));
  PENSTOCK_ASSIGN_OR_RETURN(
      const std::uint32_t position,
      WatchedOperator(job->graph(), vertex, std::string(call.request.Query("operator"))));
  if (IsTerminal(job->state())) {
    return Status::User(ErrorCode::kConflict, "the job has ended: no records leave it any more",
                        "watch a job that runs");
  }
  return RecordTails::Subject{id, vertex, position};
}

}  // namespace

void RestService::AddRecordRoutes() {
  router_.Add("GET", "/jobs/:job/vertices/:vertex/records", [this](const RestCall& call) {
    const auto limit = LimitOf(call.request.Query("limit"));
    if (!limit.ok()) return call.responder.Send(ErrorResponse(limit.status()));
    const auto subject = SubjectOf(dispatcher_, call);
    if (!subject.ok()) return call.responder.Send(ErrorResponse(subject.status()));
    const Status room = tails_.CheckRoom(*subject);
    if (!room.ok()) return call.responder.Send(ErrorResponse(room));
    tails_.Watch(*subject, *limit, BeginEvents(call.responder));
  });
}

}  // namespace penstock
