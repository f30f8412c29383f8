#include "checkpoint/value_json.h"

#include <cmath>
#include <cstring>

#include <fmt/format.h>

#include "checkpoint/duration_unit.h"
#include "checkpoint/timestamp_text.h"
#include "common/hex.h"

namespace penstock {
namespace {

/// Bytes of the UTF-8 character at the front of `text`; 0 when there is none. Overlong forms,
/// surrogates and numbers beyond U+10FFFF are none.
std::size_t CharacterLength(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  const unsigned char next = byte(1);
  const bool out_of_range = (lead == 0xe0 && next < 0xa0) || (lead == 0xed && next > 0x9f) ||
                            (lead == 0xf0 && next < 0x90) || (lead == 0xf4 && next > 0x8f);
  return out_of_range ? 0 : length;
}

bool IsUtf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = CharacterLength(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

void AppendEscaped(std::string_view text, std::string& out) {
  for (const char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
          out += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
        } else {
          out += c;
        }
    }
  }
}

template <typename T>
void AppendFloat(T value, std::string& out) {
  if (std::isfinite(value)) {
    out += fmt::format("{}", value);
  } else {
    out += std::isnan(value) ? "\"NaN\"" : value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
  }
}

/// Writes one value. False when the bytes are no value of the layout.
class JsonWriter {
 public:
  JsonWriter(ByteReader& in, std::string& out) : in_(in), out_(out) {}

  bool Write(const LayoutNode& node, Tail tail) {
    switch (node.kind) {
      case LayoutKind::kStruct: return WriteStruct(node, tail);
      case LayoutKind::kOptional: return WriteOptional(node, tail);
      case LayoutKind::kList: {
        std::uint32_t count = 0;
        return ReadCount(node, in_, count) && WriteElements(node.children.front(), count);
      }
      case LayoutKind::kArray: return WriteElements(node.children.front(), node.count);
      case LayoutKind::kBool: return WriteBool();
      case LayoutKind::kInteger:
      case LayoutKind::kEnum:
      case LayoutKind::kFloat: return WriteNumber(node);
      case LayoutKind::kTimestamp: return WriteTimestamp();
      case LayoutKind::kDuration: return WriteDuration(node);
      case LayoutKind::kString: out_ += TextToJson(in_.String()); return !in_.failed();
      case LayoutKind::kEmpty: out_ += "{}"; return true;
      case LayoutKind::kCustom: return WriteCustom(node, tail);
    }
    return false;
  }

 private:
  bool WriteStruct(const LayoutNode& node, Tail tail) {
    const std::vector<Tail> tails = TailsOf(node, tail);
    out_ += '{';
    for (std::size_t i = 0; i < tails.size() && !lost_; ++i) {
      if (i > 0) out_ += ',';
      out_ += TextToJson(node.children[i].name) + ":";
      if (!Write(node.children[i], tails[i])) return false;
    }
    out_ += '}';
    return true;
  }
  bool WriteOptional(const LayoutNode& node, Tail tail) {
    const auto present = in_.Fixed<std::uint8_t>();
    if (in_.failed() || present > 1) return false;
    if (present == 1) return Write(node.children.front(), tail);
    out_ += "null";
    return true;
  }
  bool WriteElements(const LayoutNode& element, std::uint64_t count) {
    out_ += '[';
    for (std::uint64_t i = 0; i < count && !lost_; ++i) {
      if (i > 0) out_ += ',';
      if (!Write(element, std::nullopt)) return false;
    }
    out_ += ']';
    return true;
  }
  bool WriteBool() {
    const auto value = in_.Fixed<std::uint8_t>();
    out_ += value == 0 ? "false" : "true";
    return !in_.failed() && value <= 1;
  }
  bool WriteNumber(const LayoutNode& node) {
    if (node.is_float && node.width == sizeof(float)) {
      AppendFloat(in_.Fixed<float>(), out_);
    } else if (node.is_float) {
      AppendFloat(in_.Fixed<double>(), out_);
    } else {
      AppendInteger(node, in_.Bytes(node.width));
    }
    return !in_.failed();
  }
  void AppendInteger(const LayoutNode& node, std::string_view bytes) {
    std::uint64_t number = 0;
    if (!bytes.empty()) std::memcpy(&number, bytes.data(), bytes.size());
    const std::uint32_t above = 64 - 8 * node.width;
    if (node.is_signed) {
      out_ += fmt::format("{}", static_cast<std::int64_t>(number << above) >> above);
    } else {
      out_ += fmt::format("{}", number);
    }
  }
  bool WriteTimestamp() {
    const Timestamp time{in_.Fixed<std::int64_t>()};
    const std::optional<std::string> text = FormatTimestamp(time);
    out_ += text ? '"' + *text + '"' : std::to_string(time.millis);
    return !in_.failed();
  }
  bool WriteDuration(const LayoutNode& node) {
    const std::string_view unit = DurationUnit(node);
    std::string number;
    std::swap(number, out_);
    const bool read = WriteNumber(node);
    std::swap(number, out_);
    const bool plain = unit.empty() || number.starts_with('"');
    out_ += plain ? number : fmt::format("\"{} {}\"", number, unit);
    return read;
  }
  bool WriteCustom(const LayoutNode& node, Tail tail) {
    lost_ = !tail;
    if (in_.remaining() < tail.value_or(0)) return false;
    const std::string_view bytes = in_.Bytes(in_.remaining() - tail.value_or(0));
    out_ += fmt::format(R"({{"type":{},"hex":"{}"{}}})", TextToJson(node.type), ToHex(bytes),
                        lost_ ? R"(,"rest":true)" : "");
    return true;
  }

  ByteReader& in_;
  std::string& out_;
  bool lost_ = false;  // where in the bytes the next value begins
};

}  // namespace

std::string TextToJson(std::string_view text) {
  if (!IsUtf8(text)) return R"({"hex":")" + ToHex(text) + "\"}";
  std::string out = "\"";
  AppendEscaped(text, out);
  return out + '"';
}

Result<std::string> ValueToJson(const ValueLayout& layout, std::string_view bytes) {
  std::string out;
  ByteReader in(bytes);
  if (!JsonWriter(in, out).Write(layout.root(), 0) || in.remaining() > 0) {
    return Status::Corruption(fmt::format("{} bytes ({}{}) are no value of its layout",
                                          bytes.size(), ToHex(bytes.substr(0, 64)),
                                          bytes.size() > 64 ? "…" : ""));
  }
  return out;
}

Result<std::string> NamespaceToJson(const ValueLayout& layout, std::string_view bytes) {
  const LayoutNode& root = layout.root();
  switch (root.kind) {
    case LayoutKind::kString: return TextToJson(bytes);
    case LayoutKind::kBool:
    case LayoutKind::kInteger:
    case LayoutKind::kEnum:
    case LayoutKind::kTimestamp: break;
    case LayoutKind::kDuration:
      if (!root.is_float) break;
      [[fallthrough]];
    default: return ValueToJson(layout, bytes);
  }
  std::string little(bytes.rbegin(), bytes.rend());
  const bool is_signed = root.is_signed || root.kind == LayoutKind::kTimestamp;
  if (is_signed && !little.empty()) little.back() = static_cast<char>(little.back() ^ 0x80);
  return ValueToJson(layout, little);
}

}  // namespace penstock
