#pragma once

#include <cstdint>

#include "common/memory_shares.h"
#include "common/status.h"
#include "wire/messages.h"

namespace penstock {

/// ResourceExhausted with the breakdown when state, tables and cache together, is beyond its share.
Status CheckStateMemory(const MemoryShares& shares, const MemoryUse& use);

/// ResourceExhausted with the breakdown when the process has more resident than its whole share.
Status CheckResidentMemory(const MemoryShares& shares, const MemoryUse& use);

/// Resident memory of this process; 0 when it can't be told.
std::uint64_t ResidentBytes();

}  // namespace penstock
