#include "coordinator/job_store.h"

#include <algorithm>

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include "checkpoint/rocks_files.h"
#include "common/file_system.h"
#include "common/logging.h"
#include "common/mutex.h"

namespace penstock {
namespace {

constexpr std::string_view kSpecPrefix = "spec/";
constexpr std::string_view kProgressPrefix = "progress/";
constexpr std::string_view kKeyPrefix = "key/";
constexpr std::size_t kIdDigits = 32;

std::string KeyOf(std::string_view prefix, std::string_view name) {
  return std::string(prefix).append(name);
}

Status FromRocks(const rocksdb::Status& status, const std::string& directory) {
  if (status.ok()) return {};
  const std::string message = "job store " + directory + ": " + status.ToString();
  if (status.IsCorruption()) {
    return Status::Corruption(message, "restore that directory from a copy");
  }
  return Status::External(message, "check the disk and the permissions of that directory");
}

rocksdb::WriteOptions Durable() {
  rocksdb::WriteOptions options;
  options.sync = true;
  return options;
}

rocksdb::Options DatabaseOptions() {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.paranoid_checks = true;
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  options.write_buffer_size = 4 << 20;
  options.max_background_jobs = 2;
  options.info_log = internal::NewWarningLog("job store");
  return options;
}

}  // namespace

/// Once a write has failed RocksDB refuses all others, so that it is closed then, and opened again
/// by the next call: what the disk has is the truth. Thread-safe.
class JobStore::Database {
 public:
  explicit Database(std::string path) : directory(std::move(path)) {}

  // Shared: a call may be reading while another closes it.
  Result<std::shared_ptr<rocksdb::DB>> Use() EXCLUDES(mu_) {
    MutexLock lock(mu_);
    if (db_ == nullptr) {
      rocksdb::DB* opened = nullptr;
      PENSTOCK_RETURN_IF_ERROR(
          FromRocks(rocksdb::DB::Open(DatabaseOptions(), directory, &opened), directory));
      db_.reset(opened);
    }
    return db_;
  }

  Status Write(rocksdb::WriteBatch batch) EXCLUDES(mu_) {
    PENSTOCK_ASSIGN_OR_RETURN(const auto db, Use());
    const Status status = FromRocks(db->Write(Durable(), &batch), directory);
    MutexLock lock(mu_);
    if (!status.ok() && db_ == db) db_ = nullptr;
    return status;
  }

  const std::string directory;
  Mutex add_mu;  // held while a key is looked up and added

 private:
  Mutex mu_;
  std::shared_ptr<rocksdb::DB> db_ GUARDED_BY(mu_);  // null: to be opened
};

JobStore::JobStore(std::unique_ptr<Database> database) : database_(std::move(database)) {}
JobStore::~JobStore() = default;

Result<std::unique_ptr<JobStore>> JobStore::Open(const std::string& directory) {
  PENSTOCK_RETURN_IF_ERROR(PosixFileSystem().MakeDirectories(directory));
  auto database = std::make_unique<Database>(directory);
  PENSTOCK_RETURN_IF_ERROR(database->Use().status());
  return std::unique_ptr<JobStore>(new JobStore(std::move(database)));
}

Result<JobId> JobStore::FindKey(const IdempotencyKey& key) {
  if (key.text.empty()) return JobId();
  PENSTOCK_ASSIGN_OR_RETURN(const auto db, database_->Use());
  std::string found;
  const rocksdb::Status status = db->Get({}, KeyOf(kKeyPrefix, key.text), &found);
  if (status.IsNotFound()) return JobId();
  PENSTOCK_RETURN_IF_ERROR(FromRocks(status, database_->directory));
  const std::string job = found.substr(0, kIdDigits);
  const std::string fingerprint = found.substr(job.size());
  // Entries of earlier releases have none.
  if (!fingerprint.empty() && fingerprint != key.fingerprint) {
    return Status::User(
        ErrorCode::kConflict,
        "idempotency key '" + key.text + "' is that of another submission, job " + job,
        "send the same submission again, or give this one a key of its own");
  }
  return ParseId<JobId>(job);
}

Result<JobId> JobStore::Add(const StoredJob& job, const IdempotencyKey& key) {
  MutexLock lock(database_->add_mu);
  PENSTOCK_ASSIGN_OR_RETURN(const JobId existing, FindKey(key));
  if (!existing.is_none()) return existing;
  const std::string id = ToString(job.spec.id);
  rocksdb::WriteBatch batch;
  batch.Put(KeyOf(kSpecPrefix, id), EncodeJobSpec(job.spec));
  batch.Put(KeyOf(kProgressPrefix, id), EncodeJobProgress(job.progress));
  if (!key.text.empty()) batch.Put(KeyOf(kKeyPrefix, key.text), id + key.fingerprint);
  PENSTOCK_RETURN_IF_ERROR(database_->Write(std::move(batch)));
  return job.spec.id;
}

Status JobStore::SaveProgress(JobId job, const JobProgress& progress) {
  rocksdb::WriteBatch batch;
  batch.Put(KeyOf(kProgressPrefix, ToString(job)), EncodeJobProgress(progress));
  return database_->Write(std::move(batch));
}

Status JobStore::Replace(const StoredJob& job) {
  const std::string id = ToString(job.spec.id);
  rocksdb::WriteBatch batch;
  batch.Put(KeyOf(kSpecPrefix, id), EncodeJobSpec(job.spec));
  batch.Put(KeyOf(kProgressPrefix, id), EncodeJobProgress(job.progress));
  return database_->Write(std::move(batch));
}

Result<std::vector<StoredJob>> JobStore::List() {
  PENSTOCK_ASSIGN_OR_RETURN(const auto db, database_->Use());
  std::vector<StoredJob> jobs;
  const std::unique_ptr<rocksdb::Iterator> entries(db->NewIterator({}));
  for (entries->Seek(rocksdb::Slice(kSpecPrefix.data(), kSpecPrefix.size()));
       entries->Valid() &&
       entries->key().starts_with(rocksdb::Slice(kSpecPrefix.data(), kSpecPrefix.size()));
       entries->Next()) {
    const std::string id = entries->key().ToString().substr(kSpecPrefix.size());
    StoredJob job;
    PENSTOCK_ASSIGN_OR_RETURN(
        job.spec, DecodeJobSpec(entries->value().ToStringView(), "the description of job " + id));
    std::string progress;
    PENSTOCK_RETURN_IF_ERROR(
        FromRocks(db->Get({}, KeyOf(kProgressPrefix, id), &progress), database_->directory));
    PENSTOCK_ASSIGN_OR_RETURN(job.progress,
                              DecodeJobProgress(progress, "the progress of job " + id));
    jobs.push_back(std::move(job));
  }
  PENSTOCK_RETURN_IF_ERROR(FromRocks(entries->status(), database_->directory));
  std::stable_sort(jobs.begin(), jobs.end(), [](const StoredJob& a, const StoredJob& b) {
    return a.progress.submitted_millis < b.progress.submitted_millis;
  });
  return jobs;
}

}  // namespace penstock
