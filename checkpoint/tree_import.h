#pragma once

#include <string>
#include <vector>

#include <rocksdb/metadata.h>

#include "checkpoint/tier_file.h"
#include "common/file_system.h"
#include "common/status.h"

namespace penstock::internal {

/// Links the files of one tree from `directory` into the new directory `incoming` (copies them from
/// another file system), from where RocksDB can move them into a new column family
/// (CreateColumnFamilyWithImport): neither needs to write in `directory`.
Result<rocksdb::ExportImportFilesMetaData> LinkTree(FileSystem& fs, const std::string& directory,
                                                    const std::vector<TierFile>& files,
                                                    const std::string& incoming);

}  // namespace penstock::internal
