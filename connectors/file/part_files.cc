#include "connectors/file/part_files.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <optional>
#include <utility>

#include "common/bytes.h"
#include "connectors/file/run_name.h"

namespace penstock {
namespace {

constexpr std::uint32_t kVersion = 1;
constexpr std::uint32_t kStateVersion = 2;
constexpr std::string_view kInProgress = ".inprogress";

struct Committable {
  std::string directory;
  std::string source;  // names in it
  std::string target;
  std::uint64_t length = 0;
  std::uint64_t checksum = 0;
};

/// Layout, little endian: version (4 bytes), directory, source, target (strings), length, checksum
/// (8).
std::string Encode(const Committable& part) {
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

std::string PartName(std::uint32_t subtask, std::uint64_t sequence) {
  char name[64];
  std::snprintf(name, sizeof(name), "part-%05u-%08llu", subtask,
                static_cast<unsigned long long>(sequence));
  return name;
}

/// Who has written an in-progress file.
struct PartOrigin {
  std::uint32_t subtask = 0;
  std::uint64_t generation = 0;
};

/// Of an in-progress file of that job; nothing for other names.
std::optional<PartOrigin> OriginOf(std::string_view name, JobId job) {
  constexpr std::string_view kPrefix = ".part-";
  if (!name.starts_with(kPrefix) || !name.ends_with(kInProgress)) return std::nullopt;
  name.remove_prefix(kPrefix.size());
  name.remove_suffix(kInProgress.size());
  const std::string run = RunMark(job);
  const std::size_t mark = name.rfind(run);
  if (mark == std::string_view::npos) return std::nullopt;
  PartOrigin origin;
  const char* const end = name.data() + name.size();
  const auto subtask = std::from_chars(name.data(), end, origin.subtask);
  if (subtask.ec != std::errc() || *subtask.ptr != '-') return std::nullopt;
  const auto generation = std::from_chars(name.data() + mark + run.size(), end, origin.generation);
  if (generation.ec != std::errc() || generation.ptr != end) return std::nullopt;
  return origin;
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

}  // namespace

Result<std::unique_ptr<PartFiles>> PartFiles::Open(FileSystem& fs, PartFileOptions options,
                                                   PartFileWriter writer,
                                                   const OperatorRestore& restore) {
  std::unique_ptr<PartFiles> parts(new PartFiles(fs, std::move(options), writer));
  PENSTOCK_RETURN_IF_ERROR(parts->MakeDirectory());
  if (restore.states.empty()) PENSTOCK_RETURN_IF_ERROR(parts->RefuseForeignParts());
  for (const OperatorRestore::State& state : restore.Considered()) {
    PENSTOCK_RETURN_IF_ERROR(parts->RestoreState(state.bytes, restore.Continues(state.subtask)));
  }
  PENSTOCK_RETURN_IF_ERROR(parts->RemoveLeftovers());
  return parts;
}

PartFiles::PartFiles(FileSystem& fs, PartFileOptions options, PartFileWriter writer)
    : fs_(fs), options_(std::move(options)), writer_(writer) {}

/// The greatest sequence number of all is one that no subtask has used, whichever there were
/// between the fewest and the most of them: none ever starts below another one's.
Status PartFiles::RestoreState(std::string_view state, bool continued) {
  ByteReader in(state);
  const auto version = in.Fixed<std::uint32_t>();
  JobId job;
  if (version == kStateVersion) {
    const auto high = in.Fixed<std::uint64_t>();
    job = JobId(high, in.Fixed<std::uint64_t>());
    names_job_ |= in.Fixed<std::uint8_t>() != 0;
  }
  names_job_ |= job != writer_.job;
  next_sequence_ = std::max(next_sequence_, in.Fixed<std::uint64_t>());
  const auto count = in.Fixed<std::uint32_t>();
  for (std::uint32_t i = 0; i < count && !in.failed(); ++i) {
    const std::string_view name = in.String();
    if (continued) uncommitted_.emplace_back(name);
  }
  const bool known = version == 1 || version == kStateVersion;
  if (known && !in.failed() && in.remaining() == 0) return Status::Ok();
  return Status::Corruption("the stored state of a file sink has a wrong version or size");
}

void PartFiles::AppendState(std::string& state) const {
  ByteWriter out(state);
  out.Fixed(kStateVersion);
  out.Fixed(writer_.job.high());
  out.Fixed(writer_.job.low());
  out.Fixed(static_cast<std::uint8_t>(names_job_));
  out.Fixed(next_sequence_);
  out.Fixed(static_cast<std::uint32_t>(uncommitted_.size()));
  for (const std::string& name : uncommitted_) out.String(name);
}

/// New directories are made durable, outermost first, before anything is written into them.
Status PartFiles::MakeDirectory() {
  PENSTOCK_ASSIGN_OR_RETURN(const std::string existing, ExistingParent(fs_, options_.directory));
  PENSTOCK_RETURN_IF_ERROR(fs_.MakeDirectories(options_.directory, 0755));
  for (std::string made = options_.directory; made != existing; made = Parent(made)) {
    PENSTOCK_RETURN_IF_ERROR(fs_.SyncDirectory(Parent(made)));
  }
  return Status::Ok();
}

Status PartFiles::RefuseForeignParts() {
  PENSTOCK_ASSIGN_OR_RETURN(const auto names, fs_.List(options_.directory));
  for (const std::string& name : names) {
    if (!name.starts_with("part-")) continue;
    return Status::User(ErrorCode::kAlreadyExists,
                        options_.directory + " has output of another run already (" + name + ")",
                        "choose an empty directory, or move the old files away");
  }
  return Status::Ok();
}

Status PartFiles::RemoveLeftovers() {
  PENSTOCK_ASSIGN_OR_RETURN(const auto names, fs_.List(options_.directory));
  for (const std::string& name : names) {
    const std::optional<PartOrigin> origin = OriginOf(name, writer_.job);
    if (!origin || origin->generation >= writer_.generation.value()) continue;
    if (origin->subtask % writer_.parallelism != writer_.subtask) continue;
    if (std::find(uncommitted_.begin(), uncommitted_.end(), name) != uncommitted_.end()) continue;
    PENSTOCK_RETURN_IF_ERROR(fs_.Remove(Path(options_.directory, name)));
  }
  return Status::Ok();
}

Status PartFiles::Append(std::string_view rows) {
  if (rows.empty()) return Status::Ok();
  if (file_ == nullptr) PENSTOCK_RETURN_IF_ERROR(StartPart());
  checksum_.Update(rows);
  length_ += rows.size();
  PENSTOCK_RETURN_IF_ERROR(file_->Append(rows));
  return length_ >= options_.part_size ? ClosePart() : Status::Ok();
}

std::string PartFiles::TargetName() const {
  const std::string name = PartName(writer_.subtask, next_sequence_);
  return names_job_ ? name + "-" + ToString(writer_.job).substr(0, 8) : name;
}

Status PartFiles::StartPart() {
  name_ = "." + PartName(writer_.subtask, next_sequence_) + RunMark(writer_.job) +
          std::to_string(writer_.generation.value()) + std::string(kInProgress);
  PENSTOCK_ASSIGN_OR_RETURN(file_, fs_.Create(Path(options_.directory, name_)));
  checksum_ = RunningChecksum();
  checksum_.Update(options_.header);
  length_ = options_.header.size();
  return file_->Append(options_.header);
}

Status PartFiles::ClosePart() {
  const std::unique_ptr<WritableFile> file = std::move(file_);
  PENSTOCK_RETURN_IF_ERROR(file->Sync());
  PENSTOCK_RETURN_IF_ERROR(file->Close());
  const std::string target = TargetName() + options_.extension;
  closed_.push_back(Encode({options_.directory, name_, target, length_, checksum_.Digest()}));
  uncommitted_.push_back(name_);
  ++next_sequence_;
  return Status::Ok();
}

Status PartFiles::PreCommit(std::vector<std::string>& committables) {
  if (file_ != nullptr) PENSTOCK_RETURN_IF_ERROR(ClosePart());
  if (closed_.empty()) return Status::Ok();
  PENSTOCK_RETURN_IF_ERROR(fs_.SyncDirectory(options_.directory));  // the files' names
  std::move(closed_.begin(), closed_.end(), std::back_inserter(committables));
  closed_.clear();
  return Status::Ok();
}

Status PartFiles::Commit(std::string_view committable) {
  PENSTOCK_ASSIGN_OR_RETURN(const Committable part, Decode(committable));
  const std::string source = Path(part.directory, part.source);
  const std::string target = Path(part.directory, part.target);
  PENSTOCK_ASSIGN_OR_RETURN(const bool pending, fs_.Exists(source));
  PENSTOCK_ASSIGN_OR_RETURN(const bool renamed, fs_.Exists(target));
  if (!pending && !renamed) {
    return Status::Corruption("output is lost: neither " + source + " nor " + target + " exists",
                              "put the file back, or start the job anew with an empty directory");
  }
  if (pending && renamed) {
    return Status::Corruption(target + " exists, and " + source + " should become it",
                              "another job writes into this directory: give each one its own");
  }
  if (pending) {
    PENSTOCK_RETURN_IF_ERROR(CheckSource(fs_, source, part));
    PENSTOCK_RETURN_IF_ERROR(fs_.Rename(source, target));
  } else {
    PENSTOCK_RETURN_IF_ERROR(CheckLength(fs_, target, part.length));
  }
  PENSTOCK_RETURN_IF_ERROR(fs_.SyncDirectory(part.directory));
  std::erase(uncommitted_, part.source);
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
