#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/fingerprint.h"
#include "common/ids.h"
#include "common/status.h"

namespace penstock {

/// One keyed state of one operator at one subtask.
struct SnapshotTable {
  std::string name;
  std::string kind;
  Fingerprint key;
  Fingerprint space;
  Fingerprint value;
  std::string file;  ///< Beside the metadata file; empty when the table had no entries.
  std::uint64_t entries = 0;
  std::uint64_t size = 0;      ///< Of the file, in bytes.
  std::uint64_t checksum = 0;  ///< Of the whole file.
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

/// The metadata file of one task's part of a checkpoint (docs/formats/snapshot.md).
struct SnapshotMetadata {
  CheckpointId checkpoint;
  SubtaskId subtask;
  std::uint32_t parallelism = 0;
  std::uint32_t max_parallelism = 0;
  std::uint32_t key_hash_version = 0;
  std::vector<std::int64_t> input_watermarks;  ///< Milliseconds, by input channel.
  std::vector<SnapshotOperator> operators;     ///< In chain order.
  bool operator==(const SnapshotMetadata&) const = default;
};

std::string EncodeSnapshotMetadata(const SnapshotMetadata& metadata);

/// Corruption when the bytes are not exactly what EncodeSnapshotMetadata wrote; InvalidArgument for
/// a format version that is newer than this build.
Result<SnapshotMetadata> DecodeSnapshotMetadata(std::string_view bytes);

/// "<vertex>-<subtask>-0.meta".
std::string SnapshotMetadataName(SubtaskId subtask);
/// "<vertex>-<subtask>-<n>.sst"; n counts the tables of a task from 1.
std::string SnapshotTableName(SubtaskId subtask, std::uint32_t n);

}  // namespace penstock
