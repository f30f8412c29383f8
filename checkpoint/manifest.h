#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/ids.h"
#include "common/status.h"
#include "common/task_snapshot.h"

namespace penstock {

/// How a vertex was spread when the checkpoint was taken.
struct VertexParallelism {
  VertexId vertex;
  std::uint32_t parallelism = 1;
  std::uint32_t max_parallelism = 1;
  bool operator==(const VertexParallelism&) const = default;
};

/// What makes the files of all tasks one checkpoint. Format: docs/formats/manifest.md.
struct CheckpointManifest {
  JobId job;
  std::string job_name;
  Generation generation;
  CheckpointId checkpoint;
  bool final = false;               ///< The job's last: whoever restores it commits and finishes.
  std::int64_t created_millis = 0;  ///< Wall clock, for people only.
  std::uint64_t graph_hash = 0;     ///< JobGraphHash of the submitted graph.
  std::vector<VertexParallelism> vertices;
  std::vector<TaskSnapshot> tasks;
  bool operator==(const CheckpointManifest&) const = default;
};

inline constexpr std::uint32_t kManifestVersion = 1;
/// Name of the manifest's file in a checkpoint's directory.
inline constexpr char kManifestFile[] = "MANIFEST";

/// Sum of the sizes of all files.
std::uint64_t TotalBytes(const CheckpointManifest& manifest);

std::string EncodeManifest(const CheckpointManifest& manifest);

/// `where` is the file's path, for messages. Fails with kCorruption that says what was expected and
/// what was found when the bytes are truncated, extended, changed or not a manifest, and with a
/// user error when a newer version has written it.
Result<CheckpointManifest> DecodeManifest(std::string_view bytes, const std::string& where);

/// A name may be stored in a manifest when it is relative and stays within the checkpoint.
bool IsSafeFileName(std::string_view name);

}  // namespace penstock
