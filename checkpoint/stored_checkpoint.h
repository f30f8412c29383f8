#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "checkpoint/manifest.h"
#include "common/file_system.h"
#include "common/status.h"

namespace penstock {

/// A checkpoint or savepoint that was found by its path. The same files either way; a savepoint
/// lies in a directory of its own, which belongs to the user.
struct StoredCheckpoint {
  std::string directory;  ///< Absolute, without links.
  CheckpointManifest manifest;
};

/// The absolute path that a user means with "/path" or "file:///path", without a slash at its end.
/// InvalidArgument for relative paths and other schemes.
Result<std::string> ParseLocation(std::string_view location);
/// "file:///path"; bytes that don't belong into a URI are escaped.
std::string ToFileUri(std::string_view path);

/// Reads the manifest in the directory that `location` names (or names itself) and checks that
/// every file is there with its size. Says what it found instead: nothing (NotFound), something
/// that is no checkpoint, another format, damage.
Result<StoredCheckpoint> OpenStoredCheckpoint(FileSystem& fs, std::string_view location);

/// As OpenStoredCheckpoint, without the look at the files: what was damaged may still be deleted.
Result<StoredCheckpoint> ReadStoredCheckpoint(FileSystem& fs, std::string_view location);

/// Deletes the files that the manifest names, the manifest and the directory; nothing else. May be
/// repeated after a failure. Conflict when the directory has other files: it stays, with them.
Status DeleteStoredCheckpoint(FileSystem& fs, const StoredCheckpoint& checkpoint);

/// Every file of the manifest is in `directory` with its size. Fails with kCorruption that names
/// the first that is not, what was expected and what was found.
Status CheckSizes(FileSystem& fs, const std::string& directory, const CheckpointManifest& manifest);

/// kCorruption that names a file, what was expected of it and what was found.
Status CheckpointFileProblem(const std::string& path, const std::string& expected,
                             const std::string& found);

/// `directory` and every directory below it that has a file of the manifest; parents first.
std::vector<std::string> DirectoriesOf(const std::string& directory,
                                       const CheckpointManifest& manifest);

/// Writes the manifest's file, durable but for its directory entry.
Status WriteManifest(FileSystem& fs, const std::string& directory,
                     const CheckpointManifest& manifest);
/// Makes the directory entries of manifest and files durable.
Status SyncContents(FileSystem& fs, const std::string& directory,
                    const CheckpointManifest& manifest);

}  // namespace penstock
