#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/file_system.h"
#include "common/fingerprint.h"
#include "common/status.h"

namespace penstock {

/// One keyed state in a checkpoint, of all subtasks together; of an operator's own bytes, which
/// are no keyed state, `state` is empty.
struct StoredState {
  std::string operator_key;  ///< The uid.
  std::string operator_name;
  std::string state;
  std::string kind;
  Fingerprint key;
  Fingerprint space;
  Fingerprint value;
  std::uint64_t entries = 0;  ///< After StoredEntries::Measure.
  std::uint64_t bytes = 0;    ///< Likewise, of keys and values; of operators' own bytes at once.
};

/// Reads the keyed state of a checkpoint without a job. One thread at a time.
class StoredEntries {
 public:
  /// `key` is the encoded key and behind it the encoded namespace, `value` the encoded value, in
  /// the layouts of the StoredState; whatever the format version of the checkpoint.
  using Visit = std::function<Status(std::string_view key, std::string_view value)>;

  virtual ~StoredEntries() = default;

  /// In order of the job's operators, each with its states.
  virtual const std::vector<StoredState>& states() const = 0;
  /// Counts entries and bytes; reads everything.
  virtual Status Measure() = 0;
  /// Visits all entries of a state, of one subtask after the other; stops at the first error.
  /// NotFound when there is no such state.
  virtual Status ForEach(const std::string& operator_key, const std::string& state,
                         const Visit& visit) = 0;
  /// Visits the entries of one encoded key: at most one in a state without namespaces.
  virtual Status Get(const std::string& operator_key, const std::string& state,
                     std::string_view key, const Visit& visit) = 0;
};

/// Opens the savepoint or checkpoint that `location` names ("/path" or "file:///path") and reads
/// its metadata; table files are verified when they are first read. `fs` outlives the result.
Result<std::unique_ptr<StoredEntries>> OpenStoredEntries(FileSystem& fs, std::string_view location);

}  // namespace penstock
