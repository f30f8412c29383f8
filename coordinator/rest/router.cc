#include "coordinator/rest/router.h"

#include <algorithm>

#include <fmt/format.h>

namespace penstock {
namespace {

std::vector<std::string> Split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(separator), text.size());
    if (end > 0) parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

bool Match(const std::vector<std::string>& pattern, const std::vector<std::string>& path,
           std::map<std::string, std::string>& parameters) {
  if (pattern.size() != path.size()) return false;
  parameters.clear();
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i].starts_with(':')) {
      parameters[pattern[i].substr(1)] = path[i];
    } else if (pattern[i] != path[i]) {
      return false;
    }
  }
  return true;
}

}  // namespace

void Router::Add(std::string_view methods, std::string_view pattern, Route route) {
  entries_.push_back({Split(methods, '|'), Split(pattern, '/'), std::move(route)});
}

void Router::Handle(HttpRequest request, HttpResponder responder) const {
  std::vector<std::string> path = request.path;
  if (!path.empty() && path.front() == "v1") path.erase(path.begin());
  std::map<std::string, std::string> parameters;
  std::string allowed;
  for (const Entry& entry : entries_) {
    if (!Match(entry.pattern, path, parameters)) continue;
    const auto& methods = entry.methods;
    if (std::find(methods.begin(), methods.end(), request.method) != methods.end()) {
      return entry.route({std::move(request), std::move(parameters), std::move(responder)});
    }
    allowed += fmt::format("{}{}", allowed.empty() ? "" : ", ", fmt::join(methods, ", "));
  }
  if (allowed.empty()) {
    return responder.Send(ErrorResponse(Status::NotFound("there is no such path")));
  }
  if (request.method == "OPTIONS") {
    return responder.Send({.status = 204, .headers = {{"Allow", "OPTIONS, " + allowed}}});
  }
  HttpResponse refusal = ErrorResponse(
      405, Status::InvalidArgument(request.method + " is not possible there", "use " + allowed));
  refusal.headers.emplace_back("Allow", allowed);
  responder.Send(std::move(refusal));
}

}  // namespace penstock
