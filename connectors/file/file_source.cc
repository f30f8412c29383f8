#include "connectors/file/file_source.h"

namespace penstock::internal {

std::string FileSourceName(const FileSourceOptions& options) {
  switch (options.plan.format) {
    case FileFormat::kJson: return "json from " + options.plan.path;
    case FileFormat::kJsonLines: return "json lines from " + options.plan.path;
    case FileFormat::kCsv: return "csv from " + options.plan.path;
    case FileFormat::kRecords: return options.format_name + " from " + options.plan.path;
    case FileFormat::kText: break;
  }
  return "lines from " + options.plan.path;
}

Status ValidateFileSource(const FileSourceOptions& options, FileSystem& fs) {
  PENSTOCK_RETURN_IF_ERROR(options.problem);
  if (options.on_malformed.action == OnMalformed::Action::kDeadLetter &&
      options.on_malformed.directory.empty()) {
    return Status::InvalidArgument("dead_letter() needs a directory");
  }
  if (options.watch) return ValidateWatch(options.plan, *options.watch, fs);
  PENSTOCK_ASSIGN_OR_RETURN(const auto files, ExpandPath(fs, options.plan.path));
  for (const std::string& file : files) {
    Result<std::unique_ptr<RandomAccessFile>> opened = fs.Open(file);
    if (!opened.ok()) return opened.status();
  }
  return Status::Ok();
}

Result<std::vector<SourceSplit>> FileSourceSplits(const FileSourceOptions& options,
                                                  OperatorContext& context) {
  if (options.watch) return WatchedSplits(context.parallelism());
  FileSystem& fs = context.file_system();
  PENSTOCK_ASSIGN_OR_RETURN(const auto files, PlanSplits(fs, options.plan));
  std::vector<SourceSplit> splits;
  for (const FileSplit& file : files) {
    SourceSplit& split = splits.emplace_back();
    split.id = std::to_string(file.index);
    EncodeFileSplit(file, split.state);
  }
  return splits;
}

Result<std::string> ReadCsvHeader(const FileSourceOptions& options, FileSystem& fs,
                                  const FileSplit& split) {
  if (!options.csv.by_name || split.file_size == 0) return std::string();
  FileSplit start = split;
  start.begin = start.offset = start.records = 0;
  start.end = UINT64_MAX;
  PENSTOCK_ASSIGN_OR_RETURN(auto reader, RecordReader::Open(fs, std::move(start), options.limits));
  RawRecord header;
  PENSTOCK_ASSIGN_OR_RETURN(const bool found, reader->Next(header));
  return found ? std::string(header.bytes) : std::string();
}

Result<std::unique_ptr<RecordReader>> OpenRecordReader(const FileSourceOptions& options,
                                                       FileSystem& fs, FileSplit split) {
  const bool header =
      options.plan.format == FileFormat::kCsv && options.csv.by_name && split.offset == 0;
  PENSTOCK_ASSIGN_OR_RETURN(auto reader, RecordReader::Open(fs, std::move(split), options.limits));
  if (header) PENSTOCK_RETURN_IF_ERROR(reader->SkipHeader());
  return reader;
}

}  // namespace penstock::internal
