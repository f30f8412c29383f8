#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "api/runtime/record_type.h"
#include "api/runtime/typed_batch.h"

namespace penstock {

/// The RecordType of T; use Instance().
template <typename T>
class RecordTypeOf final : public RecordType {
 public:
  static const RecordTypeOf& Instance() {
    static const RecordTypeOf instance;
    return instance;
  }

  const Fingerprint& fingerprint() const override { return fingerprint_; }
  std::unique_ptr<Batch> NewBatch() const override { return std::make_unique<TypedBatch<T>>(); }

  Status Decode(std::string_view bytes, std::uint32_t count, Batch& batch) const override {
    auto& records = static_cast<TypedBatch<T>&>(batch);
    if constexpr (Codec<T>::kFixedSize) {
      return DecodeFixed(bytes, count, records);
    } else {
      // One copy of the whole buffer; the Text of all records views it.
      if constexpr (Codec<T>::kHoldsText) bytes = records.arena().Copy(bytes);
      return DecodeEach(bytes, count, records);
    }
  }

 private:
  static constexpr std::size_t kFixedRecord = sizeof(Timestamp) + Codec<T>::kSize;

  RecordTypeOf() : fingerprint_(FingerprintOf<T>()) {}

  static Status DecodeFixed(std::string_view bytes, std::uint32_t count, TypedBatch<T>& records) {
    if (bytes.size() != count * kFixedRecord) return WrongSize(bytes.size(), count);
    const char* in = bytes.data();
    for (std::uint32_t i = 0; i < count; ++i, in += kFixedRecord) {
      Timestamp timestamp;
      Codec<Timestamp>::Get(in, timestamp);
      Codec<T>::Get(in + sizeof(Timestamp), records.AppendSlot(timestamp));
    }
    return Status::Ok();
  }

  static Status DecodeEach(std::string_view bytes, std::uint32_t count, TypedBatch<T>& records) {
    ByteReader in(bytes);
    for (std::uint32_t i = 0; i < count; ++i) {
      Timestamp timestamp;
      if (!Codec<Timestamp>::Decode(in, timestamp) ||
          !Codec<T>::Decode(in, records.AppendSlot(timestamp))) {
        return WrongSize(bytes.size(), count);
      }
    }
    return in.remaining() == 0 ? Status::Ok() : WrongSize(bytes.size(), count);
  }

  [[gnu::cold]] static Status WrongSize(std::size_t bytes, std::uint32_t count) {
    return Status::Corruption("a received buffer of " + std::to_string(bytes) +
                              " bytes doesn't hold " + std::to_string(count) + " records exactly");
  }

  const Fingerprint fingerprint_;
};

}  // namespace penstock
