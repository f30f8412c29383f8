#pragma once

#include <optional>
#include <string>

#include <boost/json.hpp>

#include "common/http/message.h"
#include "common/status.h"
#include "coordinator/dispatcher.h"

namespace penstock {

HttpResponse JsonResponse(const boost::json::value& value, int status = 200);

/// The body of a submission, for `plugin_hash`:
/// {"programArgsList": ["--key", "value"], "parallelism": 2, "jobName": "…",
///  "workingDirectory": "/…", "configuration": {"key": "value"}, "idempotencyKey": "…"}; everything
///  is optional, Flink's
/// "flinkConfiguration" is the same as "configuration", and the header Idempotency-Key as
/// "idempotencyKey". Unknown members of Flink are ignored; one of the wrong type is
/// InvalidArgument.
Result<Submission> ParseSubmission(const HttpRequest& request, const std::string& plugin_hash);

/// The member "savepointPath" of such a body, else the option execution.state-recovery.path of the
/// submission; InvalidArgument when neither is given.
Result<std::string> ParseSavepointPath(const HttpRequest& request, const Submission& submission);

}  // namespace penstock
