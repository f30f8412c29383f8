#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/fingerprint.h"
#include "common/ids.h"
#include "common/key_group.h"
#include "common/status.h"

namespace penstock {

/// One keyed state of one operator at one subtask.
struct SnapshotTable {
  std::string name;
  std::string kind;
  Fingerprint key;
  Fingerprint space;
  Fingerprint value;
  /// Only in version 1: its sorted file, beside the metadata file; empty when it had no entries.
  std::string file;
  std::uint64_t entries = 0;  ///< Of that file.
  bool operator==(const SnapshotTable&) const = default;
};

/// What one operator keeps: its own bytes and its tables.
struct SnapshotOperator {
  std::string key;  ///< The uid; "#<position>" for an operator without one.
  std::string name;
  std::string state;
  std::vector<SnapshotTable> tables;
  bool operator==(const SnapshotOperator&) const = default;
};

/// A table file of a part, and its place in the tree of files.
struct PartFile {
  std::string name;  ///< Beside the metadata file; size and checksum are in the task's snapshot.
  std::int32_t level = 0;
  std::uint64_t smallest_sequence = 0;
  std::uint64_t largest_sequence = 0;
  std::string smallest_key;
  std::string largest_key;
  std::uint64_t tail_checksum = 0;  ///< TailChecksum: found wrong without reading all of the file.
  bool operator==(const PartFile&) const = default;
};

/// The entries of some states in a range of key groups: table files that together are one tree. The
/// files may hold entries of other states and groups, which don't count.
struct SnapshotPart {
  KeyGroupRange groups;
  std::vector<std::uint32_t> states;  ///< Ids, ascending (StateIdOf).
  std::vector<PartFile> files;
  bool operator==(const SnapshotPart&) const = default;
};

/// The metadata file of one task's part of a checkpoint (docs/formats/snapshot.md).
struct SnapshotMetadata {
  std::uint32_t version = 2;
  CheckpointId checkpoint;
  SubtaskId subtask;
  std::uint32_t parallelism = 0;
  std::uint32_t max_parallelism = 0;
  std::uint32_t key_hash_version = 0;
  std::vector<std::int64_t> input_watermarks;  ///< Milliseconds, by input channel.
  std::vector<SnapshotOperator> operators;     ///< In chain order.
  std::vector<SnapshotPart> parts;             ///< None in version 1.
  bool operator==(const SnapshotMetadata&) const = default;
};

/// Always in the present version.
std::string EncodeSnapshotMetadata(const SnapshotMetadata& metadata);

/// Reads versions 1 and 2; the layouts of tables are those of the present version. Corruption when
/// the bytes are not exactly such a file; InvalidArgument for a format version that is newer than
/// this build.
Result<SnapshotMetadata> DecodeSnapshotMetadata(std::string_view bytes);

/// "<vertex>-<subtask>-0.meta".
std::string SnapshotMetadataName(SubtaskId subtask);
/// "<vertex>-<subtask>-<number>.sst".
std::string SnapshotTableName(SubtaskId subtask, std::uint64_t number);

}  // namespace penstock
