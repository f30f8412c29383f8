#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace penstock {

/// How bytes are cut into records; what is in a record is the parser's business. Stored in
/// positions, by number.
enum class Framing : unsigned char {
  kLines,           ///< Every line.
  kNonEmptyLines,   ///< Every line that isn't blank.
  kCsv,             ///< RFC 4180: a line break in quotes belongs to the field. No blank lines.
  kJsonArray,       ///< The elements of one JSON array.
  kFixedSize,       ///< Behind a binary header, records of one size (docs/formats/records.md).
  kSized,           ///< Behind a binary header, each record behind its length.
  kPackedMessages,  ///< Cap'n Proto messages, packed, one after the other.
};
inline constexpr Framing kLastFraming = Framing::kPackedMessages;

/// Whether a binary header comes before the records.
constexpr bool HasHeader(Framing framing) {
  return framing == Framing::kFixedSize || framing == Framing::kSized;
}

/// What a framer has found at the front of the bytes at hand.
struct Frame {
  enum class Kind : unsigned char {
    kRecord,    ///< [begin, end) is a record; the next one is searched from `next`.
    kNeedMore,  ///< The record doesn't end within these bytes.
    kEnd,       ///< No record follows; `next` is the end of the input.
    kBroken,    ///< The file has not the structure that it should have at `begin`; see `problem`.
  };
  Kind kind = Kind::kNeedMore;
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t next = 0;
  const char* problem = "";
};

/// Where in its file the bytes lie.
struct FramePlace {
  bool at_start = false;  ///< No record has been taken yet: an array's '[' is still to come.
  bool at_end = false;    ///< Nothing follows the bytes.
  std::uint32_t record_size = 0;  ///< In bytes, for kFixedSize.
};

/// Finds the next record. Pure: the same bytes give the same answer, however often they are looked
/// at.
Frame NextFrame(Framing framing, std::string_view bytes, FramePlace place);

namespace internal {

Frame NextPackedMessage(std::string_view bytes, bool at_end);

}  // namespace internal

}  // namespace penstock
