// Routes that tell what has changed, as server-sent events.

#include "coordinator/rest/rest_service.h"

namespace penstock {

void RestService::AddStreamRoutes() {
  router_.Add("GET", "/stream", [this](const RestCall& call) {
    changes_.Watch(std::nullopt, BeginEvents(call.responder));
  });
  router_.Add("GET", "/jobs/:job/stream", [this](const RestCall& call) {
    const auto job = ParseId<JobId>(call.Parameter("job"));
    if (!job.ok()) return call.responder.Send(ErrorResponse(job.status()));
    const auto found = dispatcher_.FindJob(*job);
    if (!found.ok()) return call.responder.Send(ErrorResponse(found.status()));
    changes_.Watch(*job, BeginEvents(call.responder));
  });
}

}  // namespace penstock
