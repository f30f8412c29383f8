#include "cli/output_file.h"

#include "common/file_system.h"

namespace penstock {

std::string OutputFile(const std::string& data_directory, const std::string& role) {
  constexpr std::uint64_t kLarge = 1u << 20;
  FileSystem& fs = PosixFileSystem();
  const std::string logs = JoinPath(data_directory, "logs");
  const std::string path = JoinPath(logs, role + ".out");
  const Result<std::uint64_t> size = fs.FileSize(path);
  if (size.ok() && *size > kLarge) {
    // Should it fail, the file is appended to, which loses nothing.
    static_cast<void>(fs.Rename(path, JoinPath(logs, role + ".1.out")));
  }
  return path;
}

}  // namespace penstock
