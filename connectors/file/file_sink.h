#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "api/sink.h"
#include "connectors/file/part_commit.h"
#include "connectors/file/part_files.h"
#include "connectors/file/row_text.h"
#include "connectors/file/time_format.h"
#include "connectors/format/binary_records.h"

namespace penstock {

namespace internal {

/// The directory without slashes at its end.
inline std::string PlainDirectory(std::string directory) {
  while (directory.size() > 1 && directory.back() == '/') directory.pop_back();
  return directory;
}

/// Appends the bucket of a record. Empty when there are none.
template <typename T>
using BucketFn = std::function<void(const T&, Timestamp, std::string&)>;

/// What all row formats have in common. `Self` is the derived class; it has
/// `std::string Header() const` and `void AppendRow(const T&, std::string&) const`.
template <typename T, typename Self>
class FileSinkBase : public Sink<T> {
 public:
  /// A part that has so many bytes is closed before the next checkpoint; default 128 MiB.
  Self part_size(std::uint64_t bytes) && {
    options_.part_size = bytes;
    return Take();
  }
  /// Packs each part; the extension .gz, .zst or .lz4 is added to its name. Default: not.
  Self compression(Compression compression) && {
    options_.compression = compression;
    return Take();
  }
  /// Rows go into directories below the root: `bucket` is a pure function of (const T&) or of
  /// (const T&, Timestamp), which is that of the record, to a std::string such as "eu/2024". A name
  /// that CheckBucket refuses fails the job.
  template <typename F>
  Self bucket_by(F bucket) && {
    if constexpr (std::is_invocable_r_v<std::string, const F&, const T&, Timestamp>) {
      bucket_ = [bucket](const T& row, Timestamp time, std::string& out) {
        out += bucket(row, time);
      };
    } else {
      static_assert(std::is_invocable_r_v<std::string, const F&, const T&>,
                    "bucket_by() needs a function that takes one record by const reference, and "
                    "its penstock::Timestamp if wanted, and returns a std::string");
      bucket_ = [bucket](const T& row, Timestamp, std::string& out) {
        out += std::invoke(bucket, row);
      };
    }
    options_.bucketed = true;
    return Take();
  }
  /// Buckets by the records' timestamps, in UTC, see TimeFormat: "%Y-%m-%d", "year=%Y/month=%m".
  /// Needs with_timestamps() before the sink.
  Self bucket_by_time(std::string_view pattern) && {
    Result<TimeFormat> format = TimeFormat::Make(pattern);
    if (!format.ok()) problem_ = format.status();
    bucket_ = [format = format.ok() ? *format : TimeFormat()](
                  const T&, Timestamp time, std::string& out) { format.Append(time, out); };
    options_.bucketed = true;
    return Take();
  }
  /// How many buckets have an open file at a time, in each subtask; default 64. When rows come for
  /// more, the part that was not written to for the longest time is closed.
  Self most_open_buckets(std::size_t count) && {
    options_.most_open = std::max<std::size_t>(count, 1);
    return Take();
  }

  std::string name() const override {
    return options_.extension.substr(1) + " files in " + options_.directory;
  }
  Delivery delivery() const override { return Delivery::kTransactional; }
  Status Validate(FileSystem& fs) const override {
    PENSTOCK_RETURN_IF_ERROR(problem_);
    if (options_.directory.empty()) {
      return Status::InvalidArgument("a file sink needs a directory",
                                     "give it an empty directory, or one that doesn't exist yet");
    }
    return CheckWritable(fs, options_.directory);
  }
  Result<std::unique_ptr<SinkWriter<T>>> NewWriter(OperatorContext& context,
                                                   std::string_view state) const override {
    OperatorRestore restore;
    restore.subtask = context.subtask();
    restore.parallelism = restore.old_parallelism = context.parallelism();
    if (!state.empty()) restore.states.push_back({context.subtask(), state});
    return RestoreWriter(context, restore);
  }
  Result<std::unique_ptr<SinkWriter<T>>> RestoreWriter(
      OperatorContext& context, const OperatorRestore& writers) const override {
    PartFileOptions options = options_;
    options.header = self().Header();
    PENSTOCK_ASSIGN_OR_RETURN(
        auto parts, PartFiles::Open(context.file_system(), std::move(options),
                                    {context.job_id(), context.subtask(), context.parallelism(),
                                     context.generation()},
                                    writers));
    return std::unique_ptr<SinkWriter<T>>(
        std::make_unique<Writer>(self(), bucket_, std::move(parts)));
  }

 protected:
  FileSinkBase(std::string directory, std::string extension) {
    options_.directory = PlainDirectory(std::move(directory));
    options_.extension = std::move(extension);
  }
  Self Take() { return std::move(static_cast<Self&>(*this)); }

 private:
  /// Has a copy of the description: it may outlive the sink.
  class Writer final : public SinkWriter<T> {
   public:
    Writer(const Self& format, BucketFn<T> bucket, std::unique_ptr<PartFiles> parts)
        : format_(format), bucket_(std::move(bucket)), parts_(std::move(parts)) {}

    Status Write(const TypedBatch<T>& batch) override {
      rows_.clear();
      for (std::size_t i = 0; i < batch.size(); ++i) {
        if (bucket_) PENSTOCK_RETURN_IF_ERROR(Enter(batch[i], batch.timestamps()[i]));
        format_.AppendRow(batch[i], rows_);
      }
      return parts_->Append(current_, rows_);
    }
    Status PreCommit(CheckpointId, std::vector<std::string>& committables) override {
      return parts_->PreCommit(committables);
    }
    Status Commit(std::string_view committable) override { return parts_->Commit(committable); }
    void SnapshotState(std::string& state) const override { parts_->AppendState(state); }

   private:
    /// Hands on the rows of the bucket before when this one is another.
    Status Enter(const T& row, Timestamp time) {
      next_.clear();
      bucket_(row, time, next_);
      if (next_ == current_) return Status::Ok();
      PENSTOCK_RETURN_IF_ERROR(parts_->Append(current_, rows_));
      rows_.clear();
      std::swap(current_, next_);
      return Status::Ok();
    }

    const Self format_;
    const BucketFn<T> bucket_;
    const std::unique_ptr<PartFiles> parts_;
    std::string rows_;     // of one batch and bucket; kept for its memory
    std::string current_;  // bucket of rows_
    std::string next_;
  };

  const Self& self() const { return static_cast<const Self&>(*this); }

  PartFileOptions options_;
  BucketFn<T> bucket_;
  Status problem_;  // with an option; shown at submission
};

}  // namespace internal

/// Rows of CSV (RFC 4180), the fields of the plain struct T in their order. Made by FileSink.
template <typename T>
class CsvFileSink final : public internal::FileSinkBase<T, CsvFileSink<T>> {
 public:
  /// By default each part begins with the names of the fields.
  CsvFileSink without_header() && {
    header_ = false;
    return this->Take();
  }
  /// Default ','.
  CsvFileSink delimiter(char c) && {
    delimiter_ = c;
    return this->Take();
  }

  std::string Header() const { return header_ ? internal::CsvHeader<T>(delimiter_) : ""; }
  void AppendRow(const T& row, std::string& out) const {
    internal::AppendCsvRow(row, delimiter_, out);
  }

 private:
  friend class FileSink;
  explicit CsvFileSink(std::string directory)
      : internal::FileSinkBase<T, CsvFileSink<T>>(std::move(directory), ".csv") {}

  bool header_ = true;
  char delimiter_ = ',';
};

/// One JSON object per line, the fields of the plain struct T by their names. Made by FileSink.
template <typename T>
class JsonLinesFileSink final : public internal::FileSinkBase<T, JsonLinesFileSink<T>> {
 public:
  std::string Header() const { return ""; }
  void AppendRow(const T& row, std::string& out) const { internal::AppendJsonRow(row, out); }

 private:
  friend class FileSink;
  explicit JsonLinesFileSink(std::string directory)
      : internal::FileSinkBase<T, JsonLinesFileSink<T>>(std::move(directory), ".jsonl") {}
};

/// One line per string. Made by FileSink.
class TextFileSink final : public internal::FileSinkBase<std::string, TextFileSink> {
 public:
  std::string Header() const { return ""; }
  void AppendRow(const std::string& line, std::string& out) const { (out += line) += '\n'; }

 private:
  friend class FileSink;
  explicit TextFileSink(std::string directory) : FileSinkBase(std::move(directory), ".txt") {}
};

/// Records of a format such as BinaryRecords. Made by FileSink and capnp_file_sink.
template <typename F>
class RecordsFileSink final
    : public internal::FileSinkBase<typename F::Record, RecordsFileSink<F>> {
 public:
  RecordsFileSink(std::string directory, F format)
      : internal::FileSinkBase<typename F::Record, RecordsFileSink<F>>(std::move(directory),
                                                                       format.extension()),
        format_(std::move(format)) {}

  std::string Header() const { return format_.Header(); }
  void AppendRow(const typename F::Record& row, std::string& out) const {
    format_.AppendRow(row, out);
  }

 private:
  F format_;
};

/// Sinks that write files into a directory, exactly once: rows become visible with the checkpoint
/// that covers them, as files part-<subtask>-<sequence>.<format>, which never change afterwards.
/// (A job that begins with the state of another one has part-<subtask>-<sequence>-<job>.<format>.)
/// With bucket_by() they lie in directories below the given one. Names that begin with '.' are work
/// in progress. The directory is made if need be; it must not
/// hold the output of another run. Times are written as ISO 8601 in UTC, floating point numbers in
/// the shortest form that reads back the same.
///
///   stream.sink_to("out", FileSink::csv<Row>(args.path("output")));
class FileSink {
 public:
  template <typename T>
  static CsvFileSink<T> csv(std::string directory) {
    return CsvFileSink<T>(std::move(directory));
  }
  template <typename T>
  static JsonLinesFileSink<T> json_lines(std::string directory) {
    return JsonLinesFileSink<T>(std::move(directory));
  }
  static TextFileSink text(std::string directory) { return TextFileSink(std::move(directory)); }
  /// As BinaryRecords says, to be read by FileSource::binary<T>.
  template <typename T>
  static RecordsFileSink<BinaryRecords<T>> binary(std::string directory) {
    return {std::move(directory), binary_records<T>()};
  }
};

}  // namespace penstock
