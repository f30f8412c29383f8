#pragma once

#include <cerrno>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/file_system.h"
#include "common/mutex.h"

namespace penstock {

/// What a fault can be attached to.
enum class FileOperation : unsigned char {
  kCreate,
  kWrite,
  kSync,
  kRename,
  kLink,
  kRemove,  ///< Remove and RemoveTree
  kMakeDirectories,
  kSyncDirectory,
  kOpen,  ///< this and the following do not change anything
  kRead,
  kList,
};

enum class FaultAction : unsigned char {
  kError,  ///< The operation fails with `error`; a write stores half of its bytes first.
  kCrash,  ///< As kError, and every later operation fails too, until Restart().
};

/// A named fault point.
struct Fault {
  FileOperation operation = FileOperation::kWrite;
  /// The path (for renames and links: the target) must end like this; empty matches all.
  std::string path_suffix{};
  FaultAction action = FaultAction::kError;
  int error = EIO;
  /// Matching operations let through before the first failure.
  std::uint64_t skip = 0;
  /// Failures before the fault is spent.
  std::uint64_t times = UINT64_MAX;
};

/// A file system for tests that fails where it is told to and can lose what was never synced.
///
/// Operations that change something are counted from 1, so that a test can run once to learn how
/// many there are and then once for each with a crash at that place. `base` must keep its files
/// under the same paths in the machine's file system and must outlive this. Thread-safe; files that
/// are open must not outlive this either.
class FaultyFileSystem final : public FileSystem {
 public:
  using FaultId = std::size_t;

  explicit FaultyFileSystem(FileSystem& base);
  ~FaultyFileSystem() override;

  FaultId Inject(Fault fault);
  /// How often that fault made an operation fail.
  std::uint64_t Fired(FaultId id) const;
  /// The `index`-th changing operation from the start of this object's life fails; 0 for none.
  void FailMutation(std::uint64_t index, FaultAction action, int error = EIO);
  /// Changing operations asked for until now, failed ones included.
  std::uint64_t mutations() const;
  bool crashed() const;

  /// What a power failure may do at worst: unsynced bytes are cut off, and directory entries that
  /// were made, moved or removed without SyncDirectory of their parents are as before. RemoveTree
  /// is never undone. Use after a crash, with no file being written.
  Status LosePower();
  /// Ends a crash. Faults stay.
  void Restart();

  Result<std::unique_ptr<WritableFile>> Create(const std::string& path) override;
  Result<std::unique_ptr<RandomAccessFile>> Open(const std::string& path) override;
  Result<std::uint64_t> FileSize(const std::string& path) override;
  Result<bool> Exists(const std::string& path) override;
  Result<std::vector<std::string>> List(const std::string& directory) override;
  Result<bool> IsDirectory(const std::string& path) override;
  Result<std::string> RealPath(const std::string& path) override;
  Status Rename(const std::string& from, const std::string& to) override;
  Status Link(const std::string& from, const std::string& to) override;
  Status Remove(const std::string& path) override;
  Status RemoveTree(const std::string& path) override;
  Status MakeDirectories(const std::string& path, unsigned mode) override;
  Status SyncDirectory(const std::string& path) override;

 private:
  class File;
  class Reader;
  struct ArmedFault {
    Fault fault;
    std::uint64_t seen = 0;
    std::uint64_t fired = 0;
  };
  /// A change of directory entries that is not durable yet.
  struct Change {
    FileOperation operation;
    std::string from;  // renames only
    std::string to;
    bool from_synced = false;
    bool to_synced = false;
    bool replaced = false;  // `to` was a file with `old_content`
    std::string old_content{};
  };

  /// Decides whether this operation fails.
  Status Check(FileOperation operation, const std::string& path) EXCLUDES(mu_);
  Status Fail(FaultAction action, int error, const std::string& path) REQUIRES(mu_);
  Status CheckAlive(const std::string& path) const EXCLUDES(mu_);
  void Record(Change change) EXCLUDES(mu_);
  void SetLength(const std::string& path, std::uint64_t written, std::uint64_t synced)
      EXCLUDES(mu_);
  Change ChangeOf(FileOperation operation, const std::string& from, const std::string& to);
  void Undo(const Change& change);

  FileSystem& base_;

  mutable Mutex mu_;
  std::vector<ArmedFault> faults_ GUARDED_BY(mu_);
  std::uint64_t mutations_ GUARDED_BY(mu_) = 0;
  std::uint64_t failing_mutation_ GUARDED_BY(mu_) = 0;
  FaultAction failing_action_ GUARDED_BY(mu_) = FaultAction::kError;
  int failing_error_ GUARDED_BY(mu_) = EIO;
  bool crashed_ GUARDED_BY(mu_) = false;
  std::vector<Change> changes_ GUARDED_BY(mu_);
  /// Durable length of files that have more bytes than that.
  std::map<std::string, std::uint64_t> synced_lengths_ GUARDED_BY(mu_);
};

}  // namespace penstock
