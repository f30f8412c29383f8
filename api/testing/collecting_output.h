#pragma once

#include <cstddef>
#include <vector>

#include "api/runtime/output.h"
#include "api/runtime/typed_batch.h"

namespace penstock::testing {

/// A record that an operator has emitted, or is to be given.
template <typename T>
struct Emitted {
  T record;
  Timestamp timestamp;
  bool operator==(const Emitted&) const = default;
};

/// Copies what is emitted, then spoils the batch as a consumer may, so that an operator which still
/// uses an emitted record is found.
template <typename T>
class CollectingOutput final : public Output {
 public:
  void Emit(Batch& batch) override {
    auto& from = static_cast<TypedBatch<T>&>(batch);
    for (std::size_t i = 0; i < from.size(); ++i) {
      records.push_back({from[i], from.timestamps()[i]});
      Codec<T>::AdoptText(records.back().record, arena_);
      from[i] = T{};
      from.timestamps()[i] = Timestamp::Max();
    }
  }
  void EmitWatermark(Timestamp watermark) override {
    if (watermark > last_watermark) last_watermark = watermark;
    watermarks.push_back(watermark);
  }
  void EmitStatus(bool idle) override { statuses.push_back(idle); }

  std::vector<Emitted<T>> records;
  std::vector<Timestamp> watermarks;
  std::vector<bool> statuses;  // idle or active
  Timestamp last_watermark = Timestamp::Min();

 private:
  Arena arena_;
};

}  // namespace penstock::testing
