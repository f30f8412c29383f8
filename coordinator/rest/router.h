#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/http/message.h"
#include "common/http/server.h"

namespace penstock {

/// A request that has found its route.
struct RestCall {
  HttpRequest request;
  std::map<std::string, std::string> parameters;  ///< By the names in the route's pattern.
  HttpResponder responder;

  const std::string& Parameter(const std::string& name) const { return parameters.at(name); }
};

/// Finds the route of a request by method and path, with or without the prefix /v1. Not
/// thread-safe.
class Router {
 public:
  using Route = std::function<void(const RestCall&)>;

  /// `pattern` like "/jobs/:job/plan"; a segment with ':' matches any text. `methods` like
  /// "GET|POST".
  void Add(std::string_view methods, std::string_view pattern, Route route);

  /// Calls the route, or answers 404, 405 or OPTIONS itself.
  void Handle(HttpRequest request, HttpResponder responder) const;

 private:
  struct Entry {
    std::vector<std::string> methods;
    std::vector<std::string> pattern;
    Route route;
  };

  std::vector<Entry> entries_;
};

}  // namespace penstock
