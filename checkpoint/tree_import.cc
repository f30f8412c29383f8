#include "checkpoint/tree_import.h"

#include <utility>

#include <rocksdb/comparator.h>

#include "checkpoint/file_copy.h"

namespace penstock::internal {

Result<rocksdb::ExportImportFilesMetaData> LinkTree(FileSystem& fs, const std::string& directory,
                                                    const std::vector<TierFile>& files,
                                                    const std::string& incoming) {
  rocksdb::ExportImportFilesMetaData tree;
  tree.db_comparator_name = rocksdb::BytewiseComparator()->Name();
  PENSTOCK_RETURN_IF_ERROR(fs.MakeDirectories(incoming));
  for (const TierFile& from : files) {
    PENSTOCK_RETURN_IF_ERROR(
        LinkOrCopy(fs, JoinPath(directory, from.file.name), JoinPath(incoming, from.file.name)));
    rocksdb::LiveFileMetaData file;
    file.db_path = incoming;
    file.name = "/" + from.file.name;
    file.level = from.file.level;
    file.size = from.size;
    file.smallestkey = from.file.smallest_key;
    file.largestkey = from.file.largest_key;
    file.smallest_seqno = from.file.smallest_sequence;
    file.largest_seqno = from.file.largest_sequence;
    tree.files.push_back(std::move(file));
  }
  return tree;
}

}  // namespace penstock::internal
