#include "connectors/file/part_commit.h"

#include <utility>
#include <vector>

#include "common/bytes.h"
#include "common/checksum.h"

namespace penstock {
namespace {

constexpr std::uint32_t kVersion = 1;

Result<Committable> Decode(std::string_view bytes) {
  ByteReader in(bytes);
  Committable part;
  const auto version = in.Fixed<std::uint32_t>();
  part.directory = in.String();
  part.source = in.String();
  part.target = in.String();
  part.length = in.Fixed<std::uint64_t>();
  part.checksum = in.Fixed<std::uint64_t>();
  if (version != kVersion || in.failed() || in.remaining() != 0) {
    return Status::Corruption("a stored commit of a file sink has a wrong version or size");
  }
  return part;
}

std::string Path(const std::string& directory, const std::string& name) {
  return directory + "/" + name;
}

std::string Parent(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

Result<std::uint64_t> ChecksumOf(FileSystem& fs, const std::string& path) {
  PENSTOCK_ASSIGN_OR_RETURN(auto file, fs.Open(path));
  std::vector<char> buffer(256 * 1024);
  RunningChecksum checksum;
  for (std::uint64_t offset = 0;;) {
    PENSTOCK_ASSIGN_OR_RETURN(const std::size_t n,
                              file->Read(offset, buffer.data(), buffer.size()));
    if (n == 0) return checksum.Digest();
    checksum.Update({buffer.data(), n});
    offset += n;
  }
}

Status Damaged(const std::string& path, const std::string& expected, const std::string& found) {
  return Status::Corruption(path + ": expected " + expected + ", found " + found,
                            "the file was changed by something else than this job");
}

std::string Bytes(std::uint64_t length) { return std::to_string(length) + " bytes"; }

Status CheckLength(FileSystem& fs, const std::string& path, std::uint64_t expected) {
  PENSTOCK_ASSIGN_OR_RETURN(const std::uint64_t length, fs.FileSize(path));
  if (length == expected) return Status::Ok();
  return Damaged(path, Bytes(expected), Bytes(length));
}

Status CheckSource(FileSystem& fs, const std::string& path, const Committable& part) {
  PENSTOCK_RETURN_IF_ERROR(CheckLength(fs, path, part.length));
  PENSTOCK_ASSIGN_OR_RETURN(const std::uint64_t checksum, ChecksumOf(fs, path));
  if (checksum == part.checksum) return Status::Ok();
  return Damaged(path, "checksum " + std::to_string(part.checksum), std::to_string(checksum));
}

/// The innermost directory that exists on the way to `directory`, itself included.
Result<std::string> ExistingParent(FileSystem& fs, std::string directory) {
  while (true) {
    PENSTOCK_ASSIGN_OR_RETURN(const bool exists, fs.Exists(directory));
    if (exists || directory == "." || directory == "/") return directory;
    directory = Parent(directory);
  }
}

Status SyncBoth(FileSystem& fs, const std::string& source, const std::string& target) {
  PENSTOCK_RETURN_IF_ERROR(fs.SyncDirectory(Parent(target)));
  return Parent(source) == Parent(target) ? Status::Ok() : fs.SyncDirectory(Parent(source));
}

}  // namespace

std::string EncodeCommittable(const Committable& part) {
  std::string bytes;
  ByteWriter out(bytes);
  out.Fixed(kVersion);
  out.String(part.directory);
  out.String(part.source);
  out.String(part.target);
  out.Fixed(part.length);
  out.Fixed(part.checksum);
  return bytes;
}

Result<Committable> CommitPart(FileSystem& fs, std::string_view committable) {
  PENSTOCK_ASSIGN_OR_RETURN(const Committable part, Decode(committable));
  const std::string source = Path(part.directory, part.source);
  const std::string target = Path(part.directory, part.target);
  PENSTOCK_ASSIGN_OR_RETURN(const bool pending, fs.Exists(source));
  PENSTOCK_ASSIGN_OR_RETURN(const bool renamed, fs.Exists(target));
  if (!pending && !renamed) {
    return Status::Corruption("output is lost: neither " + source + " nor " + target + " exists",
                              "put the file back, or start the job anew with an empty directory");
  }
  if (pending && renamed) {
    return Status::Corruption(target + " exists, and " + source + " should become it",
                              "another job writes into this directory: give each one its own");
  }
  if (pending) {
    PENSTOCK_RETURN_IF_ERROR(CheckSource(fs, source, part));
    PENSTOCK_RETURN_IF_ERROR(MakeDurableDirectory(fs, Parent(target)));
    PENSTOCK_RETURN_IF_ERROR(fs.Rename(source, target));
  } else {
    PENSTOCK_RETURN_IF_ERROR(CheckLength(fs, target, part.length));
  }
  PENSTOCK_RETURN_IF_ERROR(SyncBoth(fs, source, target));
  return part;
}

Status MakeDurableDirectory(FileSystem& fs, const std::string& directory) {
  PENSTOCK_ASSIGN_OR_RETURN(const std::string existing, ExistingParent(fs, directory));
  PENSTOCK_RETURN_IF_ERROR(fs.MakeDirectories(directory, 0755));
  for (std::string made = directory; made != existing; made = Parent(made)) {
    PENSTOCK_RETURN_IF_ERROR(fs.SyncDirectory(Parent(made)));
  }
  return Status::Ok();
}

Status CheckWritable(FileSystem& fs, const std::string& directory) {
  constexpr const char* kHint = "choose a directory for the output that you may write to";
  PENSTOCK_ASSIGN_OR_RETURN(const std::string existing, ExistingParent(fs, directory));
  Result<bool> is_directory = fs.IsDirectory(existing);
  if (!is_directory.ok() || !*is_directory) {
    return Status::InvalidArgument(
        "cannot write to " + directory + ": " + existing + " is not a directory", kHint);
  }
  const std::string probe = Path(existing, ".penstock-write-check");
  Result<std::unique_ptr<WritableFile>> file = fs.Create(probe);
  if (file.ok()) {
    PENSTOCK_RETURN_IF_ERROR((*file)->Close());
    return fs.Remove(probe);
  }
  if (file.status().code() == ErrorCode::kAlreadyExists) return Status::Ok();  // another check's
  return Status::User(file.status().code(),
                      "cannot write to " + directory + ": " + file.status().message(), kHint);
}

}  // namespace penstock
