#include "connectors/file/framing.h"

#include <cstring>

namespace penstock {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::size_t SkipSpace(std::string_view bytes, std::size_t at) {
  while (at < bytes.size() && IsSpace(bytes[at])) ++at;
  return at;
}

Frame Broken(std::size_t at, const char* problem) {
  return {Frame::Kind::kBroken, at, at, at, problem};
}
Frame End(std::size_t at) { return {Frame::Kind::kEnd, at, at, at}; }

/// A record that ends with the line break at `newline` (kNone: with the input).
Frame LineFrame(std::string_view bytes, std::size_t begin, std::size_t newline) {
  std::size_t end = newline == kNone ? bytes.size() : newline;
  const std::size_t next = newline == kNone ? bytes.size() : newline + 1;
  if (end > begin && bytes[end - 1] == '\r') --end;
  return {Frame::Kind::kRecord, begin, end, next};
}

Frame NextLine(std::string_view bytes, bool at_end) {
  if (bytes.empty()) return at_end ? End(0) : Frame{};
  const std::size_t newline = bytes.find('\n');
  if (newline == kNone && !at_end) return {};
  return LineFrame(bytes, 0, newline);
}

Frame NextNonEmptyLine(std::string_view bytes, bool at_end) {
  std::size_t begin = 0;
  while (true) {
    Frame frame = NextLine(bytes.substr(begin), at_end);
    frame.begin += begin;
    frame.end += begin;
    frame.next += begin;
    if (frame.kind != Frame::Kind::kRecord) return frame;
    if (SkipSpace(bytes.substr(0, frame.end), frame.begin) < frame.end) return frame;
    begin = frame.next;
  }
}

/// Every quote toggles: a doubled one inside a field toggles twice, which comes to the same.
Frame NextCsv(std::string_view bytes, bool at_end) {
  std::size_t begin = 0;
  while (begin < bytes.size() && (bytes[begin] == '\n' || bytes[begin] == '\r')) ++begin;
  if (begin == bytes.size()) return at_end ? End(begin) : Frame{};
  bool quoted = false;
  for (std::size_t i = begin; i < bytes.size(); ++i) {
    if (bytes[i] == '"') {
      quoted = !quoted;
    } else if (bytes[i] == '\n' && !quoted) {
      return LineFrame(bytes, begin, i);
    }
  }
  if (!at_end) return {};
  if (quoted) return Broken(begin, "a quoted field is not closed before the end of the file");
  return LineFrame(bytes, begin, kNone);
}

/// Index behind the string whose opening quote is at `at`, or kNone.
std::size_t EndOfString(std::string_view bytes, std::size_t at) {
  while (true) {
    at = bytes.find('"', at + 1);
    if (at == kNone) return kNone;
    std::size_t backslashes = 0;
    while (bytes[at - 1 - backslashes] == '\\') ++backslashes;
    if (backslashes % 2 == 0) return at + 1;
  }
}

/// Index of the ',' or ']' behind the JSON value at `at`, or kNone.
std::size_t EndOfElement(std::string_view bytes, std::size_t at) {
  std::size_t depth = 0;
  while (at < bytes.size()) {
    switch (bytes[at]) {
      case '"':
        at = EndOfString(bytes, at);
        if (at == kNone) return kNone;
        continue;
      case '{':
      case '[': ++depth; break;
      case '}':
        if (depth > 0) --depth;
        break;
      case ']':
        if (depth == 0) return at;
        --depth;
        break;
      case ',':
        if (depth == 0) return at;
        break;
      default: break;
    }
    ++at;
  }
  return kNone;
}

Frame EndOfArray(std::string_view bytes, std::size_t at, bool at_end) {
  const std::size_t rest = SkipSpace(bytes, at);
  if (rest < bytes.size()) return Broken(rest, "something follows the end of the JSON array");
  return at_end ? End(rest) : Frame{};
}

Frame NextElement(std::string_view bytes, FramePlace place) {
  constexpr const char* kTruncated = "the JSON array is not closed before the end of the file";
  std::size_t at = SkipSpace(bytes, 0);
  if (at == bytes.size()) return place.at_end ? Broken(at, kTruncated) : Frame{};
  if (place.at_start && bytes[at] != '[') return Broken(at, "expected '[', a JSON array");
  if (!place.at_start && bytes[at] == ']') return EndOfArray(bytes, at + 1, place.at_end);
  if (!place.at_start && bytes[at] != ',') return Broken(at, "expected ',' or ']'");
  const std::size_t begin = SkipSpace(bytes, at + 1);
  if (place.at_start && begin < bytes.size() && bytes[begin] == ']') {
    return EndOfArray(bytes, begin + 1, place.at_end);
  }
  const std::size_t stop = EndOfElement(bytes, begin);
  if (stop == kNone) return place.at_end ? Broken(begin, kTruncated) : Frame{};
  std::size_t end = stop;
  while (end > begin && IsSpace(bytes[end - 1])) --end;
  return {Frame::Kind::kRecord, begin, end, stop};
}

Frame NextOfSize(std::string_view bytes, std::size_t head, std::size_t size, bool at_end) {
  if (bytes.size() - head >= size) return {Frame::Kind::kRecord, head, head + size, head + size};
  return at_end ? Broken(0, "the last record is cut off") : Frame{};
}

Frame NextFixed(std::string_view bytes, FramePlace place) {
  if (bytes.empty() && place.at_end) return End(0);
  return NextOfSize(bytes, 0, place.record_size, place.at_end);
}

Frame NextSized(std::string_view bytes, bool at_end) {
  if (bytes.empty() && at_end) return End(0);
  std::uint32_t size = 0;
  if (bytes.size() < sizeof(size)) return NextOfSize(bytes, 0, sizeof(size), at_end);
  std::memcpy(&size, bytes.data(), sizeof(size));
  return NextOfSize(bytes, sizeof(size), size, at_end);
}

}  // namespace

Frame NextFrame(Framing framing, std::string_view bytes, FramePlace place) {
  switch (framing) {
    case Framing::kLines: return NextLine(bytes, place.at_end);
    case Framing::kNonEmptyLines: return NextNonEmptyLine(bytes, place.at_end);
    case Framing::kCsv: return NextCsv(bytes, place.at_end);
    case Framing::kJsonArray: return NextElement(bytes, place);
    case Framing::kFixedSize: return NextFixed(bytes, place);
    case Framing::kSized: return NextSized(bytes, place.at_end);
    case Framing::kPackedMessages: return internal::NextPackedMessage(bytes, place.at_end);
  }
  return Broken(0, "unknown framing");
}

}  // namespace penstock
