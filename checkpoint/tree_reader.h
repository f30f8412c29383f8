#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <rocksdb/db.h>

#include "checkpoint/tier_file.h"
#include "common/file_system.h"
#include "common/status.h"

namespace penstock::internal {

/// Reads trees of table files of a checkpoint, which is left as it is: a RocksDB in a directory of
/// its own, among the system's temporary ones, takes the files as hard links, or as copies from
/// another file system. The directory goes with its owner. One thread at a time.
class TreeReader {
 public:
  /// `fs` outlives it.
  static Result<std::unique_ptr<TreeReader>> Open(FileSystem& fs);
  ~TreeReader();
  TreeReader(const TreeReader&) = delete;
  TreeReader& operator=(const TreeReader&) = delete;

  /// Takes a tree in, whose files are in `directory`; the result names it.
  Result<std::size_t> Add(const std::string& directory, const std::vector<TierFile>& files);

  /// Visits the entries of a tree whose keys begin with `prefix`, in order; stops at the first
  /// error. Blocks are verified.
  using Visit = std::function<Status(std::string_view key, std::string_view value)>;
  Status Scan(std::size_t tree, std::string_view prefix, const Visit& visit);

 private:
  TreeReader(FileSystem& fs, std::string directory);

  FileSystem& fs_;
  const std::string directory_;
  const std::unique_ptr<rocksdb::Env> env_;
  rocksdb::Options options_;
  std::unique_ptr<rocksdb::DB> db_;
  struct Tree {
    rocksdb::ColumnFamilyHandle* family = nullptr;
    std::string directory;
  };
  std::vector<Tree> trees_;
};

}  // namespace penstock::internal
