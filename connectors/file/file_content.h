#pragma once

#include <memory>
#include <string>

#include "common/file_system.h"
#include "connectors/file/compression.h"

namespace penstock {

/// The content of a file, decompressed: offsets count decompressed bytes. Not thread-safe when the
/// file is compressed: then it is read front to back, a place behind the last one read is reached
/// by decompressing what lies between, and one before it by starting anew. Concatenated frames are
/// one content. InvalidArgument, with the place in the file, when the data is damaged or cut off.
Result<std::unique_ptr<RandomAccessFile>> OpenContent(FileSystem& fs, const std::string& path,
                                                      Compression compression);

}  // namespace penstock
