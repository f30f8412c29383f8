#pragma once

#include <cstdint>

namespace penstock {

/// A part of worker.memory, in bytes, and how it is divided between the exchange, state (tables and
/// what is beneath them) and user code.
struct MemoryShares {
  std::uint64_t total = 0;

  std::uint64_t exchange() const { return total / 4; }
  std::uint64_t state() const { return total / 10 * 6; }
  std::uint64_t user() const { return total - exchange() - state(); }
};

}  // namespace penstock
