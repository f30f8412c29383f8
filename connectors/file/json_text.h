#pragma once

#include <string>
#include <string_view>

namespace penstock {

/// Appends the text in quotes; what JSON doesn't allow inside is escaped, invalid UTF-8 becomes
/// U+FFFD.
void AppendJsonString(std::string_view text, std::string& out);

bool IsUtf8(std::string_view bytes);

/// RFC 4648, with padding.
void AppendBase64(std::string_view bytes, std::string& out);

}  // namespace penstock
