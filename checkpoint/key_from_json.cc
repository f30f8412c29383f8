#include <limits>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "checkpoint/duration_unit.h"
#include "checkpoint/timestamp_text.h"
#include "checkpoint/value_json.h"
#include "common/hex.h"

namespace penstock {
namespace {

namespace json = boost::json;

/// Appends encoded values.
class JsonEncoder {
 public:
  explicit JsonEncoder(std::string& bytes) : bytes_(bytes), out_(bytes) {}

  Status Encode(const LayoutNode& node, const json::value& value) {
    switch (node.kind) {
      case LayoutKind::kStruct:
      case LayoutKind::kEmpty: return EncodeStruct(node, value);
      case LayoutKind::kOptional: return EncodeOptional(node, value);
      case LayoutKind::kList:
      case LayoutKind::kArray: return EncodeElements(node, value);
      case LayoutKind::kBool:
        if (!value.is_bool()) return Wrong(node, "true or false");
        out_.Fixed(static_cast<std::uint8_t>(value.get_bool()));
        return {};
      case LayoutKind::kInteger:
      case LayoutKind::kEnum: return EncodeInteger(node, value);
      case LayoutKind::kFloat: return EncodeFloat(node, value);
      case LayoutKind::kTimestamp: return EncodeTimestamp(node, value);
      case LayoutKind::kDuration: return EncodeDuration(node, value);
      case LayoutKind::kString: return EncodeString(node, value);
      case LayoutKind::kCustom: return EncodeCustom(node, value);
    }
    return {};
  }

 private:
  static Status Wrong(const LayoutNode& node, const std::string& expected) {
    return Status::InvalidArgument(
        fmt::format("field '{}' must be {}", node.path.empty() ? "value" : node.path, expected),
        "'penstock state ls' shows the type of the key");
  }

  Status EncodeStruct(const LayoutNode& node, const json::value& value) {
    const json::object* object = value.if_object();
    if (object == nullptr) return Wrong(node, "an object");
    for (const LayoutNode& child : node.children) {
      const json::value* member = object->if_contains(child.name);
      if (member == nullptr) return Wrong(child, "given");
      PENSTOCK_RETURN_IF_ERROR(Encode(child, *member));
    }
    if (object->size() == node.children.size()) return {};
    return Wrong(node, fmt::format("an object of {} fields", node.children.size()));
  }
  Status EncodeOptional(const LayoutNode& node, const json::value& value) {
    out_.Fixed(static_cast<std::uint8_t>(!value.is_null()));
    return value.is_null() ? Status() : Encode(node.children.front(), value);
  }
  Status EncodeElements(const LayoutNode& node, const json::value& value) {
    const json::array* array = value.if_array();
    if (array == nullptr) return Wrong(node, "a list");
    if (node.kind == LayoutKind::kList) {
      out_.Fixed(static_cast<std::uint32_t>(array->size()));
    } else if (array->size() != node.count) {
      return Wrong(node, fmt::format("a list of {}", node.count));
    }
    for (const json::value& element : *array) {
      PENSTOCK_RETURN_IF_ERROR(Encode(node.children.front(), element));
    }
    return {};
  }

  Status EncodeInteger(const LayoutNode& node, const json::value& value) {
    const std::uint32_t bits = 8 * node.width;
    const Status wrong = Wrong(node, fmt::format("a whole number of {} bits{}", bits,
                                                 node.is_signed ? "" : ", not negative"));
    if (value.is_uint64() && !node.is_signed) return AppendInteger(node, value.get_uint64(), wrong);
    if (!value.is_int64()) return wrong;
    const std::int64_t number = value.get_int64();
    if (!node.is_signed) {
      return number < 0 ? wrong : AppendInteger(node, static_cast<std::uint64_t>(number), wrong);
    }
    const std::int64_t largest = std::numeric_limits<std::int64_t>::max() >> (64 - bits);
    if (number > largest || number < -largest - 1) return wrong;
    bytes_.append(reinterpret_cast<const char*>(&number), node.width);
    return {};
  }
  Status AppendInteger(const LayoutNode& node, std::uint64_t number, const Status& wrong) {
    if (number > std::numeric_limits<std::uint64_t>::max() >> (64 - 8 * node.width)) return wrong;
    bytes_.append(reinterpret_cast<const char*>(&number), node.width);
    return {};
  }
  Status EncodeFloat(const LayoutNode& node, const json::value& value) {
    json::error_code failure;
    const auto number = value.to_number<double>(failure);
    if (failure) return Wrong(node, "a number");
    if (node.width == sizeof(float)) {
      out_.Fixed(static_cast<float>(number));
    } else {
      out_.Fixed(number);
    }
    return {};
  }
  Status EncodeTimestamp(const LayoutNode& node, const json::value& value) {
    if (value.is_int64()) {
      out_.Fixed(value.get_int64());
      return {};
    }
    const auto time = value.is_string() ? ParseTimestamp(value.get_string()) : std::nullopt;
    if (!time) return Wrong(node, "a time such as \"2024-02-29T12:00:00.250Z\"");
    out_.Fixed(time->millis);
    return {};
  }
  /// "250 ms", or the number alone.
  Status EncodeDuration(const LayoutNode& node, const json::value& value) {
    const std::string unit = " " + std::string(DurationUnit(node));
    json::value number = value;
    if (value.is_string()) {
      std::string_view text = value.get_string();
      if (unit.size() > 1 && text.ends_with(unit)) text.remove_suffix(unit.size());
      json::error_code failure;
      number = json::parse({text.data(), text.size()}, failure);
    }
    if (!number.is_number()) {
      return Wrong(node, unit.size() > 1 ? "a duration such as \"250" + unit + "\"" : "a number");
    }
    return node.is_float ? EncodeFloat(node, number) : EncodeInteger(node, number);
  }

  static std::optional<std::string> Bytes(const json::value& value) {
    const json::object* object = value.if_object();
    const json::value* hex = object ? object->if_contains("hex") : nullptr;
    return hex && hex->is_string() ? FromHex(std::string_view(hex->get_string())) : std::nullopt;
  }
  Status EncodeString(const LayoutNode& node, const json::value& value) {
    if (value.is_string()) {
      out_.String(value.get_string());
      return {};
    }
    const std::optional<std::string> bytes = Bytes(value);
    if (!bytes) return Wrong(node, "a string");
    out_.String(*bytes);
    return {};
  }
  Status EncodeCustom(const LayoutNode& node, const json::value& value) {
    const std::optional<std::string> bytes = Bytes(value);
    if (!bytes) return Wrong(node, R"(given by its bytes: {"hex": "00ff"})");
    out_.Bytes(*bytes);
    return {};
  }

  std::string& bytes_;
  ByteWriter out_;
};

}  // namespace

Result<std::string> KeyFromJson(const ValueLayout& layout, std::string_view text) {
  json::error_code failure;
  const json::value value = json::parse({text.data(), text.size()}, failure);
  if (failure) {
    return Status::InvalidArgument(
        fmt::format("the key '{}' is not JSON", text),
        fmt::format("text is written in quotes, which the shell must leave: '\"{}\"'", text));
  }
  std::string bytes;
  PENSTOCK_RETURN_IF_ERROR(JsonEncoder(bytes).Encode(layout.root(), value));
  return bytes;
}

}  // namespace penstock
