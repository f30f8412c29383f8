#include "common/ids.h"

#include <charconv>

#include <fmt/format.h>

namespace penstock {

Result<std::pair<std::uint64_t, std::uint64_t>> ParseHexId(std::string_view text) {
  auto parse = [](std::string_view digits, std::uint64_t& value) {
    const char* end = digits.data() + digits.size();
    auto [rest, error] = std::from_chars(digits.data(), end, value, 16);
    return error == std::errc() && rest == end;
  };
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  if (text.size() != 32 || !parse(text.substr(0, 16), high) || !parse(text.substr(16), low)) {
    return Status::InvalidArgument(fmt::format("'{}' is not an id", text),
                                   "ids are 32 hex digits, as printed by 'penstock list'");
  }
  return std::pair(high, low);
}

}  // namespace penstock
