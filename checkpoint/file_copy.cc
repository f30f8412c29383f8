#include "checkpoint/file_copy.h"

#include <cstdint>
#include <vector>

namespace penstock {
namespace {

constexpr std::size_t kPieceBytes = 1 << 20;

}  // namespace

Status CopyFile(FileSystem& fs, const std::string& from, const std::string& to) {
  PENSTOCK_ASSIGN_OR_RETURN(const auto source, fs.Open(from));
  PENSTOCK_ASSIGN_OR_RETURN(const auto target, fs.Create(to));
  std::vector<char> piece(kPieceBytes);
  for (std::uint64_t offset = 0;;) {
    PENSTOCK_ASSIGN_OR_RETURN(const std::size_t read,
                              source->Read(offset, piece.data(), piece.size()));
    if (read == 0) break;
    PENSTOCK_RETURN_IF_ERROR(target->Append({piece.data(), read}));
    offset += read;
  }
  PENSTOCK_RETURN_IF_ERROR(target->Sync());
  return target->Close();
}

Status LinkOrCopy(FileSystem& fs, const std::string& from, const std::string& to) {
  const Status linked = fs.Link(from, to);
  if (linked.ok() || linked.code() == ErrorCode::kNotFound ||
      linked.code() == ErrorCode::kAlreadyExists) {
    return linked;
  }
  // Another file system, or one without hard links, or too many of them.
  return CopyFile(fs, from, to);
}

}  // namespace penstock
