#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "common/http/message.h"
#include "common/status.h"

namespace penstock {

struct HttpCall {
  std::string method = "GET";
  /// http://host[:port][/path][?query]; must be encoded already.
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string body{};
  /// Told, while the request is being sent, how many of its bytes are. May be empty.
  std::function<void(std::uint64_t)> on_sent{};
  /// For the whole call.
  std::chrono::milliseconds timeout{30'000};
  std::uint64_t max_response_bytes = 1ULL << 30;
};

/// Makes one call on a connection of its own and blocks until it is answered. Any HTTP status is a
/// value. Nobody there is ErrorCode::kUnavailable, no answer in time kTimeout, a bad URL
/// kInvalidArgument. Thread-safe.
Result<HttpResponse> CallHttp(const HttpCall& call);

}  // namespace penstock
