#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "common/status.h"

namespace penstock {

/// The header of a regular file in a tar archive: 512 bytes (POSIX.1-1988, "ustar"). Requires a
/// name of at most 100 bytes.
std::string TarHeader(std::string_view name, std::uint64_t size, std::int64_t modified_seconds);

/// Writes a .tar.gz of small files, front to back, with mode 0600. Not thread-safe.
class TarWriter {
 public:
  /// Fails with kAlreadyExists when there is such a file.
  static Result<TarWriter> Create(const std::string& path);
  TarWriter(TarWriter&&) noexcept;
  ~TarWriter();

  /// InvalidArgument for a name that is too long.
  Status Add(std::string_view name, std::string_view content, std::int64_t modified_seconds);
  /// Without it the file is not complete.
  Status Close();

 private:
  struct Stream;
  explicit TarWriter(std::unique_ptr<Stream> stream);
  Status Write(std::string_view bytes);

  std::unique_ptr<Stream> stream_;
};

}  // namespace penstock
