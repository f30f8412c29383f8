#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/status.h"

namespace penstock {

/// A request as a handler sees it. Everything is decoded exactly once.
struct HttpRequest {
  std::string method;  // upper case
  /// Path and query as sent.
  std::string target;
  /// Segments of the path: "/v1/jobs/" is {"v1", "jobs"}.
  std::vector<std::string> path{};
  /// Values of a repeated name are joined by commas.
  std::map<std::string, std::string> query{};
  /// Names in lower case; values of a repeated name are joined by ", ".
  std::map<std::string, std::string> headers{};
  std::string body{};
  /// Address and port of the client.
  std::string remote{};

  /// Empty when there is no such header. `name` in lower case.
  std::string_view Header(const std::string& name) const;
  /// Empty when there is no such parameter.
  std::string_view Query(const std::string& name) const;
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "application/json";
  /// Others than content type and length. Names of received ones are in lower case.
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string body{};
};

/// Replaces %XX; with `plus_is_blank` also '+'. Fails on broken escapes and on NUL.
Result<std::string> PercentDecode(std::string_view text, bool plus_is_blank);
/// Escapes all but unreserved characters, for a segment of a path or a part of a query.
std::string PercentEncode(std::string_view text);

/// Fills path and query from request.target. Fails on broken escapes, control characters, empty,
/// "." and ".." segments, and segments that contain a slash, a backslash or more than 1024 bytes.
Status ParseTarget(HttpRequest& request);

/// The status code that stands for this kind of failure, such as 404.
int HttpStatusOf(const Status& status);

/// {"error":{"code","message","hint"},"errors":[message]}; the second is what clients of Flink
/// read.
HttpResponse ErrorResponse(int http_status, const Status& status);
HttpResponse ErrorResponse(const Status& status);

/// The word for an error code in JSON, such as "not_found".
std::string_view ToString(ErrorCode code);

}  // namespace penstock
