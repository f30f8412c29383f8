#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace penstock {

/// Columns that a terminal takes for UTF-8 text of single-width characters.
std::size_t DisplayWidth(std::string_view text);

/// The text, or as much of it as fits into `width` columns, the last one then being "…".
std::string Cut(std::string_view text, std::size_t width);

/// Exactly `width` columns: cut, or filled with blanks on the right (left: `PadLeft`).
std::string Pad(std::string_view text, std::size_t width);
std::string PadLeft(std::string_view text, std::size_t width);

/// Columns of the terminal at that descriptor; 80 when it is none.
std::size_t TerminalWidth(int fd);

}  // namespace penstock
