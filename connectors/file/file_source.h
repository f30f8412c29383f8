#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/source.h"
#include "connectors/basic/rate_limit.h"
#include "connectors/file/file_split.h"
#include "connectors/file/malformed_records.h"
#include "connectors/file/record_fields.h"
#include "connectors/file/record_parser.h"
#include "connectors/file/record_reader.h"
#include "connectors/file/watched_files.h"
#include "connectors/format/binary_records.h"

namespace penstock {

namespace internal {

/// What all file sources can be told.
struct FileSourceOptions {
  SplitPlan plan;
  TimeFormat time;
  CsvFormat csv;
  OnMalformed on_malformed;
  double rate = 0;
  ReadLimits limits;
  std::string format_name;                         ///< Of FileFormat::kRecords.
  std::optional<std::chrono::milliseconds> watch;  ///< How often to look for new files.
  Status problem;                                  ///< With an option; shown at submission.
};

std::string FileSourceName(const FileSourceOptions& options);
Status ValidateFileSource(const FileSourceOptions& options, FileSystem& fs);
Result<std::vector<SourceSplit>> FileSourceSplits(const FileSourceOptions& options,
                                                  OperatorContext& context);
/// The first line of a CSV file; empty when the format has no header line.
Result<std::string> ReadCsvHeader(const FileSourceOptions& options, FileSystem& fs,
                                  const FileSplit& split);
/// At the place where the split stands, behind the header line if there is one.
Result<std::unique_ptr<RecordReader>> OpenRecordReader(const FileSourceOptions& options,
                                                       FileSystem& fs, FileSplit split);

/// Reads one split: framing, then parsing into the slots of the batch.
template <typename T>
class FileSplitReader final : public SplitReader<T> {
 public:
  FileSplitReader(OperatorContext& context, const FileSourceOptions& options,
                  std::unique_ptr<RecordReader> reader, std::unique_ptr<RecordParser> parser)
      : clock_(context.clock()),
        reader_(std::move(reader)),
        parser_(std::move(parser)),
        rate_(options.rate / reader_->position().count),
        malformed_(context, options.on_malformed, reader_->position().index) {}

  Result<ReadResult> Read(TypedBatch<T>& batch) override {
    std::size_t granted = rate_.Take(clock_.Now(), batch.room());
    if (granted == 0 && !batch.full()) return ReadResult::kNothingYet;
    for (std::size_t bytes = 0; granted > 0 && bytes < kMostBytes; --granted) {
      RawRecord raw;
      PENSTOCK_ASSIGN_OR_RETURN(const bool found, reader_->Next(raw));
      if (!found) {
        PENSTOCK_RETURN_IF_ERROR(malformed_.Close());
        return ReadResult::kEnd;
      }
      bytes += raw.bytes.size();
      PENSTOCK_RETURN_IF_ERROR(Parse(raw, batch));
    }
    rate_.GiveBack(granted);
    return ReadResult::kMore;
  }
  Clock::MonotonicTime next_read() const override { return rate_.next(); }
  void SnapshotPosition(std::string& state) const override {
    EncodeFileSplit(reader_->position(), state);
  }

 private:
  /// Read into one batch, about: large records must not fill it by their number.
  static constexpr std::size_t kMostBytes = 4 * kBatchBytes;

  Status Parse(const RawRecord& raw, TypedBatch<T>& batch) {
    T& slot = batch.AppendSlot(Timestamp{});
    const Status parsed = parser_->Parse(raw.bytes, &slot, batch.arena());
    if (parsed.ok()) return Status::Ok();
    batch.RemoveLast();
    return malformed_.Take({reader_->position().path, reader_->PlaceOf(raw)}, raw, parsed);
  }

  const Clock& clock_;
  const std::unique_ptr<RecordReader> reader_;
  const std::unique_ptr<RecordParser> parser_;
  RateLimit rate_;
  MalformedRecords malformed_;
};

/// What JSON, CSV and text have in common. `Self` is the derived class.
template <typename T, typename Self>
class FileSourceBase : public Source<T> {
 public:
  /// What to do with records that can't be parsed: fail() (default), skip() or
  /// dead_letter(directory).
  Self on_malformed(OnMalformed policy) && {
    options_.on_malformed = std::move(policy);
    return Take();
  }
  /// Replays at that many records per second, over all files together; each split (a file, or a
  /// range of one) has an equal share.
  Self rate(double records_per_second) && {
    options_.rate = records_per_second;
    if (const Status problem = CheckRate(records_per_second); !problem.ok()) {
      options_.problem = problem;
    }
    return Take();
  }
  /// How the files are packed; default: by their extensions .gz, .zst and .lz4. A compressed file
  /// is read whole by one subtask; after a restore it is decompressed from its beginning again.
  Self compression(Compression compression) && {
    options_.plan.compression = compression;
    return Take();
  }
  /// Never ends: looks for new files every `interval`, in the directory or by the pattern, and
  /// reads each once, in the order of their names. A file must appear by rename, complete, and must
  /// not change afterwards. Subtasks share files by a hash of their paths; a file is not cut. Which
  /// ones are done is state, 8 bytes for each that is still there: move old files away. A name that
  /// was away and comes back is a new file.
  Self watch(std::chrono::milliseconds interval) && {
    options_.watch = interval;
    return Take();
  }
  /// Longest record in bytes, default 16 MiB. A longer one fails the job.
  Self record_limit(std::size_t bytes) && {
    options_.limits.record = bytes;
    return Take();
  }
  /// Files of lines that are bigger are cut into ranges of that many bytes; default 64 MiB.
  Self split_size(std::uint64_t bytes) && {
    options_.plan.range_size = bytes == 0 ? 1 : bytes;
    return Take();
  }
  /// Bytes that are read at once; default 512 KiB.
  Self chunk_size(std::size_t bytes) && {
    options_.limits.chunk = bytes == 0 ? 1 : bytes;
    return Take();
  }

  std::string name() const override { return FileSourceName(options_); }
  Delivery delivery() const override { return Delivery::kReplayable; }
  Status Validate(FileSystem& fs) const override { return ValidateFileSource(options_, fs); }
  Result<std::vector<SourceSplit>> Splits(OperatorContext& context) const override {
    return FileSourceSplits(options_, context);
  }
  Result<std::unique_ptr<SplitReader<T>>> NewReader(OperatorContext& context,
                                                    const SourceSplit& split) const override {
    if (IsWatchedSplit(split)) return NewWatchReader(context, split);
    PENSTOCK_ASSIGN_OR_RETURN(FileSplit file, DecodeFileSplit(split.state));
    return NewFileReader(context, std::move(file));
  }

 protected:
  explicit FileSourceBase(SplitPlan plan) { options_.plan = std::move(plan); }
  Self Take() { return std::move(static_cast<Self&>(*this)); }
  Self WithTimeFormat(std::string_view pattern) {
    Result<TimeFormat> format = TimeFormat::Make(pattern);
    if (format.ok()) {
      options_.time = std::move(format).value();
    } else {
      options_.problem = format.status();
    }
    return Take();
  }
  virtual Result<std::unique_ptr<RecordParser>> NewParser(FileSystem& fs,
                                                          const FileSplit& split) const = 0;

  FileSourceOptions options_;

 private:
  /// Has a copy of the description: it may outlive the source.
  class WatchReader final : public SplitReader<T> {
   public:
    WatchReader(OperatorContext& context, const Self& source, WatchedFiles files)
        : context_(context), source_(source), files_(std::move(files)) {}

    Result<ReadResult> Read(TypedBatch<T>& batch) override {
      if (reader_ == nullptr) {
        PENSTOCK_ASSIGN_OR_RETURN(const FileSplit* file,
                                  files_.Next(context_.file_system(), context_.clock().Now()));
        if (file == nullptr) return ReadResult::kNothingYet;
        PENSTOCK_ASSIGN_OR_RETURN(reader_, source_.NewFileReader(context_, *file));
      }
      PENSTOCK_ASSIGN_OR_RETURN(const ReadResult result, reader_->Read(batch));
      if (result != ReadResult::kEnd) return result;
      reader_.reset();
      files_.Finish();
      return ReadResult::kMore;
    }
    Clock::MonotonicTime next_read() const override {
      return reader_ == nullptr ? files_.next_look() : reader_->next_read();
    }
    void SnapshotPosition(std::string& state) const override {
      std::string current;
      if (reader_ != nullptr) reader_->SnapshotPosition(current);
      files_.AppendPosition(current, state);
    }

   private:
    OperatorContext& context_;
    const Self source_;
    WatchedFiles files_;
    std::unique_ptr<SplitReader<T>> reader_;  // of the file that is being read
  };

  Result<std::unique_ptr<SplitReader<T>>> NewWatchReader(OperatorContext& context,
                                                         const SourceSplit& split) const {
    if (!options_.watch) return NotWatchedAnyMore();
    PENSTOCK_ASSIGN_OR_RETURN(WatchedFiles files,
                              WatchedFiles::Restore(options_.plan, *options_.watch, split.state));
    return std::unique_ptr<SplitReader<T>>(
        std::make_unique<WatchReader>(context, static_cast<const Self&>(*this), std::move(files)));
  }
  Result<std::unique_ptr<SplitReader<T>>> NewFileReader(OperatorContext& context,
                                                        FileSplit file) const {
    const std::string path = file.path;
    PENSTOCK_ASSIGN_OR_RETURN(auto parser, NewParser(context.file_system(), file));
    PENSTOCK_ASSIGN_OR_RETURN(auto reader,
                              OpenRecordReader(options_, context.file_system(), std::move(file)));
    if (!reader->header().empty()) {
      PENSTOCK_RETURN_IF_ERROR(parser->TakeHeader(reader->header()).WithContext(path));
    }
    return std::unique_ptr<SplitReader<T>>(std::make_unique<FileSplitReader<T>>(
        context, options_, std::move(reader), std::move(parser)));
  }
};

inline constexpr std::uint64_t kRangeSize = 64 * 1024 * 1024;

}  // namespace internal

/// Reads objects of JSON into the plain struct T, member by field name. Made by FileSource.
template <typename T>
class JsonFileSource final : public internal::FileSourceBase<T, JsonFileSource<T>> {
 public:
  /// How Timestamp fields that are strings are written, see TimeFormat; default ISO 8601.
  JsonFileSource time_format(std::string_view pattern) && { return this->WithTimeFormat(pattern); }

 private:
  friend class FileSource;
  explicit JsonFileSource(SplitPlan plan)
      : internal::FileSourceBase<T, JsonFileSource<T>>(std::move(plan)) {}
  Result<std::unique_ptr<RecordParser>> NewParser(FileSystem&, const FileSplit&) const override {
    return NewJsonParser(RecordFieldsOf<T>(), this->options_.time);
  }
};

/// Reads rows of CSV (RFC 4180) into the plain struct T. Made by FileSource.
template <typename T>
class CsvFileSource final : public internal::FileSourceBase<T, CsvFileSource<T>> {
 public:
  /// How Timestamp fields are written, see TimeFormat; default ISO 8601 or milliseconds.
  CsvFileSource time_format(std::string_view pattern) && { return this->WithTimeFormat(pattern); }
  /// The files have no header line: the columns are the fields of T, in their order. By default the
  /// first line of each file names the columns.
  CsvFileSource by_position() && {
    this->options_.csv.by_name = false;
    return this->Take();
  }
  /// Default ','.
  CsvFileSource delimiter(char c) && {
    this->options_.csv.delimiter = c;
    return this->Take();
  }
  /// No field has a line break in it, so that several subtasks can share a big file. (Whether a
  /// line break in the middle of a file lies in a quoted field can't be told there.)
  CsvFileSource one_line_per_record() && {
    this->options_.csv.one_line_per_record = true;
    this->options_.plan.in_ranges = true;
    return this->Take();
  }

 private:
  friend class FileSource;
  explicit CsvFileSource(SplitPlan plan)
      : internal::FileSourceBase<T, CsvFileSource<T>>(std::move(plan)) {}
  Result<std::unique_ptr<RecordParser>> NewParser(FileSystem& fs,
                                                  const FileSplit& split) const override {
    PENSTOCK_ASSIGN_OR_RETURN(const std::string header,
                              internal::ReadCsvHeader(this->options_, fs, split));
    Result<std::unique_ptr<RecordParser>> parser =
        NewCsvParser(RecordFieldsOf<T>(), this->options_.time, this->options_.csv, header);
    if (!parser.ok()) return parser.status().WithContext(split.path);
    return parser;
  }
};

/// Reads lines, without their line breaks ("\n" or "\r\n"), as std::string. Made by FileSource.
class TextFileSource final : public internal::FileSourceBase<std::string, TextFileSource> {
 private:
  friend class FileSource;
  explicit TextFileSource(SplitPlan plan) : FileSourceBase(std::move(plan)) {}
  Result<std::unique_ptr<RecordParser>> NewParser(FileSystem&, const FileSplit&) const override {
    return NewLineParser();
  }
};

/// Reads records of a format such as BinaryRecords. Made by FileSource and capnp_file_source.
template <typename F>
class RecordsFileSource final
    : public internal::FileSourceBase<typename F::Record, RecordsFileSource<F>> {
 public:
  RecordsFileSource(std::string path, F format)
      : internal::FileSourceBase<typename F::Record, RecordsFileSource<F>>(PlanOf(path, format)),
        format_(std::move(format)) {
    this->options_.format_name = format_.name();
    this->options_.problem = format_.Validate();
  }

 private:
  static SplitPlan PlanOf(const std::string& path, const F& format) {
    SplitPlan plan{path, FileFormat::kRecords, format.record_size() > 0, internal::kRangeSize};
    plan.framing = format.framing();
    plan.record_size = format.record_size();
    return plan;
  }
  Result<std::unique_ptr<RecordParser>> NewParser(FileSystem&, const FileSplit&) const override {
    return format_.NewParser();
  }

  F format_;
};

/// Sources that read files, front to back, each byte once: exactly once after any failure, as long
/// as the files stay as they are. A path is a file, a directory (the files in it whose names don't
/// begin with '.' or '_') or a pattern with * ? and []. Text is UTF-8, with or without byte order
/// mark. Files may be compressed.
///
///   env.from("flights", FileSource::json<Flight>(args.path("input"))
///                           .time_format("%Y/%m/%d %H:%M").on_malformed(skip()))
class FileSource {
 public:
  /// A JSON array of objects, or one object per line, whichever the file holds. An array is read by
  /// one subtask, record by record; only files of lines are shared.
  template <typename T>
  static JsonFileSource<T> json(std::string path) {
    return JsonFileSource<T>({std::move(path), FileFormat::kJson, true, internal::kRangeSize});
  }
  /// One JSON object per line; blank lines are passed over.
  template <typename T>
  static JsonFileSource<T> json_lines(std::string path) {
    return JsonFileSource<T>({std::move(path), FileFormat::kJsonLines, true, internal::kRangeSize});
  }
  template <typename T>
  static CsvFileSource<T> csv(std::string path) {
    return CsvFileSource<T>({std::move(path), FileFormat::kCsv, false, internal::kRangeSize});
  }
  static TextFileSource text_lines(std::string path) {
    return TextFileSource({std::move(path), FileFormat::kText, true, internal::kRangeSize});
  }
  /// What FileSink::binary has written.
  template <typename T>
  static RecordsFileSource<BinaryRecords<T>> binary(std::string path) {
    return {std::move(path), binary_records<T>()};
  }
};

}  // namespace penstock
