// Paths of Flink for what there is not here: each says why, and what to use instead.

#include "coordinator/rest/rest_service.h"

namespace penstock {
namespace {

constexpr int kNotImplemented = 501;

struct AbsentPath {
  const char* methods;
  const char* pattern;
  const char* reason;
  const char* instead;
};

constexpr char kNoDataSets[] = "jobs keep no data sets between them";
constexpr char kUseSink[] = "write to a sink, and read it in the next job";
constexpr char kNoProfiler[] = "there is no profiler to be started";
constexpr char kUseFlameGraph[] = "see /jobs/<job>/vertices/<vertex>/flamegraph";
constexpr char kNoLogUrl[] = "logs are not kept at another address";
constexpr char kUseLogs[] = "see /jobmanager/logs and /taskmanagers/<worker>/logs";
constexpr char kNoRescaling[] = "rescaling has another path";
constexpr char kUseRequirements[] = "PUT /jobs/<job>/resource-requirements";

constexpr AbsentPath kAbsent[] = {
    {"GET", "/datasets", kNoDataSets, kUseSink},
    {"DELETE", "/datasets/:dataset", kNoDataSets, kUseSink},
    {"GET", "/datasets/delete/:trigger", kNoDataSets, kUseSink},
    {"POST", "/jobs", "serialized graphs of Flink cannot be run",
     "upload a plugin to /jars/upload, and POST /jars/<plugin>/run"},
    {"PATCH", "/jobs/:job/clientHeartbeat", "jobs do not end with their client",
     "cancel the job when it is to end"},
    {"PATCH", "/jobs/:job/rescaling", kNoRescaling, kUseRequirements},
    {"GET", "/jobs/:job/rescaling/:trigger", kNoRescaling, kUseRequirements},
    {"GET", "/jobs/:job/jobmanager/log-url", kNoLogUrl, kUseLogs},
    {"GET", "/jobs/:job/taskmanagers/:worker/log-url", kNoLogUrl, kUseLogs},
    {"GET|POST", "/jobmanager/profiler", kNoProfiler, kUseFlameGraph},
    {"GET", "/jobmanager/profiler/:file", kNoProfiler, kUseFlameGraph},
    {"GET|POST", "/taskmanagers/:worker/profiler", kNoProfiler, kUseFlameGraph},
    {"GET", "/taskmanagers/:worker/profiler/:file", kNoProfiler, kUseFlameGraph},
};

}  // namespace

void RestService::AddAbsentRoutes() {
  for (const AbsentPath& absent : kAbsent) {
    router_.Add(absent.methods, absent.pattern, [&absent](const RestCall& call) {
      call.responder.Send(
          ErrorResponse(kNotImplemented, Status::InvalidArgument(absent.reason, absent.instead)));
    });
  }
}

}  // namespace penstock
