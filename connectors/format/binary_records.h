#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "api/runtime/codec.h"
#include "connectors/file/framing.h"
#include "connectors/file/record_parser.h"
#include "connectors/format/binary_header.h"

namespace penstock {

namespace internal {

/// OK when records of the header's layout are those of `expected`.
Status CheckBinaryHeader(std::string_view header, const BinaryHeader& expected);
Status WrongBinaryRecord(std::size_t bytes);

template <typename T>
class BinaryParser final : public RecordParser {
 public:
  explicit BinaryParser(BinaryHeader expected) : expected_(std::move(expected)) {}

  Status TakeHeader(std::string_view header) override {
    return CheckBinaryHeader(header, expected_);
  }
  Status Parse(std::string_view bytes, void* record, Arena& arena) override {
    ByteReader in(bytes);
    const bool decoded = Codec<T>::DecodeInto(in, *static_cast<T*>(record), arena);
    return decoded && in.remaining() == 0 ? Status::Ok() : WrongBinaryRecord(bytes.size());
  }

 private:
  const BinaryHeader expected_;
};

}  // namespace internal

/// Records as Penstock encodes them (docs/formats/records.md), for files and sockets between
/// Penstock jobs: any type that can be in a stream, exact and fast. A header tells their layout; a
/// reader whose type has another one is refused. Files of types with a fixed size are shared by
/// several subtasks.
template <typename T>
class BinaryRecords {
 public:
  using Record = T;

  std::string name() const { return "binary"; }
  std::string extension() const { return ".bin"; }
  Framing framing() const { return Codec<T>::kFixedSize ? Framing::kFixedSize : Framing::kSized; }
  std::uint32_t record_size() const { return Codec<T>::kFixedSize ? Codec<T>::kSize : 0; }
  Status Validate() const { return Status::Ok(); }

  std::string Header() const {
    std::string header;
    EncodeBinaryHeader(Layout(), header);
    return header;
  }
  void AppendRow(const T& record, std::string& out) const {
    if constexpr (Codec<T>::kFixedSize) {
      Codec<T>::Encode(record, out);
    } else {
      const std::size_t begin = out.size();
      ByteWriter(out).Fixed(std::uint32_t{0});
      Codec<T>::Encode(record, out);
      const auto size = static_cast<std::uint32_t>(out.size() - begin - sizeof(std::uint32_t));
      std::memcpy(out.data() + begin, &size, sizeof(size));
    }
  }
  Result<std::unique_ptr<RecordParser>> NewParser() const {
    return std::unique_ptr<RecordParser>(std::make_unique<internal::BinaryParser<T>>(Layout()));
  }

 private:
  BinaryHeader Layout() const { return {record_size(), FingerprintOf<T>()}; }
};

template <typename T>
BinaryRecords<T> binary_records() {
  return {};
}

}  // namespace penstock
