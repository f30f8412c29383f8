#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <rocksdb/db.h>

#include "checkpoint/rocks_files.h"
#include "worker/state/tier_database.h"
#include "worker/state/tier_part.h"

namespace penstock {

/// The open database behind a TierDatabase.
class TierDatabase::Rep {
 public:
  static Result<std::unique_ptr<Rep>> Open(const std::string& directory, KeyGroupRange groups,
                                           FileSystem& fs, const StateMemory& memory);
  ~Rep();

  Status Import(const ImportedPart& part);
  void AddState(std::uint32_t state);
  Status Move(const std::vector<StateMove>& moves);

  /// The part that has the entries of that key; null for a state that was never added. Any thread.
  TierPart* PartOf(std::string_view key);
  std::vector<TierPart*> PartsOf(std::uint32_t state);

  rocksdb::DB& db() { return *db_; }
  const rocksdb::Options& options() const { return options_; }
  const std::vector<std::unique_ptr<TierPart>>& parts() const { return parts_; }
  const internal::FileTallies& tallies() const { return tallies_; }
  const std::string& directory() const { return directory_; }
  FileSystem& fs() { return fs_; }
  /// Whether the last change has failed; then the database may need to be resumed.
  bool failed = false;

 private:
  Rep(std::string directory, KeyGroupRange groups, FileSystem& fs, const StateMemory& memory);
  Status MoveEntries(const StateMove& move, const TierPart& from);

  const std::string directory_;
  FileSystem& fs_;
  internal::FileTallies tallies_;
  std::unique_ptr<rocksdb::Env> env_;
  rocksdb::Options options_;
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<std::unique_ptr<TierPart>> parts_;  // the first is the task's own
  std::uint32_t imported_ = 0;
};

}  // namespace penstock
