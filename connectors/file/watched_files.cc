#include "connectors/file/watched_files.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "common/bytes.h"
#include "common/checksum.h"

namespace penstock::internal {
namespace {

constexpr std::uint32_t kVersion = 1;
constexpr std::string_view kIdPrefix = "watch-";

struct WatchPosition {
  std::uint32_t shard = 0;
  std::uint32_t shards = 1;
  std::string_view current;
  std::vector<std::uint64_t> done;
};

void Encode(const WatchPosition& position, std::string& out) {
  ByteWriter writer(out);
  writer.Fixed(kVersion);
  writer.Fixed(position.shard);
  writer.Fixed(position.shards);
  writer.String(position.current);
  writer.Fixed(static_cast<std::uint64_t>(position.done.size()));
  for (const std::uint64_t hash : position.done) writer.Fixed(hash);
}

Result<WatchPosition> Decode(std::string_view bytes) {
  ByteReader in(bytes);
  WatchPosition position;
  const auto version = in.Fixed<std::uint32_t>();
  position.shard = in.Fixed<std::uint32_t>();
  position.shards = in.Fixed<std::uint32_t>();
  position.current = in.String();
  const auto count = in.Fixed<std::uint64_t>();
  for (std::uint64_t i = 0; i < count && !in.failed(); ++i) {
    position.done.push_back(in.Fixed<std::uint64_t>());
  }
  if (version == kVersion && !in.failed() && in.remaining() == 0 &&
      position.shard < position.shards) {
    return position;
  }
  return Status::Corruption(
      "the stored position of a watching file source has a wrong version or "
      "size");
}

}  // namespace

Result<WatchedFiles> WatchedFiles::Restore(SplitPlan plan, std::chrono::milliseconds interval,
                                           std::string_view position) {
  PENSTOCK_ASSIGN_OR_RETURN(WatchPosition stored, Decode(position));
  WatchedFiles files(std::move(plan), interval);
  files.shard_ = stored.shard;
  files.shards_ = stored.shards;
  files.done_ = std::move(stored.done);
  if (!stored.current.empty()) {
    PENSTOCK_ASSIGN_OR_RETURN(files.current_, DecodeFileSplit(stored.current));
  }
  return files;
}

Result<const FileSplit*> WatchedFiles::Next(FileSystem& fs, Clock::MonotonicTime now) {
  if (!current_ && queue_.empty() && now >= next_look_) {
    PENSTOCK_RETURN_IF_ERROR(Look(fs));
    next_look_ = now + interval_;
  }
  while (!current_ && !queue_.empty()) {
    Result<FileSplit> file = WholeFile(fs, plan_, queue_.front());
    // Gone since it was listed: it is not there to be read.
    if (!file.ok() && file.status().code() != ErrorCode::kNotFound) return file.status();
    queue_.pop_front();
    if (file.ok()) current_ = std::move(file).value();
  }
  if (!current_) return static_cast<const FileSplit*>(nullptr);
  // A number of its own, for the file of dead letters; no subtask has another one's.
  if (!handed_out_) current_->index = shard_ + shards_ * files_++;
  current_->count = shards_;
  handed_out_ = true;
  return &*current_;
}

void WatchedFiles::Finish() {
  const std::uint64_t hash = Checksum(current_->path);
  done_.insert(std::lower_bound(done_.begin(), done_.end(), hash), hash);
  current_.reset();
  handed_out_ = false;
}

Status WatchedFiles::Look(FileSystem& fs) {
  Result<std::vector<std::string>> paths = ExpandPath(fs, plan_.path);
  // Nothing at all may also mean that a file system is not mounted: what is done stays known.
  if (!paths.ok() && paths.status().code() == ErrorCode::kNotFound) return Status::Ok();
  if (!paths.ok()) return paths.status();
  std::vector<std::uint64_t> present;
  for (std::string& path : *paths) {
    const std::uint64_t hash = Checksum(path);
    if (hash % shards_ != shard_) continue;
    present.push_back(hash);
    if (!Done(hash)) queue_.push_back(std::move(path));
  }
  std::sort(present.begin(), present.end());
  std::vector<std::uint64_t> kept;
  std::set_intersection(done_.begin(), done_.end(), present.begin(), present.end(),
                        std::back_inserter(kept));
  done_ = std::move(kept);
  return Status::Ok();
}

bool WatchedFiles::Done(std::uint64_t hash) const {
  return std::binary_search(done_.begin(), done_.end(), hash);
}

void WatchedFiles::AppendPosition(std::string_view current, std::string& state) const {
  std::string pending;
  if (current.empty() && current_) EncodeFileSplit(*current_, pending);
  Encode({shard_, shards_, current.empty() ? pending : current, done_}, state);
}

std::vector<SourceSplit> WatchedSplits(std::uint32_t parallelism) {
  std::vector<SourceSplit> splits(parallelism);
  for (std::uint32_t i = 0; i < parallelism; ++i) {
    splits[i].id = std::string(kIdPrefix) + std::to_string(i);
    Encode({i, parallelism, {}, {}}, splits[i].state);
  }
  return splits;
}

bool IsWatchedSplit(const SourceSplit& split) { return split.id.starts_with(kIdPrefix); }

Status ValidateWatch(const SplitPlan& plan, std::chrono::milliseconds interval, FileSystem& fs) {
  if (interval < std::chrono::milliseconds(1)) {
    return Status::InvalidArgument("watch() needs an interval of at least 1 ms");
  }
  if (IsPattern(plan.path)) return Status::Ok();
  const Result<bool> directory = fs.IsDirectory(plan.path);
  if (directory.ok() && *directory) return Status::Ok();
  return Status::InvalidArgument(plan.path + " is no directory that can be watched",
                                 "make the directory first, or give a pattern such as "
                                 "'/data/in/*.json'");
}

Status NotWatchedAnyMore() {
  return Status::InvalidArgument(
      "the stored position is that of a source that watches for files, and this one doesn't",
      "add .watch(interval) again, or start without that state");
}

}  // namespace penstock::internal
