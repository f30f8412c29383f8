#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/sink.h"
#include "connectors/file/part_files.h"
#include "connectors/file/row_text.h"

namespace penstock {

namespace internal {

/// The directory without slashes at its end.
inline std::string PlainDirectory(std::string directory) {
  while (directory.size() > 1 && directory.back() == '/') directory.pop_back();
  return directory;
}

/// What CSV, JSON lines and text have in common. `Self` is the derived class; it has
/// `std::string Header() const` and `void AppendRow(const T&, std::string&) const`.
template <typename T, typename Self>
class FileSinkBase : public Sink<T> {
 public:
  /// A part that has so many bytes is closed before the next checkpoint; default 128 MiB.
  Self part_size(std::uint64_t bytes) && {
    options_.part_size = bytes;
    return Take();
  }

  std::string name() const override {
    return options_.extension.substr(1) + " files in " + options_.directory;
  }
  Delivery delivery() const override { return Delivery::kTransactional; }
  Status Validate(FileSystem& fs) const override {
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
    return std::unique_ptr<SinkWriter<T>>(std::make_unique<Writer>(self(), std::move(parts)));
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
    Writer(const Self& format, std::unique_ptr<PartFiles> parts)
        : format_(format), parts_(std::move(parts)) {}

    Status Write(const TypedBatch<T>& batch) override {
      rows_.clear();
      for (std::size_t i = 0; i < batch.size(); ++i) format_.AppendRow(batch[i], rows_);
      return parts_->Append(rows_);
    }
    Status PreCommit(CheckpointId, std::vector<std::string>& committables) override {
      return parts_->PreCommit(committables);
    }
    Status Commit(std::string_view committable) override { return parts_->Commit(committable); }
    void SnapshotState(std::string& state) const override { parts_->AppendState(state); }

   private:
    const Self format_;
    const std::unique_ptr<PartFiles> parts_;
    std::string rows_;  // of one batch; kept for its memory
  };

  const Self& self() const { return static_cast<const Self&>(*this); }

  PartFileOptions options_;
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

/// Sinks that write files into a directory, exactly once: rows become visible with the checkpoint
/// that covers them, as files part-<subtask>-<sequence>.<format>, which never change afterwards.
/// (A job that begins with the state of another one has part-<subtask>-<sequence>-<job>.<format>.)
/// Names that begin with '.' are work in progress. The directory is made if need be; it must not
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
};

}  // namespace penstock
