#include "connectors/file/part_files.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <optional>
#include <utility>

#include "common/bytes.h"
#include "connectors/file/part_commit.h"
#include "connectors/file/run_name.h"

namespace penstock {
namespace {

constexpr std::uint32_t kStateVersion = 2;
constexpr std::string_view kInProgress = ".inprogress";

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

bool IsBucketName(std::string_view name) {
  constexpr std::size_t kLongest = 200;
  if (name.empty() || name.size() > kLongest || name.starts_with("part-")) return false;
  if (name[0] == '.' || name[0] == '_') return false;
  return std::none_of(name.begin(), name.end(),
                      [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 127; });
}

}  // namespace

Result<std::unique_ptr<PartFiles>> PartFiles::Open(FileSystem& fs, PartFileOptions options,
                                                   PartFileWriter writer,
                                                   const OperatorRestore& restore) {
  std::unique_ptr<PartFiles> parts(new PartFiles(fs, std::move(options), writer));
  const std::string& root = parts->options_.directory;
  PENSTOCK_RETURN_IF_ERROR(MakeDurableDirectory(fs, root));
  if (restore.states.empty()) PENSTOCK_RETURN_IF_ERROR(parts->RefuseForeignParts(root));
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

Status PartFiles::RefuseForeignParts(const std::string& directory) {
  PENSTOCK_ASSIGN_OR_RETURN(const auto names, fs_.List(directory));
  for (const std::string& name : names) {
    if (name.starts_with("part-")) {
      return Status::User(ErrorCode::kAlreadyExists,
                          directory + " has output of another run already (" + name + ")",
                          "choose an empty directory, or move the old files away");
    }
    if (!options_.bucketed || name.starts_with('.')) continue;
    PENSTOCK_ASSIGN_OR_RETURN(const bool bucket, fs_.IsDirectory(Path(directory, name)));
    if (bucket) PENSTOCK_RETURN_IF_ERROR(RefuseForeignParts(Path(directory, name)));
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

Status PartFiles::Append(std::string_view bucket, std::string_view rows) {
  if (rows.empty()) return Status::Ok();
  auto entry = open_.find(bucket);
  if (entry == open_.end()) {
    PENSTOCK_ASSIGN_OR_RETURN(entry, StartPart(bucket));
  }
  Part& part = entry->second;
  part.last_use = ++uses_;
  PENSTOCK_RETURN_IF_ERROR(AppendTo(part, rows));
  return part.length >= options_.part_size ? ClosePart(entry) : Status::Ok();
}

std::string PartFiles::TargetName(std::string_view bucket, std::uint64_t sequence) const {
  std::string name = bucket.empty() ? "" : std::string(bucket) + "/";
  name += PartName(writer_.subtask, sequence);
  if (names_job_) name += "-" + ToString(writer_.job).substr(0, 8);
  return name + options_.extension + std::string(ExtensionOf(options_.compression));
}

Result<PartFiles::Parts::iterator> PartFiles::StartPart(std::string_view bucket) {
  if (options_.bucketed) PENSTOCK_RETURN_IF_ERROR(CheckBucket(bucket));
  if (open_.size() >= options_.most_open) PENSTOCK_RETURN_IF_ERROR(CloseLeastRecentlyUsed());
  Part part;
  const std::uint64_t sequence = next_sequence_++;
  part.name = "." + PartName(writer_.subtask, sequence) + RunMark(writer_.job) +
              std::to_string(writer_.generation.value()) + std::string(kInProgress);
  part.target = TargetName(bucket, sequence);
  PENSTOCK_ASSIGN_OR_RETURN(part.file, fs_.Create(Path(options_.directory, part.name)));
  PENSTOCK_ASSIGN_OR_RETURN(part.encoder, NewEncoder(options_.compression));
  PENSTOCK_RETURN_IF_ERROR(AppendTo(part, options_.header));
  return open_.emplace(bucket, std::move(part)).first;
}

Status PartFiles::CloseLeastRecentlyUsed() {
  const auto oldest = std::min_element(
      open_.begin(), open_.end(),
      [](const auto& a, const auto& b) { return a.second.last_use < b.second.last_use; });
  return oldest == open_.end() ? Status::Ok() : ClosePart(oldest);
}

Status PartFiles::AppendTo(Part& part, std::string_view bytes) {
  if (part.encoder == nullptr) return AppendPacked(part, bytes);
  packed_.clear();
  PENSTOCK_RETURN_IF_ERROR(part.encoder->Encode(bytes, packed_));
  return AppendPacked(part, packed_);
}

Status PartFiles::AppendPacked(Part& part, std::string_view bytes) {
  part.checksum.Update(bytes);
  part.length += bytes.size();
  return part.file->Append(bytes);
}

Status PartFiles::ClosePart(Parts::iterator entry) {
  Part part = std::move(open_.extract(entry).mapped());
  if (part.encoder != nullptr) {
    packed_.clear();
    PENSTOCK_RETURN_IF_ERROR(part.encoder->Finish(packed_));
    PENSTOCK_RETURN_IF_ERROR(AppendPacked(part, packed_));
  }
  PENSTOCK_RETURN_IF_ERROR(part.file->Sync());
  PENSTOCK_RETURN_IF_ERROR(part.file->Close());
  closed_.push_back(EncodeCommittable(
      {options_.directory, part.name, part.target, part.length, part.checksum.Digest()}));
  uncommitted_.push_back(part.name);
  return Status::Ok();
}

Status PartFiles::PreCommit(std::vector<std::string>& committables) {
  while (!open_.empty()) PENSTOCK_RETURN_IF_ERROR(ClosePart(open_.begin()));
  if (closed_.empty()) return Status::Ok();
  PENSTOCK_RETURN_IF_ERROR(fs_.SyncDirectory(options_.directory));  // the files' names
  std::move(closed_.begin(), closed_.end(), std::back_inserter(committables));
  closed_.clear();
  return Status::Ok();
}

Status PartFiles::Commit(std::string_view committable) {
  PENSTOCK_ASSIGN_OR_RETURN(const Committable part, CommitPart(fs_, committable));
  std::erase(uncommitted_, part.source);
  return Status::Ok();
}

Status CheckBucket(std::string_view bucket) {
  std::string_view rest = bucket;
  while (true) {
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    if (!IsBucketName(rest.substr(0, slash))) break;
    if (slash == rest.size()) return Status::Ok();
    rest.remove_prefix(slash + 1);
  }
  return Status::InvalidArgument(
      "'" + std::string(bucket.substr(0, 100)) + "' cannot be a bucket of a file sink",
      "let bucket_by() return a relative path such as 2024-01-31/eu: names of 1 to 200 bytes that "
      "don't begin with '.', '_' or 'part-'");
}

}  // namespace penstock
