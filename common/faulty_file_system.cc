#include "common/faulty_file_system.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <system_error>
#include <utility>

namespace penstock {

/// Counts what is written and what is durable.
class FaultyFileSystem::File final : public WritableFile {
 public:
  File(FaultyFileSystem& owner, std::string path, std::unique_ptr<WritableFile> base)
      : owner_(owner), path_(std::move(path)), base_(std::move(base)) {}

  Status Append(std::string_view bytes) override {
    Status fault = owner_.Check(FileOperation::kWrite, path_);
    if (!fault.ok()) bytes = bytes.substr(0, bytes.size() / 2);
    Status written = base_->Append(bytes);
    written_ += bytes.size();
    owner_.SetLength(path_, written_, synced_);
    if (fault.ok()) return written;
    // Past the buffers of `base_`, so that the half can be seen; LosePower() may still cut it off.
    static_cast<void>(base_->Sync());
    return fault;
  }

  Status Sync() override {
    PENSTOCK_RETURN_IF_ERROR(owner_.Check(FileOperation::kSync, path_));
    PENSTOCK_RETURN_IF_ERROR(base_->Sync());
    synced_ = written_;
    owner_.SetLength(path_, written_, synced_);
    return {};
  }

  Status Close() override {
    Status alive = owner_.CheckAlive(path_);
    Status closed = base_->Close();
    return alive.ok() ? closed : alive;
  }

 private:
  FaultyFileSystem& owner_;
  const std::string path_;
  const std::unique_ptr<WritableFile> base_;
  std::uint64_t written_ = 0;
  std::uint64_t synced_ = 0;
};

class FaultyFileSystem::Reader final : public RandomAccessFile {
 public:
  Reader(FaultyFileSystem& owner, std::string path, std::unique_ptr<RandomAccessFile> base)
      : owner_(owner), path_(std::move(path)), base_(std::move(base)) {}

  Result<std::size_t> Read(std::uint64_t offset, char* buffer, std::size_t length) override {
    PENSTOCK_RETURN_IF_ERROR(owner_.Check(FileOperation::kRead, path_));
    return base_->Read(offset, buffer, length);
  }

 private:
  FaultyFileSystem& owner_;
  const std::string path_;
  const std::unique_ptr<RandomAccessFile> base_;
};

FaultyFileSystem::FaultyFileSystem(FileSystem& base) : base_(base) {}
FaultyFileSystem::~FaultyFileSystem() = default;

FaultyFileSystem::FaultId FaultyFileSystem::Inject(Fault fault) {
  MutexLock lock(mu_);
  faults_.push_back({std::move(fault)});
  return faults_.size() - 1;
}

std::uint64_t FaultyFileSystem::Fired(FaultId id) const {
  MutexLock lock(mu_);
  return faults_.at(id).fired;
}

void FaultyFileSystem::FailMutation(std::uint64_t index, FaultAction action, int error) {
  MutexLock lock(mu_);
  failing_mutation_ = index;
  failing_action_ = action;
  failing_error_ = error;
}

std::uint64_t FaultyFileSystem::mutations() const {
  MutexLock lock(mu_);
  return mutations_;
}

bool FaultyFileSystem::crashed() const {
  MutexLock lock(mu_);
  return crashed_;
}

void FaultyFileSystem::Restart() {
  MutexLock lock(mu_);
  crashed_ = false;
}

Status FaultyFileSystem::Fail(FaultAction action, int error, const std::string& path) {
  crashed_ = crashed_ || action == FaultAction::kCrash;
  const ErrorCode code = error == ENOSPC ? ErrorCode::kResourceExhausted : ErrorCode::kFailed;
  return Status::Error(ErrorDomain::kExternal, code,
                       path + ": injected: " + std::generic_category().message(error));
}

Status FaultyFileSystem::Check(FileOperation operation, const std::string& path) {
  MutexLock lock(mu_);
  const bool mutation = operation < FileOperation::kOpen;
  if (mutation) ++mutations_;
  if (crashed_) return Status::External(path + ": injected: the file system has crashed");
  if (mutation && mutations_ == failing_mutation_) {
    return Fail(failing_action_, failing_error_, path);
  }
  for (ArmedFault& armed : faults_) {
    if (armed.fault.operation != operation || !path.ends_with(armed.fault.path_suffix)) continue;
    if (armed.seen++ < armed.fault.skip || armed.fired >= armed.fault.times) continue;
    ++armed.fired;
    return Fail(armed.fault.action, armed.fault.error, path);
  }
  return {};
}

Status FaultyFileSystem::CheckAlive(const std::string& path) const {
  MutexLock lock(mu_);
  if (crashed_) return Status::External(path + ": injected: the file system has crashed");
  return {};
}

void FaultyFileSystem::Record(Change change) {
  MutexLock lock(mu_);
  if (change.operation == FileOperation::kRename) {
    std::map<std::string, std::uint64_t> moved;
    for (const auto& [path, length] : synced_lengths_) {
      const bool inside = path == change.from || path.starts_with(change.from + "/");
      if (path == change.to && !inside) continue;
      moved[inside ? change.to + path.substr(change.from.size()) : path] = length;
    }
    synced_lengths_ = std::move(moved);
  } else if (change.operation == FileOperation::kRemove) {
    synced_lengths_.erase(change.to);
  }
  changes_.push_back(std::move(change));
}

void FaultyFileSystem::SetLength(const std::string& path, std::uint64_t written,
                                 std::uint64_t synced) {
  MutexLock lock(mu_);
  if (written == synced) {
    synced_lengths_.erase(path);
  } else {
    synced_lengths_[path] = synced;
  }
}

FaultyFileSystem::Change FaultyFileSystem::ChangeOf(FileOperation operation,
                                                    const std::string& from,
                                                    const std::string& to) {
  Change change{.operation = operation, .from = from, .to = to};
  change.from_synced = from.empty();
  struct stat info {};
  if (::lstat(to.c_str(), &info) == 0 && S_ISREG(info.st_mode)) {
    Result<std::string> content = ReadFile(base_, to);
    change.replaced = content.ok();
    if (content.ok()) change.old_content = std::move(*content);
  }
  return change;
}

void FaultyFileSystem::Undo(const Change& change) {
  // An entry that a later, durable change has moved on is not there any more; that is no error.
  switch (change.operation) {
    case FileOperation::kRename: static_cast<void>(base_.Rename(change.to, change.from)); break;
    case FileOperation::kCreate:
    case FileOperation::kLink: static_cast<void>(base_.Remove(change.to)); break;
    default: break;
  }
  if (!change.replaced) return;
  Result<std::unique_ptr<WritableFile>> file = base_.Create(change.to);
  if (!file.ok()) return;
  static_cast<void>((*file)->Append(change.old_content));
  static_cast<void>((*file)->Close());
}

Status FaultyFileSystem::LosePower() {
  MutexLock lock(mu_);
  for (const auto& [path, length] : synced_lengths_) {
    if (::truncate(path.c_str(), static_cast<off_t>(length)) != 0 && errno != ENOENT) {
      return Status::External(path + ": truncate: " + std::generic_category().message(errno));
    }
  }
  synced_lengths_.clear();
  for (auto change = changes_.rbegin(); change != changes_.rend(); ++change) Undo(*change);
  changes_.clear();
  return {};
}

Result<std::unique_ptr<WritableFile>> FaultyFileSystem::Create(const std::string& path) {
  PENSTOCK_RETURN_IF_ERROR(Check(FileOperation::kCreate, path));
  PENSTOCK_ASSIGN_OR_RETURN(std::unique_ptr<WritableFile> file, base_.Create(path));
  Record({.operation = FileOperation::kCreate, .from = "", .to = path, .from_synced = true});
  return std::unique_ptr<WritableFile>(new File(*this, path, std::move(file)));
}

Result<std::unique_ptr<RandomAccessFile>> FaultyFileSystem::Open(const std::string& path) {
  PENSTOCK_RETURN_IF_ERROR(Check(FileOperation::kOpen, path));
  PENSTOCK_ASSIGN_OR_RETURN(std::unique_ptr<RandomAccessFile> file, base_.Open(path));
  return std::unique_ptr<RandomAccessFile>(new Reader(*this, path, std::move(file)));
}

Result<std::uint64_t> FaultyFileSystem::FileSize(const std::string& path) {
  PENSTOCK_RETURN_IF_ERROR(CheckAlive(path));
  return base_.FileSize(path);
}

Result<bool> FaultyFileSystem::Exists(const std::string& path) {
  PENSTOCK_RETURN_IF_ERROR(CheckAlive(path));
  return base_.Exists(path);
}

Result<std::vector<std::string>> FaultyFileSystem::List(const std::string& directory) {
  PENSTOCK_RETURN_IF_ERROR(Check(FileOperation::kList, directory));
  return base_.List(directory);
}

Result<bool> FaultyFileSystem::IsDirectory(const std::string& path) {
  PENSTOCK_RETURN_IF_ERROR(CheckAlive(path));
  return base_.IsDirectory(path);
}

Result<std::string> FaultyFileSystem::RealPath(const std::string& path) {
  PENSTOCK_RETURN_IF_ERROR(CheckAlive(path));
  return base_.RealPath(path);
}

Status FaultyFileSystem::Rename(const std::string& from, const std::string& to) {
  PENSTOCK_RETURN_IF_ERROR(Check(FileOperation::kRename, to));
  Change change = ChangeOf(FileOperation::kRename, from, to);
  PENSTOCK_RETURN_IF_ERROR(base_.Rename(from, to));
  Record(std::move(change));
  return {};
}

Status FaultyFileSystem::Link(const std::string& from, const std::string& to) {
  PENSTOCK_RETURN_IF_ERROR(Check(FileOperation::kLink, to));
  PENSTOCK_RETURN_IF_ERROR(base_.Link(from, to));
  Record({.operation = FileOperation::kLink, .from = "", .to = to, .from_synced = true});
  return {};
}

Status FaultyFileSystem::Remove(const std::string& path) {
  PENSTOCK_RETURN_IF_ERROR(Check(FileOperation::kRemove, path));
  Change change = ChangeOf(FileOperation::kRemove, "", path);
  PENSTOCK_RETURN_IF_ERROR(base_.Remove(path));
  Record(std::move(change));
  return {};
}

Status FaultyFileSystem::RemoveTree(const std::string& path) {
  PENSTOCK_RETURN_IF_ERROR(Check(FileOperation::kRemove, path));
  return base_.RemoveTree(path);
}

Status FaultyFileSystem::MakeDirectories(const std::string& path, unsigned mode) {
  PENSTOCK_RETURN_IF_ERROR(Check(FileOperation::kMakeDirectories, path));
  return base_.MakeDirectories(path, mode);
}

Status FaultyFileSystem::SyncDirectory(const std::string& path) {
  PENSTOCK_RETURN_IF_ERROR(Check(FileOperation::kSyncDirectory, path));
  PENSTOCK_RETURN_IF_ERROR(base_.SyncDirectory(path));
  MutexLock lock(mu_);
  for (Change& change : changes_) {
    if (ParentPath(change.to) == path) change.to_synced = true;
    if (!change.from.empty() && ParentPath(change.from) == path) change.from_synced = true;
  }
  std::erase_if(changes_, [](const Change& c) { return c.from_synced && c.to_synced; });
  return {};
}

}  // namespace penstock
