#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

#include "common/http/client.h"
#include "common/status.h"

namespace penstock {

/// From {"code":…,"message":…,"hint":…}, as the coordinator describes an error; `missing` when it
/// doesn't say what kind it is.
Status ErrorFromJson(const boost::json::value& error, ErrorCode missing);

/// By which the coordinator knows a request that is repeated because its answer got lost.
std::string NewRequestKey();

/// A part of a log file, with what is needed to go on.
struct LogPiece {
  std::string text;
  std::uint64_t file_size = 0;
  std::uint64_t next = 0;  ///< Where the next part begins.
};

/// The coordinator's REST API as the commands use it. Blocking; main thread only. An answer that is
/// not 2xx becomes a Status with the coordinator's own message and hint; one that never comes is
/// ErrorCode::kUnavailable.
class RestClient {
 public:
  RestClient(std::string base_url, std::string token)
      : base_url_(std::move(base_url)), token_(std::move(token)) {}

  /// Of every call from now on; the default is above planner.timeout, which a submission takes.
  void set_timeout(std::chrono::milliseconds timeout) { timeout_ = timeout; }

  Result<boost::json::value> Get(std::string_view path) const;
  Result<boost::json::value> Post(std::string_view path, const boost::json::value& body) const;
  Result<boost::json::value> Put(std::string_view path, const boost::json::value& body) const;
  Result<boost::json::value> Patch(std::string_view path) const;
  Result<boost::json::value> Delete(std::string_view path) const;
  /// Multipart upload of one file's content under `file_name`.
  /// `on_sent` is told how many bytes of the request are sent.
  Result<boost::json::value> Upload(std::string_view path, std::string_view file_name,
                                    std::string_view content,
                                    std::function<void(std::uint64_t)> on_sent = {}) const;
  /// An answer that isn't JSON, such as a log.
  Result<std::string> GetText(std::string_view path) const;
  /// A part of a log file. `path` may have a query.
  Result<LogPiece> GetLog(std::string_view path) const;

  const std::string& base_url() const { return base_url_; }

 private:
  Result<HttpResponse> Call(HttpCall call, std::string_view path) const;
  Result<std::string> Send(std::string method, std::string_view path, std::string content_type,
                           std::string body) const;

  std::string base_url_;
  std::string token_;
  std::chrono::milliseconds timeout_{120'000};
};

}  // namespace penstock
