#include "common/http/multipart.h"

#include <strings.h>

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "common/checksum.h"

namespace penstock {
namespace {

constexpr std::size_t kLongestBoundary = 70;  // RFC 2046, 5.1.1

Status Malformed(const char* what) {
  return Status::InvalidArgument(std::string("malformed multipart body: ") + what,
                                 "upload the file as multipart/form-data");
}

bool StartsWithIgnoringCase(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() &&
         ::strncasecmp(text.data(), prefix.data(), prefix.size()) == 0;
}

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// Takes one value off the front, quoted or not; backslash escapes '"' and itself only, as some
/// clients send Windows paths unescaped.
std::string TakeValue(std::string_view& rest) {
  std::string value;
  if (!rest.starts_with('"')) {
    value = Trimmed(rest.substr(0, rest.find(';')));
    rest.remove_prefix(std::min(rest.find(';'), rest.size()));
    return value;
  }
  std::size_t i = 1;
  for (; i < rest.size() && rest[i] != '"'; ++i) {
    const bool escape =
        rest[i] == '\\' && i + 1 < rest.size() && (rest[i + 1] == '"' || rest[i + 1] == '\\');
    value += rest[escape ? ++i : i];
  }
  rest.remove_prefix(std::min(i + 1, rest.size()));
  return value;
}

/// Value of `name=value` or `name="value"` among the parameters after the first ';'.
std::optional<std::string> Parameter(std::string_view header, std::string_view name) {
  std::string_view rest = header.substr(std::min(header.find(';'), header.size()));
  while (rest.starts_with(';')) {
    rest = Trimmed(rest.substr(1));
    const std::size_t equals = rest.find_first_of("=;");
    if (equals == std::string_view::npos || rest[equals] == ';') {
      rest.remove_prefix(std::min(equals, rest.size()));
      continue;
    }
    const std::string_view key = Trimmed(rest.substr(0, equals));
    rest = Trimmed(rest.substr(equals + 1));
    std::string value = TakeValue(rest);
    if (key.size() == name.size() && StartsWithIgnoringCase(key, name)) return value;
    rest = Trimmed(rest);
  }
  return std::nullopt;
}

Result<std::string> PlainName(std::string_view filename) {
  filename = filename.substr(filename.find_last_of("/\\") + 1);
  const bool control = std::any_of(filename.begin(), filename.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
  if (filename.empty() || filename == "." || filename == ".." || filename.size() > 255 || control) {
    return Malformed("the file has no usable name");
  }
  return std::string(filename);
}

struct Part {
  std::string disposition;
  std::string content_type;
  std::string_view content;
};

Result<Part> ParsePart(std::string_view text) {
  Part part;
  while (true) {
    const std::size_t end = text.find("\r\n");
    if (end == std::string_view::npos) return Malformed("a part without content");
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 2);
    if (line.empty()) break;
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return Malformed("a header without colon");
    const std::string_view value = Trimmed(line.substr(colon + 1));
    if (StartsWithIgnoringCase(line, "content-disposition:")) part.disposition = value;
    if (StartsWithIgnoringCase(line, "content-type:")) part.content_type = value;
  }
  part.content = text;
  return part;
}

/// Takes the next part off the front of `rest`, which starts right after a delimiter. Nothing at
/// the closing delimiter.
Result<std::optional<Part>> NextPart(std::string_view& rest, const std::string& delimiter) {
  if (rest.starts_with("--")) return std::optional<Part>();
  const std::size_t line_end = rest.find("\r\n");
  if (line_end == std::string_view::npos || !Trimmed(rest.substr(0, line_end)).empty()) {
    return Malformed("text after a boundary");
  }
  rest.remove_prefix(line_end + 2);
  const std::size_t end = rest.find(delimiter);
  if (end == std::string_view::npos) return Malformed("it ends before the last boundary");
  PENSTOCK_ASSIGN_OR_RETURN(Part part, ParsePart(rest.substr(0, end)));
  rest.remove_prefix(end + delimiter.size());
  return std::optional<Part>(std::move(part));
}

}  // namespace

Result<MultipartFile> ParseMultipartFile(std::string_view content_type, std::string_view body) {
  const std::optional<std::string> boundary = Parameter(content_type, "boundary");
  if (!StartsWithIgnoringCase(content_type, "multipart/form-data") || !boundary ||
      boundary->empty() || boundary->size() > kLongestBoundary) {
    return Malformed("no boundary in the content type");
  }
  const std::string delimiter = "\r\n--" + *boundary;
  std::string_view rest = body;
  const std::string_view first = std::string_view(delimiter).substr(2);
  if (rest.starts_with(first)) {
    rest.remove_prefix(first.size());
  } else {
    const std::size_t start = rest.find(delimiter);
    if (start == std::string_view::npos) return Malformed("the boundary does not occur");
    rest.remove_prefix(start + delimiter.size());
  }
  std::optional<MultipartFile> file;
  while (true) {
    PENSTOCK_ASSIGN_OR_RETURN(const std::optional<Part> part, NextPart(rest, delimiter));
    if (!part) break;
    const std::optional<std::string> filename = Parameter(part->disposition, "filename");
    if (!filename) continue;
    if (file) return Malformed("more than one file");
    PENSTOCK_ASSIGN_OR_RETURN(std::string name, PlainName(*filename));
    file = MultipartFile{Parameter(part->disposition, "name").value_or(""), std::move(name),
                         part->content_type, part->content};
  }
  if (!file) return Malformed("no file in it");
  return *std::move(file);
}

MultipartBody BuildMultipartFile(std::string_view field, std::string_view filename,
                                 std::string_view content) {
  std::string boundary;
  std::uint64_t salt = Checksum(content);
  do {
    boundary = fmt::format("penstock-{:016x}", salt++);
  } while (content.find(boundary) != std::string_view::npos);
  std::string quoted;
  for (const char c : filename) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  MultipartBody result{"multipart/form-data; boundary=" + boundary, {}};
  result.body = fmt::format(
      "--{}\r\nContent-Disposition: form-data; name=\"{}\"; filename=\"{}\"\r\n"
      "Content-Type: application/octet-stream\r\n\r\n",
      boundary, field, quoted);
  result.body.append(content);
  result.body += "\r\n--" + boundary + "--\r\n";
  return result;
}

}  // namespace penstock
