#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/bytes.h"
#include "common/checksum.h"

namespace penstock {

// The keys of entries in snapshots and in the tier beneath the tables (docs/formats/snapshot.md):
// key group (2 bytes, big endian), state id (4, big endian), then what EntryKeyCodec (api/)
// appends.

inline constexpr std::size_t kEntryHeaderBytes = 6;

/// Names one keyed state of one operator, wherever the operator runs. Two states of a task with the
/// same id are refused when the task opens.
inline std::uint32_t StateIdOf(std::string_view operator_uid, std::string_view name) {
  std::string text(operator_uid);
  text.push_back('\0');
  text.append(name);
  return static_cast<std::uint32_t>(Checksum(text));
}

inline void AppendBigEndian32(std::string& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>((value >> shift) & 0xff));
  }
}
inline std::uint32_t ReadBigEndian32(const char* bytes) {
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value = (value << 8) | static_cast<unsigned char>(bytes[i]);
  return value;
}
inline void AppendEntryHeader(std::string& out, std::uint32_t group, std::uint32_t state) {
  AppendBigEndian16(out, static_cast<std::uint16_t>(group));
  AppendBigEndian32(out, state);
}

/// Numbers as 8 bytes whose order as bytes is the numeric order.
inline void AppendOrdered64(std::string& out, std::int64_t value) {
  const std::uint64_t flipped = static_cast<std::uint64_t>(value) ^ (std::uint64_t{1} << 63);
  for (int shift = 56; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>((flipped >> shift) & 0xff));
  }
}
/// False unless `bytes` are exactly 8.
inline bool ReadOrdered64(std::string_view bytes, std::int64_t& value) {
  if (bytes.size() != 8) return false;
  std::uint64_t flipped = 0;
  for (char byte : bytes) flipped = (flipped << 8) | static_cast<unsigned char>(byte);
  value = static_cast<std::int64_t>(flipped ^ (std::uint64_t{1} << 63));
  return true;
}

}  // namespace penstock
