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
/// InvalidArgument. "savepointPath", "allowNonRestoredState" and "claimMode" (also "restoreMode")
/// become the options execution.state-recovery.*.
Result<Submission> ParseSubmission(const HttpRequest& request, const std::string& plugin_hash);

/// The object that a request's body is; an empty body is an empty object.
Result<boost::json::object> ParseObject(const HttpRequest& request);
/// A member that may be missing or null, then `value` stays. InvalidArgument for another type.
Status ReadMember(const boost::json::object& body, std::string_view member, std::string& value);
Status ReadMember(const boost::json::object& body, std::string_view member, bool& value);

}  // namespace penstock
