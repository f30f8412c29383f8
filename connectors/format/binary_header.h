#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/fingerprint.h"
#include "common/status.h"
#include "connectors/file/framing.h"

namespace penstock {

/// What stands before binary records, in a file or on a connection (docs/formats/records.md).
struct BinaryHeader {
  std::uint32_t record_size = 0;  ///< Bytes; 0 when each record has its length before it.
  Fingerprint fields;             ///< The layout of the records.
};

void EncodeBinaryHeader(const BinaryHeader& header, std::string& out);
/// `bytes` is the whole header. InvalidArgument for another version, Corruption for damage.
Result<BinaryHeader> DecodeBinaryHeader(std::string_view bytes);

/// Looks for the header at the front of the bytes at hand, as NextFrame does for a record. Checks
/// no more than is needed to know where it ends.
Frame NextBinaryHeader(std::string_view bytes, bool at_end);

}  // namespace penstock
