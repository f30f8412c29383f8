#pragma once

#include <cstdint>
#include <string_view>

namespace penstock {

/// The bytes of one record and where they lie.
struct RawRecord {
  std::string_view bytes;    ///< Valid until the next call; RecordParser::kPadding bytes follow.
  std::uint64_t offset = 0;  ///< In the file, or since the connection began.
  std::uint64_t number = 0;  ///< From 1, in the split.
};

}  // namespace penstock
