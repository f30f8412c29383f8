#include "cli/text_width.h"

#include <sys/ioctl.h>

#include <algorithm>

namespace penstock {
namespace {

bool Continues(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

}  // namespace

std::size_t DisplayWidth(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !Continues(c); }));
}

std::string Cut(std::string_view text, std::size_t width) {
  if (DisplayWidth(text) <= width) return std::string(text);
  if (width == 0) return "";
  std::size_t end = 0;
  for (std::size_t columns = 0; end < text.size(); ++end) {
    if (!Continues(text[end]) && ++columns == width) break;
  }
  return std::string(text.substr(0, end)) + "…";
}

std::string Pad(std::string_view text, std::size_t width) {
  std::string padded = Cut(text, width);
  padded.append(width - DisplayWidth(padded), ' ');
  return padded;
}

std::string PadLeft(std::string_view text, std::size_t width) {
  const std::string cut = Cut(text, width);
  return std::string(width - DisplayWidth(cut), ' ') + cut;
}

std::size_t TerminalWidth(int fd) {
  winsize size{};
  constexpr std::size_t kUsual = 80;
  return ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : kUsual;
}

}  // namespace penstock
