#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "common/status.h"

namespace penstock {

/// How the bytes of a file are packed. The numbers are stored in positions of file sources.
enum class Compression : unsigned char {
  kNone = 0,
  kGzip = 1,  ///< RFC 1952, ".gz".
  kZstd = 2,  ///< RFC 8878, ".zst".
  kLz4 = 3,   ///< The LZ4 frame format, ".lz4".
};

/// What the end of a file's name says: ".gz", ".zst", ".lz4", else kNone.
Compression CompressionOf(std::string_view path);
/// ".gz" and so on; empty for kNone.
std::string_view ExtensionOf(Compression compression);
/// For people: "gzip".
std::string_view NameOf(Compression compression);

/// Unpacks a stream of frames, one after the other. One thread at a time.
class Decoder {
 public:
  struct Progress {
    std::size_t consumed = 0;
    std::size_t produced = 0;
    bool at_frame_end = false;  ///< What has been consumed ends with a whole frame.
  };

  virtual ~Decoder() = default;
  /// Takes from `in` and writes up to `room` bytes to `out`. The error says what is wrong, not
  /// where.
  virtual Result<Progress> Decode(std::string_view in, char* out, std::size_t room) = 0;
};

/// Packs one frame, with a checksum of its content. One thread at a time.
class Encoder {
 public:
  virtual ~Encoder() = default;
  /// Appends to `out` what is ready; the rest waits inside.
  virtual Status Encode(std::string_view in, std::string& out) = 0;
  /// Appends the rest of the frame. Nothing may follow.
  virtual Status Finish(std::string& out) = 0;
};

/// Null for kNone. Internal when the library has no memory.
Result<std::unique_ptr<Decoder>> NewDecoder(Compression compression);
Result<std::unique_ptr<Encoder>> NewEncoder(Compression compression);

namespace internal {

Result<std::unique_ptr<Decoder>> NewGzipDecoder();
Result<std::unique_ptr<Encoder>> NewGzipEncoder();
Result<std::unique_ptr<Decoder>> NewZstdDecoder();
Result<std::unique_ptr<Encoder>> NewZstdEncoder();
Result<std::unique_ptr<Decoder>> NewLz4Decoder();
Result<std::unique_ptr<Encoder>> NewLz4Encoder();

}  // namespace internal

}  // namespace penstock
