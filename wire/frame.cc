#include "wire/frame.h"

#include <cassert>
#include <cstring>

#include <fmt/format.h>

#include "common/bytes.h"
#include "common/checksum.h"

namespace penstock {
namespace {

/// The header as it stands in memory; docs/formats/frames.md has the same table.
struct RawHeader {
  std::uint32_t magic;
  std::uint32_t version;
  std::uint64_t checksum;  // of everything behind this field
  std::uint32_t kind;
  std::uint32_t channel;
  std::uint64_t job_high;
  std::uint64_t job_low;
  std::uint64_t generation;
  std::uint64_t sequence;
  std::uint32_t payload_bytes;
  std::uint32_t record_count;
  std::uint32_t backlog_bytes;
  std::uint32_t credit_bytes;
};
static_assert(sizeof(RawHeader) == kFrameHeaderBytes);

constexpr std::size_t kChecksummedFrom =
    offsetof(RawHeader, checksum) + sizeof(RawHeader::checksum);

bool IsKnown(std::uint32_t kind) {
  return kind >= static_cast<std::uint32_t>(FrameKind::kData) &&
         kind <= static_cast<std::uint32_t>(FrameKind::kGoodbyeAck);
}

template <typename T>
Status Mismatch(const char* what, T expected, T found) {
  return Status::Corruption(
      fmt::format("damaged frame: expected {} {:#x}, found {:#x}", what, expected, found));
}

Status CheckRaw(const RawHeader& raw, std::string_view bytes) {
  if (raw.magic != kFrameMagic) return Mismatch("magic", kFrameMagic, raw.magic);
  if (raw.version != kFrameVersion) return Mismatch("version", kFrameVersion, raw.version);
  const std::size_t payload = bytes.size() - kFrameHeaderBytes;
  if (raw.payload_bytes != payload) {
    return Status::Corruption(fmt::format("damaged frame: expected {} bytes of payload, found {}",
                                          raw.payload_bytes, payload));
  }
  const std::uint64_t checksum = Checksum(bytes.substr(kChecksummedFrom));
  if (raw.checksum != checksum) return Mismatch("checksum", raw.checksum, checksum);
  if (!IsKnown(raw.kind)) {
    return Status::Corruption(fmt::format("damaged frame: unknown kind {}", raw.kind));
  }
  return Status::Ok();
}

}  // namespace

void SealFrame(const FrameHeader& header, char* frame, std::size_t size) {
  assert(size >= kFrameHeaderBytes && size <= kMaxFrameBytes);
  RawHeader raw{};
  raw.magic = kFrameMagic;
  raw.version = kFrameVersion;
  raw.kind = static_cast<std::uint32_t>(header.kind);
  raw.channel = header.channel.value();
  raw.job_high = header.job.high();
  raw.job_low = header.job.low();
  raw.generation = header.generation.value();
  raw.sequence = header.sequence;
  raw.payload_bytes = static_cast<std::uint32_t>(size - kFrameHeaderBytes);
  raw.record_count = header.record_count;
  raw.backlog_bytes = header.backlog_bytes;
  raw.credit_bytes = header.credit_bytes;
  std::memcpy(frame, &raw, sizeof(raw));
  raw.checksum = Checksum({frame + kChecksummedFrom, size - kChecksummedFrom});
  std::memcpy(frame + offsetof(RawHeader, checksum), &raw.checksum, sizeof(raw.checksum));
}

Result<Frame> OpenFrame(std::string_view bytes) {
  if (bytes.size() < kFrameHeaderBytes) {
    return Status::Corruption(fmt::format("damaged frame: expected a header of {} bytes, found {}",
                                          kFrameHeaderBytes, bytes.size()));
  }
  RawHeader raw;
  std::memcpy(&raw, bytes.data(), sizeof(raw));
  PENSTOCK_RETURN_IF_ERROR(CheckRaw(raw, bytes));
  return Frame{{.kind = static_cast<FrameKind>(raw.kind),
                .channel = ChannelId(raw.channel),
                .job = JobId(raw.job_high, raw.job_low),
                .generation = Generation(raw.generation),
                .sequence = raw.sequence,
                .record_count = raw.record_count,
                .backlog_bytes = raw.backlog_bytes,
                .credit_bytes = raw.credit_bytes},
               bytes.substr(kFrameHeaderBytes)};
}

const char* ToString(FrameKind kind) {
  switch (kind) {
    case FrameKind::kData: return "data";
    case FrameKind::kControl: return "control";
    case FrameKind::kCredit: return "credit";
    case FrameKind::kHello: return "hello";
    case FrameKind::kGoodbye: return "goodbye";
    case FrameKind::kGoodbyeAck: return "goodbye-ack";
  }
  return "unknown";
}

}  // namespace penstock
