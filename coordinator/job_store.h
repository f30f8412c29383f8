#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/status.h"
#include "coordinator/job_progress.h"
#include "wire/messages.h"

namespace penstock {

struct StoredJob {
  JobSpec spec;
  JobProgress progress;
};

/// By which a client may send a submission again.
struct IdempotencyKey {
  std::string text{};         ///< Empty: none.
  std::string fingerprint{};  ///< Of the submission; 16 hex digits.
};

/// The durable list of jobs: a RocksDB of its own. Format: docs/formats/job-store.md. What a call
/// has stored when it returns OK survives a crash of the machine. Thread-safe.
class JobStore {
 public:
  /// Creates `directory` (0700) if it is missing.
  static Result<std::unique_ptr<JobStore>> Open(const std::string& directory);
  ~JobStore();

  /// Stores a new job and returns its id; with an idempotency key that is known already stores
  /// nothing and does as FindKey.
  Result<JobId> Add(const StoredJob& job, const IdempotencyKey& key);
  /// The job of that key; a none id when there is none. A conflict when its submission was another
  /// one.
  Result<JobId> FindKey(const IdempotencyKey& key);

  Status SaveProgress(JobId job, const JobProgress& progress);
  /// A new description and progress for the job of spec.id, both or, after a crash, neither.
  Status Replace(const StoredJob& job);

  /// In order of submission. Fails with kCorruption that names the job whose entry is damaged.
  Result<std::vector<StoredJob>> List();

 private:
  class Database;
  explicit JobStore(std::unique_ptr<Database> database);

  std::unique_ptr<Database> database_;
};

/// Values of the store, versioned and with a checksum; `what` names the entry in errors.
std::string EncodeJobSpec(const JobSpec& spec);
Result<JobSpec> DecodeJobSpec(std::string_view bytes, const std::string& what);
std::string EncodeJobProgress(const JobProgress& progress);
Result<JobProgress> DecodeJobProgress(std::string_view bytes, const std::string& what);

}  // namespace penstock
