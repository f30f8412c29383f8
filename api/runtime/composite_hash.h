#pragma once

#include <cstdint>

namespace penstock {

/// The hash of a table's key that is more than the key of the stream. The upper half, which tells
/// the key group, is that of the stream's key.
inline std::uint64_t CompositeHash(std::uint64_t key_hash, std::uint64_t other) {
  const std::uint64_t mixed = (key_hash ^ other) * 0x9e3779b97f4a7c15ULL;
  return (key_hash & 0xffffffff00000000ULL) | (mixed >> 32);
}

}  // namespace penstock
