#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace penstock {

static_assert(std::endian::native == std::endian::little, "formats are little endian on the wire");

/// Appends fixed-width little-endian values to a string.
class ByteWriter {
 public:
  explicit ByteWriter(std::string& out) : out_(out) {}

  template <typename T>
  void Fixed(T value) {
    static_assert(std::is_trivially_copyable_v<T>);
    out_.append(reinterpret_cast<const char*>(&value), sizeof(value));
  }
  void Bytes(std::string_view bytes) { out_.append(bytes); }
  /// 32-bit length, then the bytes.
  void String(std::string_view bytes) {
    Fixed(static_cast<std::uint32_t>(bytes.size()));
    Bytes(bytes);
  }

 private:
  std::string& out_;
};

/// Reads what ByteWriter wrote. Running over the end sets failed() and yields zeros; check it once,
/// at the end.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  template <typename T>
  T Fixed() {
    static_assert(std::is_trivially_copyable_v<T>);
    T value{};
    std::string_view bytes = Bytes(sizeof(T));
    if (!failed_) std::memcpy(&value, bytes.data(), sizeof(T));
    return value;
  }
  /// A view into the input.
  std::string_view Bytes(std::size_t length) {
    if (length > rest_.size()) {
      failed_ = true;
      rest_ = {};
      return {};
    }
    std::string_view bytes = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return bytes;
  }
  std::string_view String() { return Bytes(Fixed<std::uint32_t>()); }

  bool failed() const { return failed_; }
  std::size_t remaining() const { return rest_.size(); }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

/// Big endian, so that byte order is numeric order: for keys in sorted files.
inline void AppendBigEndian16(std::string& out, std::uint16_t value) {
  out.push_back(static_cast<char>(value >> 8));
  out.push_back(static_cast<char>(value & 0xff));
}
inline std::uint16_t ReadBigEndian16(const char* bytes) {
  return static_cast<std::uint16_t>((static_cast<unsigned char>(bytes[0]) << 8) |
                                    static_cast<unsigned char>(bytes[1]));
}

}  // namespace penstock
