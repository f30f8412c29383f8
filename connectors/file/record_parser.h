#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/runtime/arena.h"
#include "common/status.h"
#include "connectors/file/record_fields.h"
#include "connectors/file/time_format.h"

namespace penstock {

/// Turns the bytes of one record into the fields of a struct. One thread at a time.
class RecordParser {
 public:
  /// Readable bytes, of any value, that must lie behind those given to Parse.
  static constexpr std::size_t kPadding = 64;

  virtual ~RecordParser() = default;
  /// Before the first record of each file or connection: its binary header, empty when there is
  /// none. An error says why its records can't be read.
  virtual Status TakeHeader(std::string_view header) {
    (void)header;
    return Status::Ok();
  }
  /// Sets every field. On an error, which says what was expected and what was found, the record
  /// holds anything.
  virtual Status Parse(std::string_view bytes, void* record, Arena& arena) = 0;
};

/// Objects by the names of their fields; members that the record has no field for are ignored, and
/// not looked into. A number stands for a Timestamp in milliseconds.
std::unique_ptr<RecordParser> NewJsonParser(std::vector<RecordField> fields, TimeFormat time);

/// What is a CSV record and how its columns find their fields.
struct CsvFormat {
  char delimiter = ',';
  /// The first line of each file names the columns, in any order; columns without a field are
  /// ignored. Otherwise the columns are the fields, in their order.
  bool by_name = true;
  /// No field has a line break in it, so that big files can be read in parts.
  bool one_line_per_record = false;
};

/// `header` is the file's first line; unused unless by_name. InvalidArgument when it lacks a field
/// that isn't optional. An unquoted empty field is an absent one.
Result<std::unique_ptr<RecordParser>> NewCsvParser(std::vector<RecordField> fields, TimeFormat time,
                                                   CsvFormat format, std::string_view header);

/// The bytes are the record, a std::string.
std::unique_ptr<RecordParser> NewLineParser();

/// Error messages of parsers: "field 'delay': expected a number, found \"abc\"".
Status WrongField(const RecordField& field, const TimeFormat& time, std::string_view found);
Status MissingField(const RecordField& field);
/// For messages: at most 40 bytes of it, shortened with "...".
std::string Shortened(std::string_view text);

}  // namespace penstock
