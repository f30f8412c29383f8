#pragma once

#include <memory>
#include <string>
#include <utility>

#include "api/runtime/operator.h"
#include "common/file_system.h"
#include "common/status.h"
#include "connectors/file/raw_record.h"

namespace penstock {

/// What a source does with a record that can't be parsed. A file whose structure is broken, so
/// that the next record can't be found, always fails the job.
struct OnMalformed {
  enum class Action : unsigned char { kFail, kSkip, kDeadLetter };
  Action action = Action::kFail;
  std::string directory{};  ///< Of kDeadLetter.
};

/// The job fails; the message names file, record, byte and field.
inline OnMalformed fail() { return {OnMalformed::Action::kFail}; }
/// The record is left out and counted in numRecordsSkipped.
inline OnMalformed skip() { return {OnMalformed::Action::kSkip}; }
/// The record is left out, counted in numRecordsDeadLettered and written, as a line of JSON with
/// file, offset, error and bytes (bytes_base64 when they are no valid UTF-8), to a file in
/// `directory`. After a recovery lines may come again, in another file; file and offset tell.
inline OnMalformed dead_letter(std::string directory) {
  return {OnMalformed::Action::kDeadLetter, std::move(directory)};
}

/// Where a record comes from, for messages and dead letters.
struct RecordOrigin {
  std::string file;   ///< "/data/flights.json", "tcp 127.0.0.1:9000".
  std::string place;  ///< "/data/flights.json: record 17 at byte 1234".
};

/// Carries that out for one split. Task thread only.
class MalformedRecords {
 public:
  /// `context` must outlive this.
  MalformedRecords(OperatorContext& context, OnMalformed policy, std::uint32_t split_index);

  /// The error that ends the job, or OK when the record has been dealt with.
  Status Take(const RecordOrigin& origin, const RawRecord& record, const Status& error);
  /// At the end of the split: makes the dead letters durable.
  Status Close();

 private:
  Status OpenFile();

  OperatorContext& context_;
  const OnMalformed policy_;
  const std::uint32_t split_index_;
  Counter* counter_ = nullptr;
  std::unique_ptr<WritableFile> file_;
};

/// One dead letter, without the line break.
std::string DeadLetterLine(const std::string& file, const RawRecord& record, const Status& error);

}  // namespace penstock
