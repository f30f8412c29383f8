#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/http/message.h"

namespace penstock {

/// Who may do what. Loopback is no boundary: any web page a user has open can send requests there,
/// under a host name of its own choice.
struct AccessPolicy {
  /// Secret that changes must carry; while it is empty every change is refused.
  std::string token;
  /// Host names allowed besides those of loopback, without port.
  std::vector<std::string> hosts{};
  /// Origins allowed besides the one the request was sent to, such as "http://127.0.0.1:5173".
  std::vector<std::string> origins{};
};

/// The refusal to answer with, or nothing when the request may proceed. Needs method and headers
/// only, so it can be asked before a body is read. In this order:
///   403 unless Host is a loopback name or configured;
///   403 for an Origin that is not the request's own host or configured;
///   for methods other than GET, HEAD and OPTIONS also
///   401 without `Authorization: Bearer <token>`,
///   415 when there is a body and its type is neither application/json nor multipart/form-data.
std::optional<HttpResponse> CheckRequest(const HttpRequest& request, const AccessPolicy& policy);

/// Compares in a time that depends on the length of `given` only.
bool SecretsEqual(std::string_view expected, std::string_view given);

}  // namespace penstock
