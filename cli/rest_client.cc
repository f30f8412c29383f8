#include "cli/rest_client.h"

#include <cstdlib>
#include <random>
#include <type_traits>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "cli/json_fields.h"
#include "common/http/client.h"
#include "common/http/multipart.h"
#include "common/ids.h"

namespace penstock {
namespace {

namespace json = boost::json;

/// For answers that don't say what kind of error they are.
ErrorCode CodeOfHttp(int status) {
  switch (status) {
    case 400:
    case 413: return ErrorCode::kInvalidArgument;
    case 401:
    case 403: return ErrorCode::kUnauthorized;
    case 404: return ErrorCode::kNotFound;
    case 409: return ErrorCode::kConflict;
    case 503: return ErrorCode::kUnavailable;
    default: return ErrorCode::kFailed;
  }
}

ErrorCode CodeOf(std::string_view name, ErrorCode missing) {
  using Number = std::underlying_type_t<ErrorCode>;
  for (Number i = 0; i <= static_cast<Number>(ErrorCode::kCancelled); ++i) {
    if (ToString(static_cast<ErrorCode>(i)) == name) return static_cast<ErrorCode>(i);
  }
  return missing;
}

/// From `{"error":{"code":…,"message":…,"hint":…}}`.
Status ErrorOf(int http_status, const std::string& body) {
  json::error_code failure;
  const json::value value = json::parse(body, failure);
  const json::value& error = MemberField(value, "error");
  if (failure || TextField(error, "message").empty()) {
    return Status::User(CodeOfHttp(http_status),
                        fmt::format("the coordinator answered with HTTP {}", http_status));
  }
  return ErrorFromJson(error, CodeOfHttp(http_status));
}

Result<json::value> ParseAnswer(Result<std::string> body) {
  if (!body.ok()) return body.status();
  if (body->empty()) return json::value(json::object());
  json::error_code failure;
  json::value value = json::parse(*body, failure);
  if (failure)
    return Status::Internal("the coordinator's answer is not JSON: " + failure.message());
  return value;
}

}  // namespace

Status ErrorFromJson(const json::value& error, ErrorCode missing) {
  return Status::User(CodeOf(TextField(error, "code"), missing), TextField(error, "message"),
                      TextField(error, "hint"));
}

Result<HttpResponse> RestClient::Call(HttpCall call, std::string_view path) const {
  call.url = base_url_ + "/v1" + std::string(path);
  if (!token_.empty()) call.headers.emplace_back("Authorization", "Bearer " + token_);
  call.timeout = timeout_;
  PENSTOCK_ASSIGN_OR_RETURN(HttpResponse response, CallHttp(call));
  if (response.status / 100 != 2) return ErrorOf(response.status, response.body);
  return response;
}

Result<std::string> RestClient::Send(std::string method, std::string_view path,
                                     std::string content_type, std::string body) const {
  HttpCall call;
  call.method = std::move(method);
  if (!content_type.empty()) call.headers.emplace_back("Content-Type", content_type);
  call.body = std::move(body);
  PENSTOCK_ASSIGN_OR_RETURN(HttpResponse response, Call(std::move(call), path));
  return std::move(response.body);
}

std::string NewRequestKey() {
  std::random_device random;
  const auto word = [&] { return (static_cast<std::uint64_t>(random()) << 32) | random(); };
  const std::uint64_t high = word();
  return HexIdToString(high, word());
}

Result<json::value> RestClient::Get(std::string_view path) const {
  return ParseAnswer(Send("GET", path, "", ""));
}

Result<json::value> RestClient::Post(std::string_view path, const json::value& body) const {
  return ParseAnswer(Send("POST", path, "application/json", json::serialize(body)));
}

Result<json::value> RestClient::Put(std::string_view path, const json::value& body) const {
  return ParseAnswer(Send("PUT", path, "application/json", json::serialize(body)));
}

Result<json::value> RestClient::Patch(std::string_view path) const {
  return ParseAnswer(Send("PATCH", path, "application/json", "{}"));
}

Result<json::value> RestClient::Delete(std::string_view path) const {
  return ParseAnswer(Send("DELETE", path, "application/json", "{}"));
}

Result<json::value> RestClient::Upload(std::string_view path, std::string_view file_name,
                                       std::string_view content,
                                       std::function<void(std::uint64_t)> on_sent) const {
  MultipartBody upload = BuildMultipartFile("jarfile", file_name, content);
  HttpCall call;
  call.method = "POST";
  call.headers.emplace_back("Content-Type", std::move(upload.content_type));
  call.body = std::move(upload.body);
  call.on_sent = std::move(on_sent);
  Result<HttpResponse> response = Call(std::move(call), path);
  if (!response.ok()) return response.status();
  return ParseAnswer(std::move(response->body));
}

Result<std::string> RestClient::GetText(std::string_view path) const {
  return Send("GET", path, "", "");
}

Result<LogPiece> RestClient::GetLog(std::string_view path) const {
  PENSTOCK_ASSIGN_OR_RETURN(HttpResponse response, Call({}, path));
  LogPiece piece;
  for (const auto& [name, value] : response.headers) {
    if (name == "x-log-size") piece.file_size = std::strtoull(value.c_str(), nullptr, 10);
    if (name == "x-log-next") piece.next = std::strtoull(value.c_str(), nullptr, 10);
  }
  piece.text = std::move(response.body);
  return piece;
}

}  // namespace penstock
