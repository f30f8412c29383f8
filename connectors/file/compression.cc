#include "connectors/file/compression.h"

#include <array>

namespace penstock {
namespace {

struct Kind {
  Compression compression;
  std::string_view name;
  std::string_view extension;
};

constexpr std::array<Kind, 4> kKinds = {
    Kind{Compression::kNone, "none", ""}, Kind{Compression::kGzip, "gzip", ".gz"},
    Kind{Compression::kZstd, "zstd", ".zst"}, Kind{Compression::kLz4, "lz4", ".lz4"}};

const Kind& KindOf(Compression compression) {
  return kKinds[static_cast<std::size_t>(compression) % kKinds.size()];
}

}  // namespace

Compression CompressionOf(std::string_view path) {
  for (const Kind& kind : kKinds) {
    if (!kind.extension.empty() && path.ends_with(kind.extension)) return kind.compression;
  }
  return Compression::kNone;
}

std::string_view ExtensionOf(Compression compression) { return KindOf(compression).extension; }

std::string_view NameOf(Compression compression) { return KindOf(compression).name; }

Result<std::unique_ptr<Decoder>> NewDecoder(Compression compression) {
  switch (compression) {
    case Compression::kGzip: return internal::NewGzipDecoder();
    case Compression::kZstd: return internal::NewZstdDecoder();
    case Compression::kLz4: return internal::NewLz4Decoder();
    case Compression::kNone: break;
  }
  return std::unique_ptr<Decoder>();
}

Result<std::unique_ptr<Encoder>> NewEncoder(Compression compression) {
  switch (compression) {
    case Compression::kGzip: return internal::NewGzipEncoder();
    case Compression::kZstd: return internal::NewZstdEncoder();
    case Compression::kLz4: return internal::NewLz4Encoder();
    case Compression::kNone: break;
  }
  return std::unique_ptr<Encoder>();
}

}  // namespace penstock
