#include "worker/state/tier_database.h"

#include <algorithm>
#include <map>
#include <utility>

#include <rocksdb/sst_file_writer.h>

#include "worker/state/tier_rep.h"

namespace penstock {
namespace {

rocksdb::Slice ToSlice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }
std::string_view View(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

rocksdb::ReadOptions Verified() {
  rocksdb::ReadOptions options;
  options.verify_checksums = true;
  return options;
}

rocksdb::WriteOptions Unlogged() {
  rocksdb::WriteOptions options;
  options.disableWAL = true;
  return options;
}

void ThrowUnlessOk(const rocksdb::Status& status, const std::string& directory) {
  if (Status error = internal::FromRocks(status, directory); !error.ok()) {
    throw StateError(std::move(error));
  }
}

}  // namespace

/// Goes through the parts of one state in order of their key groups, as if they were one.
class TierDatabase::Cursor final : public TierCursor {
 public:
  Cursor(Rep& rep, std::uint32_t state) : rep_(rep), parts_(rep.PartsOf(state)) {}

  void Seek(std::string_view key) override {
    const std::uint32_t group = ReadBigEndian16(key.data());
    at_ = 0;
    while (at_ < parts_.size() && parts_[at_]->scope.groups.end <= group) ++at_;
    if (at_ == parts_.size()) return iterator_.reset();
    Open();
    std::string first;
    AppendBigEndian16(first, static_cast<std::uint16_t>(parts_[at_]->scope.groups.begin));
    iterator_->Seek(ToSlice(std::max(std::string_view(first), key)));
    Settle();
  }
  bool Valid() const override { return iterator_ != nullptr; }
  void Next() override {
    iterator_->Next();
    Settle();
  }
  std::string_view key() const override { return View(iterator_->key()); }
  std::string_view value() const override { return View(iterator_->value()); }

 private:
  void Open() {
    if (iterator_ != nullptr && opened_ == at_) return;
    rocksdb::ReadOptions options = Verified();
    options.fill_cache = false;
    options.readahead_size = 0;  // grows by itself
    iterator_.reset(rep_.db().NewIterator(options, parts_[at_]->family));
    opened_ = at_;
  }
  /// Onto an entry that its part is responsible for, maybe that of a later part.
  void Settle() {
    for (;;) {
      if (iterator_->Valid()) {
        const std::uint32_t group = ReadBigEndian16(iterator_->key().data());
        if (group < parts_[at_]->scope.groups.end) return;
      }
      ThrowUnlessOk(iterator_->status(), rep_.directory());
      if (++at_ == parts_.size()) return iterator_.reset();
      Open();
      std::string first;
      AppendBigEndian16(first, static_cast<std::uint16_t>(parts_[at_]->scope.groups.begin));
      iterator_->Seek(ToSlice(first));
    }
  }

  Rep& rep_;
  const std::vector<TierPart*> parts_;
  std::size_t at_ = 0;
  std::size_t opened_ = 0;
  std::unique_ptr<rocksdb::Iterator> iterator_;
};

/// Sorted files per part, ingested together.
class TierDatabase::SortedChanges final : public Changes {
 public:
  SortedChanges(TierDatabase& database, std::uint64_t number)
      : database_(database), number_(number) {}

  Status Put(std::string_view key, std::string_view value) override {
    PENSTOCK_ASSIGN_OR_RETURN(rocksdb::SstFileWriter* const file, FileOf(key));
    return Checked(file->Put(ToSlice(key), ToSlice(value)));
  }
  Status Erase(std::string_view key) override {
    PENSTOCK_ASSIGN_OR_RETURN(rocksdb::SstFileWriter* const file, FileOf(key));
    return Checked(file->Delete(ToSlice(key)));
  }
  ~SortedChanges() override;
  Status Ingest() override;

 private:
  struct Files {
    std::vector<std::string> paths;
    std::unique_ptr<rocksdb::SstFileWriter> writer;  // of the last one
  };

  Result<rocksdb::SstFileWriter*> FileOf(std::string_view key);
  Status BeginFile(Rep& rep, Files& files);
  Status Checked(const rocksdb::Status& status) {
    return internal::FromRocks(status, database_.directory_);
  }
  Status Flush(Rep& rep);

  TierDatabase& database_;
  const std::uint64_t number_;
  std::map<TierPart*, Files> files_;
  std::uint32_t begun_ = 0;
};

TierDatabase::SortedChanges::~SortedChanges() {
  for (auto& [part, files] : files_) {
    files.writer.reset();
    // Gone already when they were ingested; else their space is needed.
    for (const std::string& path : files.paths) static_cast<void>(database_.fs_.Remove(path));
  }
}

Result<rocksdb::SstFileWriter*> TierDatabase::SortedChanges::FileOf(std::string_view key) {
  Rep* rep = nullptr;
  PENSTOCK_ASSIGN_OR_RETURN(rep, database_.Open());
  TierPart* part = rep->PartOf(key);
  if (part == nullptr) return Status::Internal("an entry of a state that the tier does not know");
  Files& files = files_[part];
  if (files.writer == nullptr || files.writer->FileSize() >= rep->options().target_file_size_base) {
    PENSTOCK_RETURN_IF_ERROR(BeginFile(*rep, files));
  }
  return files.writer.get();
}

Status TierDatabase::SortedChanges::BeginFile(Rep& rep, Files& files) {
  if (files.writer != nullptr) PENSTOCK_RETURN_IF_ERROR(Checked(files.writer->Finish()));
  files.paths.push_back(JoinPath(rep.directory(), "changes-" + std::to_string(number_) + "-" +
                                                      std::to_string(++begun_) + ".sst"));
  files.writer = std::make_unique<rocksdb::SstFileWriter>(rocksdb::EnvOptions(), rep.options());
  return Checked(files.writer->Open(files.paths.back()));
}

Status TierDatabase::SortedChanges::Flush(Rep& rep) {
  for (const std::unique_ptr<TierPart>& part : rep.parts()) {
    if (!part->buffered) continue;
    PENSTOCK_RETURN_IF_ERROR(Checked(rep.db().Flush(rocksdb::FlushOptions(), part->family)));
    part->buffered = false;
  }
  return Status::Ok();
}

Status TierDatabase::SortedChanges::Ingest() {
  if (database_.rep_ == nullptr) return Status::Ok();
  Rep& rep = *database_.rep_;
  if (rep.failed) static_cast<void>(rep.db().Resume());
  rep.failed = true;
  PENSTOCK_RETURN_IF_ERROR(Flush(rep));
  std::vector<rocksdb::IngestExternalFileArg> arguments;
  for (auto& [part, files] : files_) {
    PENSTOCK_RETURN_IF_ERROR(Checked(files.writer->Finish()));
    rocksdb::IngestExternalFileArg& argument = arguments.emplace_back();
    argument.column_family = part->family;
    argument.external_files = files.paths;
    argument.options.move_files = true;
    argument.options.write_global_seqno = false;
  }
  if (!arguments.empty()) {
    PENSTOCK_RETURN_IF_ERROR(Checked(rep.db().IngestExternalFiles(arguments)));
  }
  rep.failed = false;
  return Status::Ok();
}

TierDatabase::TierDatabase(std::string directory, KeyGroupRange groups, FileSystem& fs,
                           const StateMemory& memory)
    : directory_(std::move(directory)), groups_(groups), fs_(fs), memory_(memory) {}

TierDatabase::~TierDatabase() = default;

Result<TierDatabase::Rep*> TierDatabase::Open() {
  if (rep_ == nullptr) {
    PENSTOCK_ASSIGN_OR_RETURN(rep_, Rep::Open(directory_, groups_, fs_, memory_));
    for (const std::uint32_t state : states_) rep_->AddState(state);
  }
  return rep_.get();
}

TierDatabase::Rep& TierDatabase::Opened() {
  auto rep = Open();
  if (!rep.ok()) throw StateError(rep.status());
  return **rep;
}

Status TierDatabase::Import(const std::vector<ImportedPart>& parts) {
  for (const ImportedPart& part : parts) {
    Rep* rep = nullptr;
    PENSTOCK_ASSIGN_OR_RETURN(rep, Open());
    PENSTOCK_RETURN_IF_ERROR(rep->Import(part));
  }
  return Status::Ok();
}

Status TierDatabase::Move(const std::vector<StateMove>& moves) {
  if (moves.empty()) return Status::Ok();
  Rep* rep = nullptr;
  PENSTOCK_ASSIGN_OR_RETURN(rep, Open());
  return rep->Move(moves);
}

void TierDatabase::AddState(std::uint32_t state) {
  if (std::find(states_.begin(), states_.end(), state) != states_.end()) return;
  states_.push_back(state);
  if (rep_ != nullptr) rep_->AddState(state);
}

bool TierDatabase::Get(std::string_view key, std::string& value) {
  if (rep_ == nullptr) return false;
  const TierPart* part = rep_->PartOf(key);
  if (part == nullptr) return false;
  const rocksdb::Status got = rep_->db().Get(Verified(), part->family, ToSlice(key), &value);
  if (got.IsNotFound()) return false;
  ThrowUnlessOk(got, directory_);
  return true;
}

std::unique_ptr<TierCursor> TierDatabase::NewCursor(std::uint32_t state) {
  return std::make_unique<Cursor>(Opened(), state);
}

void TierDatabase::Put(std::string_view key, std::string_view value) {
  WaitForSnapshot();
  TierPart& part = *Opened().PartOf(key);
  part.buffered = true;
  ThrowUnlessOk(rep_->db().Put(Unlogged(), part.family, ToSlice(key), ToSlice(value)), directory_);
}

void TierDatabase::Erase(std::string_view key) {
  WaitForSnapshot();
  TierPart& part = *Opened().PartOf(key);
  part.buffered = true;
  ThrowUnlessOk(rep_->db().Delete(Unlogged(), part.family, ToSlice(key)), directory_);
}

void TierDatabase::BeginSnapshot() {
  MutexLock lock(mu_);
  writing_ = true;
}

void TierDatabase::EndSnapshot() {
  MutexLock lock(mu_);
  writing_ = false;
  written_.NotifyAll();
}

void TierDatabase::WaitForSnapshot() {
  MutexLock lock(mu_);
  while (writing_) written_.Wait(mu_);
}

std::unique_ptr<TierDatabase::Changes> TierDatabase::NewChanges() {
  return std::make_unique<SortedChanges>(*this, ++changes_);
}

Result<TierDatabase::Files> TierDatabase::ListFiles() {
  Files files;
  if (rep_ == nullptr) {
    files.parts.push_back({groups_, states_, {}});
    std::sort(files.parts.back().states.begin(), files.parts.back().states.end());
    return files;
  }
  rocksdb::DB& db = rep_->db();
  PENSTOCK_RETURN_IF_ERROR(internal::FromRocks(db.DisableFileDeletions(), directory_));
  // Shared by whoever links the files; the last one lets go.
  files.hold = std::shared_ptr<void>(
      nullptr, [&db](void*) { static_cast<void>(db.EnableFileDeletions(/*force=*/false)); });
  for (const std::unique_ptr<TierPart>& part : rep_->parts()) {
    if (part->scope.states.empty()) continue;
    SnapshotPart& listed = files.parts.emplace_back();
    listed.groups = part->scope.groups;
    listed.states = part->scope.states;
    std::sort(listed.states.begin(), listed.states.end());
    PENSTOCK_RETURN_IF_ERROR(ListPart(*part, listed, files.files));
  }
  return files;
}

Status TierDatabase::ListPart(const TierPart& part, SnapshotPart& listed,
                              std::vector<TierFile>& files) {
  rocksdb::ColumnFamilyMetaData metadata;
  rep_->db().GetColumnFamilyMetaData(part.family, &metadata);
  for (const rocksdb::LevelMetaData& level : metadata.levels) {
    for (const rocksdb::SstFileMetaData& from : level.files) {
      const std::string name = from.name.substr(from.name.find_first_not_of('/'));
      const auto tally = rep_->tallies().Find(JoinPath(directory_, name));
      if (!tally) return Status::Internal("a table file whose checksum is not known: " + name);
      TierFile& file = files.emplace_back();
      file.file = {name,
                   level.level,
                   from.smallest_seqno,
                   from.largest_seqno,
                   from.smallestkey,
                   from.largestkey,
                   0};
      file.size = tally->size;
      file.checksum = tally->checksum;
      listed.files.push_back(file.file);
    }
  }
  return Status::Ok();
}

}  // namespace penstock
