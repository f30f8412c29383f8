#include "connectors/file/record_parser.h"

namespace penstock {
namespace {

bool LooksLikeNumber(std::string_view text) {
  return !text.empty() && (text[0] == '-' || (text[0] >= '0' && text[0] <= '9'));
}

std::string Expected(const RecordField& field, const TimeFormat& time, std::string_view found) {
  switch (field.kind) {
    case FieldKind::kBool: return "true or false";
    case FieldKind::kString: return "a string";
    case FieldKind::kFloat: return "a number";
    case FieldKind::kTimestamp:
      return time.pattern().empty() ? "a time such as 2001-01-31T18:30:00Z or milliseconds"
                                    : "a time like '" + time.pattern() + "'";
    case FieldKind::kSigned:
    case FieldKind::kUnsigned: break;
  }
  if (!LooksLikeNumber(found)) return "a number";
  const std::string sign = field.kind == FieldKind::kSigned ? "" : "unsigned ";
  return "a whole number that fits into " + sign + std::to_string(field.bits) + " bits";
}

std::string FieldContext(const RecordField& field) {
  return "field '" + std::string(field.name) + "': ";
}

class LineParser final : public RecordParser {
 public:
  Status Parse(std::string_view bytes, void* record, Arena&) override {
    static_cast<std::string*>(record)->assign(bytes);
    return Status::Ok();
  }
};

}  // namespace

std::string Shortened(std::string_view text) {
  constexpr std::size_t kLongest = 40;
  if (text.size() <= kLongest) return std::string(text);
  return std::string(text.substr(0, kLongest - 3)) + "...";
}

Status WrongField(const RecordField& field, const TimeFormat& time, std::string_view found) {
  return Status::InvalidArgument(FieldContext(field) + "expected " + Expected(field, time, found) +
                                 ", found " + Shortened(found));
}

Status MissingField(const RecordField& field) {
  return Status::InvalidArgument(FieldContext(field) + "missing",
                                 "declare it as std::optional if it may be missing");
}

std::unique_ptr<RecordParser> NewLineParser() { return std::make_unique<LineParser>(); }

}  // namespace penstock
