#include "common/http/access.h"

#include <strings.h>

#include <algorithm>

#include "common/net_address.h"

namespace penstock {
namespace {

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  return a.size() == b.size() && ::strncasecmp(a.data(), b.data(), a.size()) == 0;
}

/// "localhost:8081" as "localhost", "[::1]:8081" as "[::1]".
std::string_view WithoutPort(std::string_view host) {
  const std::size_t bracket = host.rfind(']');
  const std::size_t colon = host.rfind(':');
  if (colon == std::string_view::npos) return host;
  if (bracket != std::string_view::npos && colon < bracket) return host;
  return host.substr(0, colon);
}

bool HostAllowed(std::string_view host, const AccessPolicy& policy) {
  host = WithoutPort(host);
  if (IsLoopbackName(host)) return true;
  return std::any_of(policy.hosts.begin(), policy.hosts.end(),
                     [&](const std::string& name) { return EqualsIgnoringCase(name, host); });
}

bool OriginAllowed(std::string_view origin, std::string_view host, const AccessPolicy& policy) {
  if (origin.empty()) return true;
  constexpr std::string_view kScheme = "http://";
  if (origin.starts_with(kScheme) && EqualsIgnoringCase(origin.substr(kScheme.size()), host)) {
    return true;
  }
  return std::find(policy.origins.begin(), policy.origins.end(), origin) != policy.origins.end();
}

bool HasToken(std::string_view authorization, const AccessPolicy& policy) {
  constexpr std::string_view kBearer = "Bearer ";
  if (policy.token.empty() || authorization.size() <= kBearer.size()) return false;
  return EqualsIgnoringCase(authorization.substr(0, kBearer.size()), kBearer) &&
         SecretsEqual(policy.token, authorization.substr(kBearer.size()));
}

bool BodyTypeAllowed(const HttpRequest& request) {
  const std::string_view length = request.Header("content-length");
  const bool has_body = !request.body.empty() || !request.Header("transfer-encoding").empty() ||
                        (!length.empty() && length != "0");
  if (!has_body) return true;
  std::string_view type = request.Header("content-type");
  type = type.substr(0, type.find(';'));
  while (!type.empty() && type.back() == ' ') type.remove_suffix(1);
  return EqualsIgnoringCase(type, "application/json") ||
         EqualsIgnoringCase(type, "multipart/form-data");
}

HttpResponse Refuse(int http_status, std::string message, std::string hint) {
  return ErrorResponse(http_status, Status::User(http_status == 415 ? ErrorCode::kInvalidArgument
                                                                    : ErrorCode::kUnauthorized,
                                                 std::move(message), std::move(hint)));
}

}  // namespace

bool SecretsEqual(std::string_view expected, std::string_view given) {
  unsigned difference = expected.size() == given.size() ? 0 : 1;
  for (std::size_t i = 0; i < given.size(); ++i) {
    const char other = expected.empty() ? '\0' : expected[i % expected.size()];
    difference |= static_cast<unsigned char>(other ^ given[i]);
  }
  return difference == 0;
}

std::optional<HttpResponse> CheckRequest(const HttpRequest& request, const AccessPolicy& policy) {
  const std::string_view host = request.Header("host");
  if (!HostAllowed(host, policy)) {
    return Refuse(403, "requests for this host name are refused", "use 127.0.0.1 or localhost");
  }
  if (!OriginAllowed(request.Header("origin"), host, policy)) {
    return Refuse(403, "requests from other web sites are refused",
                  "open the web UI at the address of the coordinator itself");
  }
  if (request.method == "GET" || request.method == "HEAD" || request.method == "OPTIONS") {
    return std::nullopt;
  }
  if (!HasToken(request.Header("authorization"), policy)) {
    HttpResponse refusal = Refuse(401, "this needs the token of the cluster",
                                  "send 'Authorization: Bearer <token>' with the token that "
                                  "'penstock cluster start' wrote");
    refusal.headers.emplace_back("WWW-Authenticate", "Bearer");
    return refusal;
  }
  if (!BodyTypeAllowed(request)) {
    return Refuse(415, "the body must be application/json or multipart/form-data",
                  "send a Content-Type header that says which");
  }
  return std::nullopt;
}

}  // namespace penstock
