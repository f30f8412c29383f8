#include "cli/tar_writer.h"

#include <fcntl.h>
#include <zlib.h>

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "common/process.h"

namespace penstock {
namespace {

constexpr std::size_t kBlock = 512;
constexpr std::size_t kNameBytes = 100;
constexpr std::size_t kChecksumAt = 148;

std::string Padding(std::uint64_t size) {
  return std::string((kBlock - size % kBlock) % kBlock, '\0');
}

}  // namespace

std::string TarHeader(std::string_view name, std::uint64_t size, std::int64_t modified_seconds) {
  std::string header(name);
  header.resize(kNameBytes, '\0');
  // Mode, owner, group, size, time; each octal, ended by NUL.
  header += fmt::format("{:07o}", 0600) + '\0' + fmt::format("{:07o}", 0) + '\0' +
            fmt::format("{:07o}", 0) + '\0' + fmt::format("{:011o}", size) + '\0' +
            fmt::format("{:011o}", modified_seconds) + '\0';
  header += std::string(8, ' ') + '0';  // the checksum counts as blanks; a regular file
  header.resize(257, '\0');
  header += std::string("ustar\0", 6) + "00";
  header.resize(kBlock, '\0');
  unsigned sum = 0;
  for (const char c : header) sum += static_cast<unsigned char>(c);
  header.replace(kChecksumAt, 8, fmt::format("{:06o}", sum) + std::string("\0 ", 2));
  return header;
}

struct TarWriter::Stream {
  gzFile file = nullptr;
  std::string path;
};

TarWriter::TarWriter(std::unique_ptr<Stream> stream) : stream_(std::move(stream)) {}
TarWriter::TarWriter(TarWriter&&) noexcept = default;
TarWriter::~TarWriter() {
  if (stream_ && stream_->file != nullptr) gzclose(stream_->file);
}

Result<TarWriter> TarWriter::Create(const std::string& path) {
  UniqueFd file(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file && errno == EEXIST) {
    return Status::User(ErrorCode::kAlreadyExists, path + " exists already",
                        "choose another name with -o FILE");
  }
  if (!file) {
    return Status::External(path + ": cannot be written: " + std::strerror(errno),
                            "choose another place with -o FILE");
  }
  auto stream = std::make_unique<Stream>();
  stream->path = path;
  stream->file = gzdopen(file.get(), "wb");
  if (stream->file == nullptr) return Status::Internal("no memory for compression");
  static_cast<void>(file.Release());
  return TarWriter(std::move(stream));
}

Status TarWriter::Write(std::string_view bytes) {
  if (bytes.empty()) return {};
  if (gzwrite(stream_->file, bytes.data(), static_cast<unsigned>(bytes.size())) > 0) return {};
  return Status::External(stream_->path + ": cannot be written", "is the disk full?");
}

Status TarWriter::Add(std::string_view name, std::string_view content,
                      std::int64_t modified_seconds) {
  if (name.empty() || name.size() > kNameBytes) {
    return Status::InvalidArgument(fmt::format("'{}' is no name for a tar archive", name));
  }
  PENSTOCK_RETURN_IF_ERROR(Write(TarHeader(name, content.size(), modified_seconds)));
  PENSTOCK_RETURN_IF_ERROR(Write(content));
  return Write(Padding(content.size()));
}

Status TarWriter::Close() {
  PENSTOCK_RETURN_IF_ERROR(Write(std::string(2 * kBlock, '\0')));
  const int failed = gzclose(std::exchange(stream_->file, nullptr));
  if (failed == Z_OK) return {};
  return Status::External(stream_->path + ": cannot be written", "is the disk full?");
}

}  // namespace penstock
