#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/file_system.h"
#include "common/status.h"

namespace penstock {

/// A closed part of a file sink and what it is to become (docs/formats/part_files.md).
struct Committable {
  std::string directory;
  std::string source;  ///< Names below it; the target may have directories before it.
  std::string target;
  std::uint64_t length = 0;
  std::uint64_t checksum = 0;
};

std::string EncodeCommittable(const Committable& part);

/// Gives the part its name, which makes it visible. Idempotent. Corruption names the files when
/// neither source nor target are as they should be.
Result<Committable> CommitPart(FileSystem& fs, std::string_view committable);

/// Makes the directory; new ones are made durable, outermost first, before anything is put into
/// them.
Status MakeDurableDirectory(FileSystem& fs, const std::string& directory);

/// Can files be made in the directory, or can it be made? Changes nothing in the end.
Status CheckWritable(FileSystem& fs, const std::string& directory);

}  // namespace penstock
