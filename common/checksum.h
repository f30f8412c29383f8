#pragma once

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cstdint>
#include <string_view>

namespace penstock {

/// 64-bit XXH3 of some bytes: the checksum of every stored file and sent frame.
/// Source: Y. Collet, xxHash, XXH3 (https://github.com/Cyan4973/xxHash).
inline std::uint64_t Checksum(std::string_view bytes) {
  return XXH3_64bits(bytes.data(), bytes.size());
}

/// The same over bytes that arrive in pieces.
class RunningChecksum {
 public:
  RunningChecksum() { XXH3_64bits_reset(&state_); }
  void Update(std::string_view bytes) { XXH3_64bits_update(&state_, bytes.data(), bytes.size()); }
  std::uint64_t Digest() const { return XXH3_64bits_digest(&state_); }

 private:
  XXH3_state_t state_;
};

}  // namespace penstock
