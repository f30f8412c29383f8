#include "connectors/file/malformed_records.h"

#include <algorithm>
#include <cstdio>

#include "connectors/file/json_text.h"
#include "connectors/file/run_name.h"

namespace penstock {
namespace {

/// Of no other run: files are never opened twice.
std::string FileName(std::uint32_t split_index, JobId job, Generation generation) {
  char split[32];
  std::snprintf(split, sizeof(split), "split-%05u", split_index);
  return split + RunMark(job) + std::to_string(generation.value()) + ".jsonl";
}

}  // namespace

MalformedRecords::MalformedRecords(OperatorContext& context, OnMalformed policy,
                                   std::uint32_t split_index)
    : context_(context), policy_(std::move(policy)), split_index_(split_index) {
  if (policy_.action == OnMalformed::Action::kSkip) {
    counter_ = &context.counter("numRecordsSkipped");
  } else if (policy_.action == OnMalformed::Action::kDeadLetter) {
    counter_ = &context.counter("numRecordsDeadLettered");
  }
}

Status MalformedRecords::Take(const RecordOrigin& origin, const RawRecord& record,
                              const Status& error) {
  if (policy_.action == OnMalformed::Action::kFail) {
    const std::string hint = error.hint().empty() ? "" : error.hint() + "; or ";
    return Status::InvalidArgument(
        origin.place + ": " + error.message(),
        hint +
            "correct the file, or let the source pass over such records with "
            ".on_malformed(skip()) or .on_malformed(dead_letter(directory))");
  }
  counter_->Add(1);
  if (policy_.action == OnMalformed::Action::kSkip) return Status::Ok();
  if (file_ == nullptr) PENSTOCK_RETURN_IF_ERROR(OpenFile());
  return file_->Append(DeadLetterLine(origin.file, record, error) + "\n");
}

Status MalformedRecords::OpenFile() {
  FileSystem& fs = context_.file_system();
  PENSTOCK_RETURN_IF_ERROR(fs.MakeDirectories(policy_.directory, 0755));
  const std::string name = FileName(split_index_, context_.job_id(), context_.generation());
  PENSTOCK_ASSIGN_OR_RETURN(file_, fs.Create(policy_.directory + "/" + name));
  return fs.SyncDirectory(policy_.directory);
}

Status MalformedRecords::Close() {
  if (file_ == nullptr) return Status::Ok();
  const std::unique_ptr<WritableFile> file = std::move(file_);
  PENSTOCK_RETURN_IF_ERROR(file->Sync());
  return file->Close();
}

std::string DeadLetterLine(const std::string& file, const RawRecord& record, const Status& error) {
  std::string line = "{\"file\":";
  AppendJsonString(file, line);
  line += ",\"offset\":" + std::to_string(record.offset) + ",\"error\":";
  AppendJsonString(error.message(), line);
  if (IsUtf8(record.bytes)) {
    line += ",\"bytes\":";
    AppendJsonString(record.bytes, line);
  } else {
    line += ",\"bytes_base64\":\"";
    AppendBase64(record.bytes, line);
    line += '"';
  }
  return line + '}';
}

}  // namespace penstock
