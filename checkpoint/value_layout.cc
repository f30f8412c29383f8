#include "checkpoint/value_layout.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

namespace penstock {
namespace {

constexpr int kMaxDepth = 64;
/// Of elements that take no bytes: any count would be believed.
constexpr std::uint64_t kMaxEmptyElements = 1'000'000;

bool ParseNumber(std::string_view text, std::uint64_t& number) {
  const char* end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, number);
  return failure == std::errc() && stop == end;
}

/// "i8" … "u64", "f32", "f64".
bool ParseNumberType(std::string_view text, LayoutNode& node) {
  std::uint64_t bits = 0;
  if (text.size() < 2 || !ParseNumber(text.substr(1), bits)) return false;
  const bool is_float = text[0] == 'f';
  if (!is_float && text[0] != 'i' && text[0] != 'u') return false;
  if (bits != 32 && bits != 64 && (is_float || (bits != 8 && bits != 16))) return false;
  node.kind = is_float ? LayoutKind::kFloat : LayoutKind::kInteger;
  node.is_signed = text[0] != 'u';
  node.is_float = is_float;
  node.width = static_cast<std::uint32_t>(bits / 8);
  return true;
}

/// "duration i64 of 1/1000 s".
bool ParseDurationType(std::string_view text, LayoutNode& node) {
  constexpr std::string_view kBegin = "duration ";
  constexpr std::string_view kOf = " of ";
  constexpr std::string_view kEnd = " s";
  if (!text.starts_with(kBegin) || !text.ends_with(kEnd)) return false;
  text = text.substr(kBegin.size(), text.size() - kBegin.size() - kEnd.size());
  const std::size_t of = text.find(kOf);
  if (of == std::string_view::npos || !ParseNumberType(text.substr(0, of), node)) return false;
  const std::string_view unit = text.substr(of + kOf.size());
  const std::size_t slash = unit.find('/');
  if (slash == std::string_view::npos) return false;
  node.kind = LayoutKind::kDuration;
  return ParseNumber(unit.substr(0, slash), node.unit_numerator) &&
         ParseNumber(unit.substr(slash + 1), node.unit_denominator);
}

bool ParseEnumType(std::string_view text, LayoutNode& node) {
  constexpr std::string_view kBegin = "enum ";
  if (!text.starts_with(kBegin) || !ParseNumberType(text.substr(kBegin.size()), node)) return false;
  node.kind = LayoutKind::kEnum;
  return !node.is_float;
}

bool ParseArrayType(std::string_view text, LayoutNode& node) {
  constexpr std::string_view kBegin = "array of ";
  if (!text.starts_with(kBegin) || !ParseNumber(text.substr(kBegin.size()), node.count)) {
    return false;
  }
  node.kind = LayoutKind::kArray;
  return true;
}

/// Everything but the children.
LayoutNode NodeOfType(const std::string& type) {
  LayoutNode node;
  node.type = type;
  node.kind = LayoutKind::kCustom;
  if (type == "bool") {
    node.kind = LayoutKind::kBool;
    node.width = 1;
  } else if (type == "timestamp") {
    node.kind = LayoutKind::kTimestamp;
    node.width = sizeof(std::int64_t);
  } else if (type == "string") {
    node.kind = LayoutKind::kString;
  } else if (type == "empty") {
    node.kind = LayoutKind::kEmpty;
  } else if (type == "optional") {
    node.kind = LayoutKind::kOptional;
  } else if (type == "list") {
    node.kind = LayoutKind::kList;
  } else {
    LayoutNode parsed = node;
    if (ParseNumberType(type, parsed) || ParseDurationType(type, parsed) ||
        ParseEnumType(type, parsed) || ParseArrayType(type, parsed)) {
      return parsed;
    }
  }
  return node;
}

const char* ContainerSuffix(LayoutKind kind) {
  switch (kind) {
    case LayoutKind::kOptional: return "?";
    case LayoutKind::kList:
    case LayoutKind::kArray: return "[]";
    default: return "";
  }
}

/// Sets size and min_size from kind and children.
void Measure(LayoutNode& node) {
  switch (node.kind) {
    case LayoutKind::kStruct:
      for (const LayoutNode& child : node.children) {
        node.size = node.size && child.size ? Tail(*node.size + *child.size) : std::nullopt;
        node.min_size += child.min_size;
      }
      return;
    case LayoutKind::kArray: {
      const LayoutNode& element = node.children.front();
      if (element.size) node.size = *element.size * node.count;
      if (!element.size) node.size.reset();
      node.min_size = element.min_size * node.count;
      return;
    }
    case LayoutKind::kOptional: node.min_size = 1; break;
    case LayoutKind::kList:
    case LayoutKind::kString: node.min_size = sizeof(std::uint32_t); break;
    case LayoutKind::kCustom: break;
    default: node.size = node.min_size = node.width; return;
  }
  node.size.reset();
}

/// Reads the flat list of fields from front to back. The functions return false at the first field
/// that doesn't fit.
class Parser {
 public:
  explicit Parser(const Fingerprint& fields) : fields_(fields) {}

  bool ParseRoot(LayoutNode& root) {
    const bool parsed =
        IsSingleValue() ? ParseTyped("", 0, root) : ParseStruct("", fields_.size(), 0, root);
    return parsed && next_ == fields_.size();
  }
  /// Where it stopped.
  std::string here() const {
    return next_ < fields_.size() ? fields_[next_].name : std::string("its end");
  }

 private:
  bool IsSingleValue() const {
    if (fields_.empty() || fields_.front().name != "value") return false;
    if (fields_.size() == 1) return true;
    const char* suffix = ContainerSuffix(NodeOfType(fields_.front().type).kind);
    return *suffix != '\0' && fields_[1].name.starts_with(suffix);
  }

  /// The value called `path`.
  bool Parse(const std::string& path, int depth, LayoutNode& node) {
    if (next_ == fields_.size() || depth > kMaxDepth) return false;
    if (fields_[next_].name == path) return ParseTyped(path, depth, node);
    return ParseStruct(path, fields_.size(), depth, node) && !node.children.empty();
  }

  bool ParseTyped(const std::string& path, int depth, LayoutNode& node) {
    node = NodeOfType(fields_[next_++].type);
    node.path = path;
    const char* suffix = ContainerSuffix(node.kind);
    if (*suffix != '\0' && !Parse(path + suffix, depth + 1, node.children.emplace_back())) {
      return false;
    }
    if (node.kind == LayoutKind::kArray && !IsPlausible(node)) return false;
    Measure(node);
    return node.min_size <= UINT32_MAX;
  }

  /// Sizes that are computed from the count don't overflow, and walking the elements ends.
  static bool IsPlausible(const LayoutNode& array) {
    return array.count <= (array.children.front().min_size > 0 ? UINT32_MAX : kMaxEmptyElements);
  }

  bool ParseStruct(const std::string& path, std::size_t end, int depth, LayoutNode& node) {
    const std::string prefix = path.empty() ? "" : path + ".";
    node.type = "struct";
    node.path = path;
    while (next_ < end && fields_[next_].name.starts_with(prefix)) {
      const std::string_view rest = std::string_view(fields_[next_].name).substr(prefix.size());
      const std::string name(rest.substr(0, rest.find_first_of(".?[")));
      if (name.empty()) return false;
      LayoutNode child;
      if (!Parse(prefix + name, depth + 1, child)) return false;
      child.name = name;
      node.children.push_back(std::move(child));
    }
    Measure(node);
    return node.min_size <= UINT32_MAX;
  }

  const Fingerprint& fields_;
  std::size_t next_ = 0;
};

bool SkipElements(const LayoutNode& element, std::uint64_t count, ByteReader& in) {
  if (element.size) {
    in.Bytes(*element.size * count);
    return !in.failed();
  }
  for (std::uint64_t i = 0; i < count; ++i) {
    if (!SkipValue(element, in, std::nullopt)) return false;
  }
  return true;
}

}  // namespace

bool SameLayout(const LayoutNode& a, const LayoutNode& b) {
  const auto same_field = [](const LayoutNode& x, const LayoutNode& y) {
    return x.name == y.name && SameLayout(x, y);
  };
  return a.kind == b.kind && a.type == b.type &&
         std::equal(a.children.begin(), a.children.end(), b.children.begin(), b.children.end(),
                    same_field);
}

Result<ValueLayout> ValueLayout::Parse(const Fingerprint& fingerprint) {
  Parser parser(fingerprint);
  LayoutNode root;
  if (!parser.ParseRoot(root)) {
    return Status::InvalidArgument(
        fmt::format("{} is no layout of a value: it can't be read from {} on",
                    ToString(fingerprint), parser.here()),
        "use the version of Penstock that wrote it");
  }
  return ValueLayout(std::move(root));
}

LayoutNode AsOnlyField(LayoutNode value) {
  LayoutNode whole;
  whole.type = "struct";
  value.name = "value";
  whole.children.push_back(std::move(value));
  Measure(whole);
  return whole;
}

std::vector<Tail> TailsOf(const LayoutNode& node, Tail tail) {
  std::vector<Tail> tails(node.children.size());
  for (std::size_t i = tails.size(); i-- > 0;) {
    tails[i] = tail;
    const std::optional<std::size_t>& size = node.children[i].size;
    tail = tail && size ? Tail(*tail + *size) : std::nullopt;
  }
  return tails;
}

bool IsMeasurable(const LayoutNode& node, Tail tail) {
  if (node.kind == LayoutKind::kCustom) return tail.has_value();
  if (node.kind == LayoutKind::kStruct) {
    const std::vector<Tail> tails = TailsOf(node, tail);
    for (std::size_t i = 0; i < tails.size(); ++i) {
      if (!IsMeasurable(node.children[i], tails[i])) return false;
    }
    return true;
  }
  const bool repeated = node.kind == LayoutKind::kList || node.kind == LayoutKind::kArray;
  return node.children.empty() ||
         IsMeasurable(node.children.front(), repeated ? std::nullopt : tail);
}

bool ReadCount(const LayoutNode& list, ByteReader& in, std::uint32_t& count) {
  count = in.Fixed<std::uint32_t>();
  const std::size_t least = list.children.front().min_size;
  if (in.failed()) return false;
  return least > 0 ? count <= in.remaining() / least : count <= kMaxEmptyElements;
}

bool SkipValue(const LayoutNode& node, ByteReader& in, Tail tail) {
  if (node.size) {
    in.Bytes(*node.size);
    return !in.failed();
  }
  switch (node.kind) {
    case LayoutKind::kStruct: {
      const std::vector<Tail> tails = TailsOf(node, tail);
      for (std::size_t i = 0; i < tails.size(); ++i) {
        if (!SkipValue(node.children[i], in, tails[i])) return false;
      }
      return true;
    }
    case LayoutKind::kOptional: {
      const auto present = in.Fixed<std::uint8_t>();
      if (in.failed() || present > 1) return false;
      return present == 0 || SkipValue(node.children.front(), in, tail);
    }
    case LayoutKind::kList: {
      std::uint32_t count = 0;
      return ReadCount(node, in, count) && SkipElements(node.children.front(), count, in);
    }
    case LayoutKind::kArray: return SkipElements(node.children.front(), node.count, in);
    case LayoutKind::kString: in.String(); return !in.failed();
    case LayoutKind::kCustom:
      if (!tail || in.remaining() < *tail) return false;
      in.Bytes(in.remaining() - *tail);
      return true;
    default: return false;
  }
}

}  // namespace penstock
