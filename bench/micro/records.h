#pragma once

#include <cstdint>

#include "api/runtime/typed_batch.h"
#include "api/text.h"
#include "common/timestamp.h"

namespace penstock::bench {

/// 24 bytes.
struct Measurement {
  std::uint64_t key = 0;
  std::int64_t value = 0;
  std::int64_t other = 0;
};
static_assert(sizeof(Measurement) == 24);

/// Like the bid of the Nexmark benchmark.
struct Bid {
  std::int64_t auction = 0;
  std::int64_t bidder = 0;
  std::int64_t price = 0;
  Text channel;
  Text url;
  Text extra;
};

/// Spreads neighbouring numbers. Source: S. Vigna, splitmix64
/// (https://prng.di.unimi.it/splitmix64.c).
inline std::uint64_t Scramble(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

inline void FillMeasurements(TypedBatch<Measurement>& batch) {
  batch.Clear();
  for (std::int64_t i = 0; !batch.full(); ++i) {
    batch.AppendSlot({i}) = {Scramble(static_cast<std::uint64_t>(i)), i + 1, 7};
  }
}

inline void FillBids(TypedBatch<Bid>& batch) {
  batch.Clear();
  for (std::int64_t i = 0; !batch.full(); ++i) {
    batch.Append({i, i * 3, 100 + i, "Google", "https://www.nexmark.com/item.htm?query=1",
                  "abcdefghijklmnopqrstuvwxyzabcdefgh"},
                 {i});
  }
}

}  // namespace penstock::bench
