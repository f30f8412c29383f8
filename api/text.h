#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>

namespace penstock {

/// A string of 16 bytes for records that are passed on quickly: up to 12 characters are held
/// inside, longer ones are a view into the batch that the record belongs to. Such a view is valid
/// during the call that gives you the record; every boundary of the framework (emitting, state,
/// hand-over to another task) copies the characters. To keep a Text beyond the call, make a
/// std::string of view(). Compares, hashes and is encoded like a std::string of the same
/// characters.
class Text {
 public:
  static constexpr std::size_t kInlineCapacity = 12;

  Text() noexcept { std::memset(bytes_, 0, sizeof(bytes_)); }
  /// Holds short strings; for longer ones `characters` must live until the framework has copied
  /// them: to the end of the call that emits, or the next call of the same function.
  Text(std::string_view characters) noexcept {  // NOLINT: implicit by design
    std::memset(bytes_, 0, sizeof(bytes_));
    const auto size = static_cast<std::uint32_t>(characters.size());
    std::memcpy(bytes_, &size, sizeof(size));
    if (size <= kInlineCapacity) {
      if (size > 0) std::memcpy(bytes_ + kPrefixAt, characters.data(), size);
      return;
    }
    std::memcpy(bytes_ + kPrefixAt, characters.data(), kPointerAt - kPrefixAt);
    const char* data = characters.data();
    std::memcpy(bytes_ + kPointerAt, &data, sizeof(data));
  }
  Text(const char* characters) noexcept  // NOLINT: implicit by design
      : Text(std::string_view(characters)) {}
  Text(const std::string& characters) noexcept  // NOLINT: implicit by design
      : Text(std::string_view(characters)) {}
  /// A temporary string would be gone before the Text is copied.
  Text(std::string&&) = delete;

  std::size_t size() const {
    std::uint32_t size = 0;
    std::memcpy(&size, bytes_, sizeof(size));
    return size;
  }
  bool empty() const { return size() == 0; }
  /// True when the characters are held inside, so that the Text depends on no other memory.
  bool is_inline() const { return size() <= kInlineCapacity; }
  /// The characters; valid as long as this object and, unless is_inline(), what it views.
  std::string_view view() const {
    const std::size_t length = size();
    if (length <= kInlineCapacity) return {bytes_ + kPrefixAt, length};
    const char* data = nullptr;
    std::memcpy(&data, bytes_ + kPointerAt, sizeof(data));
    return {data, length};
  }
  operator std::string_view() const { return view(); }  // NOLINT: implicit by design
  std::string str() const { return std::string(view()); }

  friend bool operator==(const Text& a, const Text& b) {
    // Size and first four characters, then the rest: most unequal strings end at the first word.
    if (a.Word(0) != b.Word(0)) return false;
    if (a.Word(kPointerAt) == b.Word(kPointerAt)) return true;
    return !a.is_inline() && a.view() == b.view();
  }
  friend std::strong_ordering operator<=>(const Text& a, const Text& b) {
    return a.view().compare(b.view()) <=> 0;
  }
  friend bool operator==(const Text& a, const char* b) { return a.view() == b; }
  friend bool operator==(const Text& a, const std::string& b) { return a.view() == b; }
  friend bool operator==(const Text& a, std::string_view b) { return a.view() == b; }
  /// For boost::hash and the containers of Boost.
  friend std::size_t hash_value(const Text& text) {
    return std::hash<std::string_view>()(text.view());
  }

 private:
  static constexpr std::size_t kPrefixAt = 4;
  static constexpr std::size_t kPointerAt = 8;

  std::uint64_t Word(std::size_t at) const {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes_ + at, sizeof(word));
    return word;
  }

  // Size (4 bytes), then 12 characters padded with zeros, or 4 characters and a pointer to all.
  alignas(8) char bytes_[16];
};

static_assert(sizeof(Text) == 16);

}  // namespace penstock

template <>
struct std::hash<penstock::Text> {
  std::size_t operator()(const penstock::Text& text) const noexcept { return hash_value(text); }
};
