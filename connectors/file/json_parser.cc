#include <simdjson.h>

#include <bitset>
#include <optional>
#include <utility>

#include "connectors/file/record_parser.h"

namespace penstock {
namespace {

namespace ondemand = simdjson::ondemand;

static_assert(RecordParser::kPadding >= simdjson::SIMDJSON_PADDING);

std::string_view TrimRight(std::string_view text) {
  while (!text.empty() && (text.back() == ' ' || text.back() == '\n' || text.back() == '\r' ||
                           text.back() == '\t')) {
    text.remove_suffix(1);
  }
  return text;
}

Status NotJson(simdjson::error_code error, std::string_view bytes) {
  return Status::InvalidArgument(std::string("not valid JSON: ") + simdjson::error_message(error) +
                                 ", found " + Shortened(bytes));
}

class JsonParser final : public RecordParser {
 public:
  JsonParser(std::vector<RecordField> fields, TimeFormat time)
      : fields_(std::move(fields)), time_(std::move(time)) {}

  Status Parse(std::string_view bytes, void* record, Arena& arena) override {
    ondemand::document document;
    simdjson::error_code error =
        parser_.iterate(bytes.data(), bytes.size(), bytes.size() + kPadding).get(document);
    if (error != simdjson::SUCCESS) return NotJson(error, bytes);
    ondemand::object object;
    error = document.get_object().get(object);
    if (error != simdjson::SUCCESS) {
      return Status::InvalidArgument("expected a JSON object, found " + Shortened(bytes));
    }
    seen_.reset();
    expected_ = 0;
    for (auto next : object) {
      ondemand::field member;
      if (error = std::move(next).get(member); error != simdjson::SUCCESS) {
        return NotJson(error, bytes);
      }
      PENSTOCK_RETURN_IF_ERROR(ParseMember(member, record, arena));
    }
    if (document.current_location().error() != simdjson::OUT_OF_BOUNDS) {
      return Status::InvalidArgument("not valid JSON: something follows the object, found " +
                                     Shortened(bytes));
    }
    return FillAbsent(record, arena);
  }

 private:
  Status ParseMember(ondemand::field& member, void* record, Arena& arena) {
    const std::size_t index = IndexOf(member);
    if (index == fields_.size()) return Status::Ok();
    const RecordField& field = fields_[index];
    const std::string_view token = member.value().raw_json_token();
    FieldValue value;
    const bool null = !token.empty() && token[0] == 'n' && TrimRight(token) == "null";
    if (null && field.optional) {
      value.absent = true;
    } else if (simdjson::error_code error = Read(field, member.value(), value);
               error != simdjson::SUCCESS) {
      return WrongField(field, time_, TrimRight(token));
    }
    if (!field.set(record, value, arena)) return WrongField(field, time_, TrimRight(token));
    seen_.set(index);
    return Status::Ok();
  }

  /// Members mostly come in the order of the fields, so the next one is tried first.
  std::size_t IndexOf(ondemand::field& member) {
    for (std::size_t i = 0; i < fields_.size(); ++i) {
      const std::size_t index = expected_ < fields_.size() ? expected_ : 0;
      expected_ = index + 1;
      if (member.key().unsafe_is_equal(fields_[index].name)) return index;
    }
    return fields_.size();
  }

  simdjson::error_code Read(const RecordField& field, ondemand::value json, FieldValue& value) {
    switch (field.kind) {
      case FieldKind::kBool: {
        bool flag = false;
        const simdjson::error_code error = json.get_bool().get(flag);
        value.integer = flag ? 1 : 0;
        return error;
      }
      case FieldKind::kSigned: return json.get_int64().get(value.integer);
      case FieldKind::kUnsigned: return json.get_uint64().get(value.natural);
      case FieldKind::kFloat: return json.get_double().get(value.real);
      case FieldKind::kString: return json.get_string().get(value.text);
      case FieldKind::kTimestamp: return ReadTime(json, value);
    }
    return simdjson::INCORRECT_TYPE;
  }

  simdjson::error_code ReadTime(ondemand::value json, FieldValue& value) {
    if (json.get_int64().get(value.integer) == simdjson::SUCCESS) return simdjson::SUCCESS;
    std::string_view text;
    if (const auto error = json.get_string().get(text); error != simdjson::SUCCESS) return error;
    const std::optional<Timestamp> time = time_.Parse(text);
    if (!time) return simdjson::INCORRECT_TYPE;
    value.integer = time->millis;
    return simdjson::SUCCESS;
  }

  Status FillAbsent(void* record, Arena& arena) {
    if (seen_.count() == fields_.size()) return Status::Ok();
    FieldValue absent;
    absent.absent = true;
    for (std::size_t i = 0; i < fields_.size(); ++i) {
      if (seen_.test(i)) continue;
      if (!fields_[i].optional) return MissingField(fields_[i]);
      fields_[i].set(record, absent, arena);
    }
    return Status::Ok();
  }

  const std::vector<RecordField> fields_;
  const TimeFormat time_;
  ondemand::parser parser_;
  std::bitset<kMaxRecordFields> seen_;
  std::size_t expected_ = 0;  // index of the field that is tried first
};

}  // namespace

std::unique_ptr<RecordParser> NewJsonParser(std::vector<RecordField> fields, TimeFormat time) {
  return std::make_unique<JsonParser>(std::move(fields), std::move(time));
}

}  // namespace penstock
