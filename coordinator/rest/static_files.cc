#include "coordinator/rest/static_files.h"

#include <algorithm>

#include "common/http/compression.h"

namespace penstock {
namespace {

constexpr std::string_view kIndex = "/index.html";

/// Nothing but what this server itself has sent may run in the page or be reached from it.
constexpr std::string_view kContentSecurityPolicy =
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' "
    "data:; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

constexpr std::string_view kNoBundle =
    "Penstock runs, but this program was built without its web UI.\n"
    "The REST API is described at /openapi.json; 'penstock --help' lists the commands.\n";

/// If-None-Match: a list of etags, or "*" for any.
bool Matches(std::string_view list, std::string_view etag) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    std::string_view entry = list.substr(0, comma);
    while (entry.starts_with(' ')) entry.remove_prefix(1);
    while (entry.ends_with(' ')) entry.remove_suffix(1);
    if (entry == etag || entry == "*") return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

HttpResponse Headers(std::string_view content_type, std::string_view cache_control) {
  HttpResponse response;
  response.content_type = content_type;
  response.headers = {{"Content-Security-Policy", std::string(kContentSecurityPolicy)},
                      {"Referrer-Policy", "no-referrer"},
                      {"Cross-Origin-Opener-Policy", "same-origin"},
                      {"Cross-Origin-Resource-Policy", "same-origin"},
                      {"Cache-Control", std::string(cache_control)}};
  return response;
}

HttpResponse Serve(const WebFile& file, const HttpRequest& request) {
  const bool immutable = file.path.starts_with("/assets/");
  HttpResponse response =
      Headers(file.content_type, immutable ? "public, max-age=31536000, immutable" : "no-cache");
  response.headers.emplace_back("ETag", file.etag);
  if (file.gzipped) response.headers.emplace_back("Vary", "Accept-Encoding");
  if (Matches(request.Header("if-none-match"), file.etag)) {
    response.status = 304;
    return response;
  }
  if (!file.gzipped || AcceptsGzip(request.Header("accept-encoding"))) {
    response.body = file.bytes;
    if (file.gzipped) response.headers.emplace_back("Content-Encoding", "gzip");
    return response;
  }
  auto plain = Gunzip(file.bytes, file.size);
  if (!plain.ok()) return ErrorResponse(Status::Internal(plain.status().message()));
  response.body = std::move(*plain);
  return response;
}

}  // namespace

std::optional<HttpResponse> StaticFiles::Answer(const HttpRequest& request) const {
  if (request.method != "GET") return std::nullopt;
  // Built from decoded and checked segments, so that there is one spelling of each path.
  std::string path;
  for (const std::string& segment : request.path) path += "/" + segment;
  if (path.empty()) path = kIndex;
  if (const WebFile* file = Find(path)) return Serve(*file, request);
  if (path != kIndex) return std::nullopt;
  HttpResponse page = Headers("text/plain; charset=utf-8", "no-cache");
  page.body = kNoBundle;
  return page;
}

const WebFile* StaticFiles::Find(std::string_view path) const {
  const auto found = std::find_if(files_.begin(), files_.end(),
                                  [&](const WebFile& file) { return file.path == path; });
  return found == files_.end() ? nullptr : &*found;
}

}  // namespace penstock
