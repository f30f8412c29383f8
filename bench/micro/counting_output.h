#pragma once

#include <cstdint>

#include "api/runtime/batch.h"
#include "api/runtime/output.h"

namespace penstock::bench {

/// Counts what is emitted.
class CountingOutput final : public Output {
 public:
  void Emit(Batch& batch) override { emitted += batch.size(); }
  void EmitStatus(bool) override {}
  void EmitWatermark(Timestamp) override {}
  std::uint64_t emitted = 0;
};

}  // namespace penstock::bench
