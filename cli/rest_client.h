#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

#include "common/status.h"

namespace penstock {

/// From {"code":…,"message":…,"hint":…}, as the coordinator describes an error; `missing` when it
/// doesn't say what kind it is.
Status ErrorFromJson(const boost::json::value& error, ErrorCode missing);

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
  Result<boost::json::value> Upload(std::string_view path, std::string_view file_name,
                                    std::string_view content) const;
  /// An answer that isn't JSON, such as a log.
  Result<std::string> GetText(std::string_view path) const;

  const std::string& base_url() const { return base_url_; }

 private:
  Result<std::string> Send(std::string method, std::string_view path, std::string content_type,
                           std::string body) const;

  std::string base_url_;
  std::string token_;
  std::chrono::milliseconds timeout_{120'000};
};

}  // namespace penstock
