#include "cli/printable.h"

#include <algorithm>

#include <fmt/format.h>

namespace penstock {
namespace {

/// The length of a sequence that sets colours, "ESC [ digits and ; m", at the front; 0 for none.
std::size_t ColourLength(std::string_view text) {
  if (!text.starts_with("\033[")) return 0;
  const std::size_t end = text.find_first_not_of("0123456789;", 2);
  return end != std::string_view::npos && text[end] == 'm' ? end + 1 : 0;
}

/// U+0080 to U+009F, which some terminals obey.
bool IsHighControl(std::string_view text) {
  if (text.size() < 2 || text[0] != '\xC2') return false;
  const auto second = static_cast<unsigned char>(text[1]);
  return second >= 0x80 && second <= 0x9F;
}

std::string Escaped(std::string_view text, std::string_view kept) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    if (const std::size_t colour = ColourLength(text); colour > 0) {
      text.remove_prefix(colour);
      continue;
    }
    const auto byte = static_cast<unsigned char>(text.front());
    const std::size_t length = IsHighControl(text) ? 2 : 1;
    const bool control = length == 2 || byte < 0x20 || byte == 0x7f;
    if (!control || kept.find(text.front()) != std::string_view::npos) {
      out += text.front();
    } else {
      for (const char c : text.substr(0, length))
        out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    }
    text.remove_prefix(length);
  }
  return out;
}

}  // namespace

std::string Printable(std::string_view text) { return Escaped(text, "\n\t"); }

std::string PrintableLine(std::string_view text) { return Escaped(text, ""); }

}  // namespace penstock
