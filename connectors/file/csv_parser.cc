#include <algorithm>
#include <charconv>
#include <cstdint>
#include <utility>

#include "connectors/file/record_parser.h"

namespace penstock {
namespace {

struct CsvField {
  std::string_view text;
  bool quoted = false;
};

/// Cuts a record into its fields. Quoted fields with a doubled quote in them are put into
/// `unescaped`.
class CsvSplitter {
 public:
  explicit CsvSplitter(char delimiter) : delimiter_(delimiter) {}

  /// The result is valid until the next call.
  Result<const std::vector<CsvField>*> Split(std::string_view record) {
    fields_.clear();
    unescaped_.clear();
    unescaped_.reserve(record.size());  // so that views into it stay
    std::size_t at = 0;
    while (true) {
      PENSTOCK_RETURN_IF_ERROR(record.substr(at).starts_with('"') ? TakeQuoted(record, at)
                                                                  : TakePlain(record, at));
      if (at == record.size()) return &fields_;
      ++at;  // the delimiter
    }
  }

 private:
  Status TakePlain(std::string_view record, std::size_t& at) {
    const std::size_t end = std::min(record.find(delimiter_, at), record.size());
    fields_.push_back({record.substr(at, end - at), false});
    at = end;
    return Status::Ok();
  }

  Status TakeQuoted(std::string_view record, std::size_t& at) {
    const std::size_t begin = at + 1;
    std::size_t end = begin;
    bool doubled = false;
    while (true) {
      end = record.find('"', end);
      if (end == std::string_view::npos) {
        return Status::InvalidArgument("a quoted field is not closed");
      }
      if (end + 1 >= record.size() || record[end + 1] != '"') break;
      doubled = true;
      end += 2;
    }
    at = end + 1;
    if (at < record.size() && record[at] != delimiter_) {
      return Status::InvalidArgument("something follows the closing quote of field " +
                                     std::to_string(fields_.size() + 1));
    }
    const std::string_view raw = record.substr(begin, end - begin);
    fields_.push_back({doubled ? Unescape(raw) : raw, true});
    return Status::Ok();
  }

  std::string_view Unescape(std::string_view raw) {
    const std::size_t begin = unescaped_.size();
    for (std::size_t i = 0; i < raw.size(); ++i) {
      unescaped_ += raw[i];
      if (raw[i] == '"') ++i;
    }
    return std::string_view(unescaped_).substr(begin);
  }

  const char delimiter_;
  std::vector<CsvField> fields_;
  std::string unescaped_;
};

template <typename N>
bool ReadNumber(std::string_view text, N& value) {
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && stop == end;
}

class CsvParser final : public RecordParser {
 public:
  /// `columns[i]` is the index of the field that column i is for, or fields.size() for none.
  CsvParser(std::vector<RecordField> fields, TimeFormat time, char delimiter,
            std::vector<std::size_t> columns)
      : fields_(std::move(fields)),
        time_(std::move(time)),
        columns_(std::move(columns)),
        splitter_(delimiter) {
    for (std::size_t i = 0; i < fields_.size(); ++i) {
      if (std::find(columns_.begin(), columns_.end(), i) == columns_.end()) absent_.push_back(i);
    }
  }

  Status Parse(std::string_view bytes, void* record, Arena& arena) override {
    PENSTOCK_ASSIGN_OR_RETURN(const std::vector<CsvField>* found, splitter_.Split(bytes));
    if (found->size() != columns_.size()) {
      return Status::InvalidArgument("expected " + std::to_string(columns_.size()) +
                                     " fields, found " + std::to_string(found->size()));
    }
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (columns_[i] == fields_.size()) continue;
      PENSTOCK_RETURN_IF_ERROR(SetField(fields_[columns_[i]], (*found)[i], record, arena));
    }
    FieldValue absent;
    absent.absent = true;
    for (const std::size_t index : absent_) fields_[index].set(record, absent, arena);
    return Status::Ok();
  }

 private:
  Status SetField(const RecordField& field, const CsvField& found, void* record, Arena& arena) {
    FieldValue value;
    value.absent = field.optional && found.text.empty() && !found.quoted;
    if ((value.absent || Read(field, found.text, value)) && field.set(record, value, arena)) {
      return Status::Ok();
    }
    const bool number = !found.text.empty() &&
                        ((found.text[0] >= '0' && found.text[0] <= '9') || found.text[0] == '-');
    const std::string shown(found.text);
    return WrongField(field, time_, number ? shown : '"' + shown + '"');
  }

  bool Read(const RecordField& field, std::string_view text, FieldValue& value) const {
    switch (field.kind) {
      case FieldKind::kBool:
        value.integer = text == "true" || text == "1" ? 1 : 0;
        return value.integer == 1 || text == "false" || text == "0";
      case FieldKind::kSigned: return ReadNumber(text, value.integer);
      case FieldKind::kUnsigned: return ReadNumber(text, value.natural);
      case FieldKind::kFloat: return ReadNumber(text, value.real);
      case FieldKind::kString: value.text = text; return true;
      case FieldKind::kTimestamp: break;
    }
    const std::optional<Timestamp> time = time_.Parse(text);
    if (time) value.integer = time->millis;
    return time.has_value();
  }

  const std::vector<RecordField> fields_;
  const TimeFormat time_;
  const std::vector<std::size_t> columns_;
  std::vector<std::size_t> absent_;  // optional fields that no column is for
  CsvSplitter splitter_;
};

Result<std::vector<std::size_t>> ColumnsByName(const std::vector<RecordField>& fields,
                                               char delimiter, std::string_view header) {
  CsvSplitter splitter(delimiter);
  PENSTOCK_ASSIGN_OR_RETURN(const std::vector<CsvField>* names, splitter.Split(header));
  std::vector<std::size_t> columns;
  for (const CsvField& name : *names) {
    std::size_t index = 0;
    while (index < fields.size() && fields[index].name != name.text) ++index;
    const bool twice =
        index < fields.size() && std::find(columns.begin(), columns.end(), index) != columns.end();
    if (twice) {
      return Status::InvalidArgument("header line: column '" + std::string(name.text) +
                                     "' is there twice");
    }
    columns.push_back(index);
  }
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const bool found = std::find(columns.begin(), columns.end(), i) != columns.end();
    if (found || fields[i].optional) continue;
    return Status::InvalidArgument(
        "header line: there is no column '" + std::string(fields[i].name) + "', found " +
            Shortened(header),
        "name the columns like the fields of the record, or use by_position() for files without a "
        "header line");
  }
  return columns;
}

}  // namespace

Result<std::unique_ptr<RecordParser>> NewCsvParser(std::vector<RecordField> fields, TimeFormat time,
                                                   CsvFormat format, std::string_view header) {
  std::vector<std::size_t> columns;
  if (format.by_name) {
    PENSTOCK_ASSIGN_OR_RETURN(columns, ColumnsByName(fields, format.delimiter, header));
  } else {
    for (std::size_t i = 0; i < fields.size(); ++i) columns.push_back(i);
  }
  return std::unique_ptr<RecordParser>(std::make_unique<CsvParser>(
      std::move(fields), std::move(time), format.delimiter, std::move(columns)));
}

}  // namespace penstock
