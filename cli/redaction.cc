#include "cli/redaction.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

namespace penstock {
namespace {

constexpr std::array<std::string_view, 8> kNames{
    "password", "passwd", "secret", "token", "credential", "api-key", "access-key", "private-key"};
constexpr std::string_view kBearer = "bearer ";
constexpr std::string_view kValueOfKey = ",\"value\":";

/// Lower-case, with '-' for '_', and of the same length.
std::string Folded(std::string_view text) {
  std::string folded(text);
  std::transform(folded.begin(), folded.end(), folded.begin(), [](unsigned char c) {
    return c == '_' ? '-' : static_cast<char>(std::tolower(c));
  });
  return folded;
}

bool InName(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return std::isalnum(byte) != 0 || c == '-' || c == '_' || c == '.';
}

struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// A value that begins at `at`: up to its closing quote, else to what can't be part of a word.
Span ValueAt(std::string_view text, std::size_t at) {
  if (at < text.size() && (text[at] == '"' || text[at] == '\'')) {
    std::size_t end = at + 1;
    while (end < text.size() && text[end] != text[at]) end += text[end] == '\\' ? 2 : 1;
    return {at + 1, std::min(end, text.size())};
  }
  return {at, std::min(text.find_first_of(" \t\r\n\"',;&)}]", at), text.size())};
}

std::size_t SkipBlanks(std::string_view text, std::size_t at) {
  return std::min(text.find_first_not_of(" \t", at), text.size());
}

/// The value of a name that ends at `end`; none when it isn't followed by one.
std::optional<Span> ValueAfterName(std::string_view text, std::size_t begin, std::size_t end) {
  const std::string_view rest = text.substr(end);
  const bool quoted = rest.starts_with('"');
  if (quoted && rest.substr(1).starts_with(kValueOfKey)) {
    return ValueAt(text, end + 1 + kValueOfKey.size());
  }
  // An argument in a list: "--password","x".
  const bool option = begin >= 2 && text.substr(begin - 2, 2) == "--";
  if (option && quoted && rest.substr(1).starts_with(',')) {
    return ValueAt(text, SkipBlanks(text, end + 2));
  }
  const std::size_t at = SkipBlanks(text, end + (quoted ? 1 : 0));
  if (at < text.size() && (text[at] == '=' || text[at] == ':')) {
    return ValueAt(text, SkipBlanks(text, at + 1));
  }
  if (option && at > end && at < text.size()) return ValueAt(text, at);
  return std::nullopt;
}

bool IsTextValue(std::string_view text, const Span& value) {
  const std::string_view bare = text.substr(value.begin, value.end - value.begin);
  return !bare.empty() && bare != "null" && bare != "true" && bare != "false" && bare != "{" &&
         bare != "[";
}

/// The next value that is named like a secret.
std::optional<Span> FindNamed(std::string_view text, const std::string& folded, std::size_t from) {
  for (std::size_t at = from; at < text.size(); ++at) {
    const std::string_view rest = std::string_view(folded).substr(at);
    if (rest.starts_with(kBearer)) {
      const Span value = ValueAt(text, at + kBearer.size());
      if (IsTextValue(text, value)) return value;
    }
    const auto name = std::find_if(kNames.begin(), kNames.end(),
                                   [&](std::string_view word) { return rest.starts_with(word); });
    if (name == kNames.end()) continue;
    std::size_t begin = at;
    while (begin > from && InName(text[begin - 1])) --begin;
    while (begin < at && text[begin] == '-') ++begin;
    std::size_t end = at + name->size();
    while (end < text.size() && InName(text[end])) ++end;
    const auto value = ValueAfterName(text, begin, end);
    if (value && IsTextValue(text, *value)) return value;
    at = end - 1;
  }
  return std::nullopt;
}

std::string WithoutNamed(std::string_view text) {
  const std::string folded = Folded(text);
  std::string out;
  std::size_t done = 0;
  while (const auto value = FindNamed(text, folded, done)) {
    out += text.substr(done, value->begin - done);
    out += kRedacted;
    done = value->end;
  }
  return out.append(text.substr(done));
}

}  // namespace

Redaction::Redaction(std::vector<std::string> secrets) : secrets_(std::move(secrets)) {
  constexpr std::size_t kLeast = 8;
  std::erase_if(secrets_, [](const std::string& secret) { return secret.size() < kLeast; });
}

std::string Redaction::Apply(std::string_view text) const {
  std::string out(text);
  for (const std::string& secret : secrets_) {
    for (std::size_t at = out.find(secret); at != std::string::npos; at = out.find(secret, at)) {
      out.replace(at, secret.size(), kRedacted);
    }
  }
  return WithoutNamed(out);
}

bool Redaction::Finds(std::string_view text) const {
  return std::any_of(secrets_.begin(), secrets_.end(), [&](const std::string& secret) {
    return text.find(secret) != std::string_view::npos;
  });
}

}  // namespace penstock
