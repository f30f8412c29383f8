#include "common/http/message.h"

#include <algorithm>
#include <cctype>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

namespace penstock {
namespace {

constexpr std::size_t kLongestSegment = 1024;

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool IsControl(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

Status CheckSegment(std::string_view segment) {
  if (segment.empty() || segment == "." || segment == "..") {
    return Status::InvalidArgument("the path contains an empty, '.' or '..' segment");
  }
  if (segment.size() > kLongestSegment) {
    return Status::InvalidArgument("the path contains a segment that is too long");
  }
  if (segment.find_first_of("/\\") != std::string_view::npos ||
      std::any_of(segment.begin(), segment.end(), IsControl)) {
    return Status::InvalidArgument("the path contains a character that is not allowed there");
  }
  return {};
}

Status ParsePath(std::string_view path, std::vector<std::string>& segments) {
  if (!path.starts_with('/')) return Status::InvalidArgument("the path must start with '/'");
  path.remove_prefix(1);
  while (!path.empty()) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    PENSTOCK_ASSIGN_OR_RETURN(std::string segment, PercentDecode(path.substr(0, slash), false));
    PENSTOCK_RETURN_IF_ERROR(CheckSegment(segment));
    segments.push_back(std::move(segment));
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  return {};
}

Status ParseQuery(std::string_view text, std::map<std::string, std::string>& query) {
  while (!text.empty()) {
    const std::string_view pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(pair.size() + 1, text.size()));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const std::size_t value_start = std::min(equals + 1, pair.size());
    PENSTOCK_ASSIGN_OR_RETURN(std::string name, PercentDecode(pair.substr(0, equals), true));
    PENSTOCK_ASSIGN_OR_RETURN(std::string value, PercentDecode(pair.substr(value_start), true));
    auto [entry, inserted] = query.try_emplace(std::move(name), value);
    if (!inserted) entry->second += "," + value;
  }
  return {};
}

std::string_view Find(const std::map<std::string, std::string>& map, const std::string& name) {
  const auto found = map.find(name);
  return found == map.end() ? std::string_view() : std::string_view(found->second);
}

}  // namespace

std::string_view HttpRequest::Header(const std::string& name) const { return Find(headers, name); }
std::string_view HttpRequest::Query(const std::string& name) const { return Find(query, name); }

Result<std::string> PercentDecode(std::string_view text, bool plus_is_blank) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      const int high = i + 2 < text.size() ? HexDigit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? HexDigit(text[i + 2]) : -1;
      if (high < 0 || low < 0) return Status::InvalidArgument("the URL has a broken %-escape");
      c = static_cast<char>(high * 16 + low);
      i += 2;
    } else if (c == '+' && plus_is_blank) {
      c = ' ';
    }
    if (c == '\0') return Status::InvalidArgument("the URL contains a NUL character");
    decoded.push_back(c);
  }
  return decoded;
}

std::string PercentEncode(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool alphanumeric = byte < 0x80 && std::isalnum(byte) != 0;
    if (alphanumeric || c == '-' || c == '.' || c == '_' || c == '~') {
      encoded += c;
    } else {
      encoded += fmt::format("%{:02X}", byte);
    }
  }
  return encoded;
}

Status ParseTarget(HttpRequest& request) {
  const std::string_view target = request.target;
  const std::size_t question = std::min(target.find('?'), target.size());
  PENSTOCK_RETURN_IF_ERROR(ParsePath(target.substr(0, question), request.path));
  return ParseQuery(target.substr(std::min(question + 1, target.size())), request.query);
}

int HttpStatusOf(const Status& status) {
  if (status.ok()) return 200;
  switch (status.code()) {
    case ErrorCode::kInvalidArgument: return 400;
    case ErrorCode::kUnauthorized: return 401;
    case ErrorCode::kNotFound: return 404;
    case ErrorCode::kAlreadyExists:
    case ErrorCode::kConflict:
    case ErrorCode::kFenced:
    case ErrorCode::kCancelled: return 409;
    case ErrorCode::kUnavailable:
    case ErrorCode::kResourceExhausted: return 503;
    case ErrorCode::kTimeout: return 504;
    case ErrorCode::kCorruption: return 500;
    case ErrorCode::kFailed: return status.domain() == ErrorDomain::kUser ? 400 : 500;
  }
  return 500;
}

HttpResponse ErrorResponse(int http_status, const Status& status) {
  const boost::json::value json = {
      {"error",
       {{"code", ToString(status.code())}, {"message", status.message()}, {"hint", status.hint()}}},
      {"errors", boost::json::array{boost::json::value(status.message())}}};
  return {.status = http_status, .body = boost::json::serialize(json)};
}

HttpResponse ErrorResponse(const Status& status) {
  return ErrorResponse(HttpStatusOf(status), status);
}

std::string_view ToString(ErrorCode code) {
  switch (code) {
    case ErrorCode::kFailed: return "failed";
    case ErrorCode::kInvalidArgument: return "invalid_argument";
    case ErrorCode::kNotFound: return "not_found";
    case ErrorCode::kAlreadyExists: return "already_exists";
    case ErrorCode::kConflict: return "conflict";
    case ErrorCode::kUnauthorized: return "unauthorized";
    case ErrorCode::kUnavailable: return "unavailable";
    case ErrorCode::kTimeout: return "timeout";
    case ErrorCode::kCorruption: return "corruption";
    case ErrorCode::kResourceExhausted: return "resource_exhausted";
    case ErrorCode::kFenced: return "fenced";
    case ErrorCode::kCancelled: return "cancelled";
  }
  return "failed";
}

}  // namespace penstock
