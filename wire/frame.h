#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "common/ids.h"
#include "common/status.h"

namespace penstock {

/// Layout and meaning of every field: docs/formats/frames.md.
inline constexpr std::uint32_t kFrameMagic = 0x52465350;  // "PSFR"
inline constexpr std::uint32_t kFrameVersion = 1;
inline constexpr std::size_t kFrameHeaderBytes = 72;
/// Largest frame, header included; bounds the size of one record.
inline constexpr std::size_t kMaxFrameBytes = 64 * 1024 * 1024;

enum class FrameKind : std::uint32_t {
  kData = 1,        ///< Encoded records.
  kControl = 2,     ///< A watermark, watermark status or barrier.
  kCredit = 3,      ///< Receiver to sender: permission for more bytes.
  kHello = 4,       ///< The first frame of each side of a connection.
  kGoodbye = 5,     ///< Nothing follows; the connection may end.
  kGoodbyeAck = 6,  ///< The goodbye and all before it has arrived.
};

/// What stands before the payload of everything that two task hosts send each other.
struct FrameHeader {
  FrameKind kind = FrameKind::kData;
  ChannelId channel{};  ///< 0 for hello and goodbye.
  JobId job{};
  Generation generation{};
  /// Per channel, from 0: data and control elements count together, credits on their own.
  std::uint64_t sequence = 0;
  std::uint32_t record_count = 0;
  /// Data: what the sender would like to send at once beyond this frame, an estimate in bytes.
  std::uint32_t backlog_bytes = 0;
  /// Credit: bytes granted. Data and control: granted bytes that the sender gives back unused.
  std::uint32_t credit_bytes = 0;

  bool operator==(const FrameHeader&) const = default;
};

/// A checked frame; the payload is a view into its bytes.
struct Frame {
  FrameHeader header;
  std::string_view payload;
};

/// Completes a frame whose payload already stands at `frame + kFrameHeaderBytes`: writes the header
/// and the checksum. `size` is that of the whole frame, at least kFrameHeaderBytes and at most
/// kMaxFrameBytes.
void SealFrame(const FrameHeader& header, char* frame, std::size_t size);

/// Checks everything that a frame says about itself: magic, version, length, checksum, kind.
/// Corruption, with expected and found, when something is wrong. Whether it is welcome is the
/// receiver's business.
Result<Frame> OpenFrame(std::string_view bytes);

const char* ToString(FrameKind kind);

}  // namespace penstock
