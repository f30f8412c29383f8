#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "common/status.h"
#include "connectors/file/framing.h"
#include "connectors/file/record_fields.h"
#include "connectors/file/record_parser.h"
#include "connectors/file/row_text.h"

// How records look as text on a connection, in both directions. A format is a description, copied
// into every subtask, with these members (BinaryRecords and CapnpRecords have them too):
//   Record               what it reads and writes
//   name(), extension()  for people; of files, such as ".csv"
//   framing(), record_size()   how bytes are cut into records
//   Validate()           what is wrong with its options
//   Header()             first bytes of each file and connection
//   AppendRow(record, out)
//   NewParser()

namespace penstock {

/// One JSON object per line, the fields of the plain struct T by their names.
template <typename T>
class JsonRecords {
 public:
  using Record = T;

  /// How Timestamp fields that are strings are read, see TimeFormat; default ISO 8601.
  JsonRecords time_format(std::string pattern) && {
    time_ = std::move(pattern);
    return std::move(*this);
  }

  std::string name() const { return "json"; }
  std::string extension() const { return ".jsonl"; }
  Framing framing() const { return Framing::kNonEmptyLines; }
  std::uint32_t record_size() const { return 0; }
  Status Validate() const { return NewParser().status(); }
  std::string Header() const { return ""; }
  void AppendRow(const T& row, std::string& out) const { internal::AppendJsonRow(row, out); }
  Result<std::unique_ptr<RecordParser>> NewParser() const {
    PENSTOCK_ASSIGN_OR_RETURN(TimeFormat time, TimeFormat::MakeOrDefault(time_));
    return NewJsonParser(RecordFieldsOf<T>(), std::move(time));
  }

 private:
  std::string time_;
};

/// Rows of CSV (RFC 4180), the fields of the plain struct T in their order, without a header line.
template <typename T>
class CsvRecords {
 public:
  using Record = T;

  /// How Timestamp fields are read, see TimeFormat; default ISO 8601 or milliseconds.
  CsvRecords time_format(std::string pattern) && {
    time_ = std::move(pattern);
    return std::move(*this);
  }
  /// Default ','.
  CsvRecords delimiter(char c) && {
    delimiter_ = c;
    return std::move(*this);
  }

  std::string name() const { return "csv"; }
  std::string extension() const { return ".csv"; }
  Framing framing() const { return Framing::kCsv; }
  std::uint32_t record_size() const { return 0; }
  Status Validate() const { return NewParser().status(); }
  std::string Header() const { return ""; }
  void AppendRow(const T& row, std::string& out) const {
    internal::AppendCsvRow(row, delimiter_, out);
  }
  Result<std::unique_ptr<RecordParser>> NewParser() const {
    PENSTOCK_ASSIGN_OR_RETURN(TimeFormat time, TimeFormat::MakeOrDefault(time_));
    CsvFormat format;
    format.delimiter = delimiter_;
    format.by_name = false;
    return NewCsvParser(RecordFieldsOf<T>(), std::move(time), format, "");
  }

 private:
  std::string time_;
  char delimiter_ = ',';
};

/// Lines, without their line breaks ("\n" or "\r\n"), as std::string.
class TextRecords {
 public:
  using Record = std::string;

  std::string name() const { return "text"; }
  std::string extension() const { return ".txt"; }
  Framing framing() const { return Framing::kLines; }
  std::uint32_t record_size() const { return 0; }
  Status Validate() const { return Status::Ok(); }
  std::string Header() const { return ""; }
  void AppendRow(const std::string& line, std::string& out) const { (out += line) += '\n'; }
  Result<std::unique_ptr<RecordParser>> NewParser() const { return NewLineParser(); }
};

template <typename T>
JsonRecords<T> json_records() {
  return {};
}
template <typename T>
CsvRecords<T> csv_records() {
  return {};
}
inline TextRecords text_records() { return {}; }

}  // namespace penstock
