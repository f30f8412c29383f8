#pragma once

#include <string>
#include <string_view>

#include "common/http/message.h"
#include "common/status.h"

namespace penstock {

/// Whether a header Accept-Encoding allows gzip.
bool AcceptsGzip(std::string_view accept_encoding);

/// Compresses fast rather than well.
std::string Gzip(std::string_view bytes);
/// Fails on what is not gzip, is incomplete or has more than `max_bytes`.
Result<std::string> Gunzip(std::string_view bytes, std::size_t max_bytes);

/// Compresses the body of an answer to a client that accepts gzip, if it is text, large enough to
/// gain by it, and nobody has decided about its encoding yet.
void CompressBody(HttpResponse& response);

}  // namespace penstock
