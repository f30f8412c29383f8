#pragma once

#include <cstdint>

#include "common/status.h"

namespace penstock {

/// A task host's share of worker.memory, in bytes, and how it is divided.
struct MemoryShares {
  std::uint64_t total = 0;

  std::uint64_t exchange() const { return total / 4; }
  std::uint64_t state() const { return total / 10 * 6; }
};

/// ResourceExhausted with the breakdown when state is beyond its share. `resident_bytes` of the
/// process.
Status CheckStateMemory(const MemoryShares& shares, std::uint64_t state_bytes,
                        std::uint64_t resident_bytes);

/// Resident memory of this process; 0 when it can't be told.
std::uint64_t ResidentBytes();

}  // namespace penstock
