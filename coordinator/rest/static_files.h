#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "common/http/message.h"

namespace penstock {

/// A file of the web UI as it is kept in the program; scripts/lib/embed_web.py makes them.
struct WebFile {
  std::string_view path;  ///< From the root of the site: "/assets/app.js".
  std::string_view content_type;
  std::string_view etag;  ///< As in the header, of the uncompressed content.
  std::string_view bytes;
  std::size_t size = 0;  ///< Of the uncompressed content.
  bool gzipped = false;  ///< `bytes` is.
};

/// The files below web/dist when the program was built; none if it was not there.
std::span<const WebFile> WebBundle();

/// Serves the web UI: files below /assets have names that change with their content, so browsers
/// keep them for good; all others are asked for anew. Thread-safe.
class StaticFiles {
 public:
  /// `files` outlives this; without any, "/" is a page that says so.
  explicit StaticFiles(std::span<const WebFile> files) : files_(files) {}

  /// Nothing when the request is for something else.
  std::optional<HttpResponse> Answer(const HttpRequest& request) const;

 private:
  const WebFile* Find(std::string_view path) const;

  std::span<const WebFile> files_;
};

}  // namespace penstock
