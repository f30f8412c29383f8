#pragma once

#include <string>
#include <string_view>

#include "common/status.h"

namespace penstock {

/// The file in a multipart/form-data body (RFC 7578).
struct MultipartFile {
  std::string field;
  /// A plain name: never empty, without slashes, backslashes or control characters, not "." or
  /// "..".
  std::string filename;
  std::string content_type;
  /// A view into the body.
  std::string_view content;
};

/// Finds the one part that is a file; others are ignored. Fails with InvalidArgument when there is
/// none, more than one, or the body is malformed. Directories before a file's name are cut off.
Result<MultipartFile> ParseMultipartFile(std::string_view content_type, std::string_view body);

struct MultipartBody {
  std::string content_type;
  std::string body;
};
/// The upload of one file.
MultipartBody BuildMultipartFile(std::string_view field, std::string_view filename,
                                 std::string_view content);

}  // namespace penstock
