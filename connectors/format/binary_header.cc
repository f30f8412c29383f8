#include "connectors/format/binary_header.h"

#include <algorithm>
#include <cstring>

#include "common/bytes.h"
#include "common/checksum.h"

namespace penstock {
namespace {

constexpr std::string_view kMagic = "PNSTKREC";
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kSizeAt = kMagic.size() + sizeof(kVersion);  // of the header's own length
constexpr std::size_t kShortest = 32;
constexpr std::size_t kLongest = 1024 * 1024;

Frame Broken(const char* problem) { return {Frame::Kind::kBroken, 0, 0, 0, problem}; }

Fingerprint ReadFields(ByteReader& in) {
  Fingerprint fields;
  const auto count = in.Fixed<std::uint32_t>();
  for (std::uint32_t i = 0; i < count && !in.failed(); ++i) {
    TypeField& field = fields.emplace_back();
    field.name = in.String();
    field.type = in.String();
  }
  return fields;
}

}  // namespace

void EncodeBinaryHeader(const BinaryHeader& header, std::string& out) {
  const std::size_t begin = out.size();
  ByteWriter writer(out);
  writer.Bytes(kMagic);
  writer.Fixed(kVersion);
  writer.Fixed(std::uint32_t{0});  // the length, when it is known
  writer.Fixed(header.record_size);
  writer.Fixed(static_cast<std::uint32_t>(header.fields.size()));
  for (const TypeField& field : header.fields) {
    writer.String(field.name);
    writer.String(field.type);
  }
  const auto size = static_cast<std::uint32_t>(out.size() - begin + sizeof(std::uint64_t));
  std::memcpy(out.data() + begin + kSizeAt, &size, sizeof(size));
  writer.Fixed(Checksum(std::string_view(out).substr(begin)));
}

Result<BinaryHeader> DecodeBinaryHeader(std::string_view bytes) {
  const Frame frame = NextBinaryHeader(bytes, true);
  if (frame.kind != Frame::Kind::kRecord || frame.end != bytes.size()) {
    return Status::InvalidArgument("the header of the binary records is not complete");
  }
  ByteReader in(bytes.substr(0, bytes.size() - sizeof(std::uint64_t)));
  in.Bytes(kMagic.size());
  const auto version = in.Fixed<std::uint32_t>();
  if (version != kVersion) {
    return Status::InvalidArgument(
        "the binary records have version " + std::to_string(version) + ", known is " +
            std::to_string(kVersion),
        "write them with this version of Penstock, or read them with the one that wrote them");
  }
  in.Fixed<std::uint32_t>();
  BinaryHeader header;
  header.record_size = in.Fixed<std::uint32_t>();
  header.fields = ReadFields(in);
  std::uint64_t checksum = 0;
  std::memcpy(&checksum, bytes.data() + bytes.size() - sizeof(checksum), sizeof(checksum));
  const bool whole = !in.failed() && in.remaining() == 0;
  if (whole && checksum == Checksum(bytes.substr(0, bytes.size() - sizeof(checksum)))) {
    return header;
  }
  return Status::Corruption("the header of the binary records is damaged");
}

Frame NextBinaryHeader(std::string_view bytes, bool at_end) {
  const std::size_t compared = std::min(bytes.size(), kMagic.size());
  if (bytes.substr(0, compared) != kMagic.substr(0, compared)) {
    return Broken("these are no binary records of Penstock: the header is missing");
  }
  std::uint32_t size = 0;
  if (bytes.size() >= kSizeAt + sizeof(size)) {
    std::memcpy(&size, bytes.data() + kSizeAt, sizeof(size));
    if (size < kShortest || size > kLongest) return Broken("the header is damaged");
    if (bytes.size() >= size) return {Frame::Kind::kRecord, 0, size, size};
  }
  return at_end ? Broken("the header of the binary records is cut off") : Frame{};
}

}  // namespace penstock
