#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "api/runtime/keyed_loop.h"
#include "api/runtime/state_table.h"
#include "bench/micro/records.h"
#include "common/key_group.h"

namespace penstock::bench {

struct Keyed {
  std::uint64_t key = 0;
  std::uint64_t value = 0;
};

/// How often which keys come: all alike, or nine of ten records have one of a tenth of the keys.
enum class Spread : unsigned char { kUniform, kHot };

/// Makes batches of records with `keys` different keys, scrambled; `per_millisecond` records share
/// a timestamp.
class KeyStream {
 public:
  explicit KeyStream(std::uint64_t keys, std::uint64_t per_millisecond = 1000,
                     Spread spread = Spread::kUniform)
      : keys_(keys), per_millisecond_(per_millisecond), spread_(spread) {}

  TypedBatch<Keyed>& Next() {
    batch_.Clear();
    while (!batch_.full()) {
      random_ = random_ * 6364136223846793005ULL + 1442695040888963407ULL;
      const std::uint64_t index = ((random_ >> 32) * Choices()) >> 32;
      batch_.AppendSlot({static_cast<std::int64_t>(made_++ / per_millisecond_)}) = {Scramble(index),
                                                                                    index};
    }
    return batch_;
  }
  /// The latest timestamp in milliseconds.
  std::int64_t now() const { return static_cast<std::int64_t>(made_ / per_millisecond_); }

 private:
  /// From the low half of the random number; the high half chooses among so many.
  std::uint64_t Choices() const {
    if (spread_ == Spread::kUniform || ((random_ >> 16) & 0xffff) % 10 == 0) return keys_;
    return keys_ / 10;
  }

  const std::uint64_t keys_;
  const std::uint64_t per_millisecond_;
  const Spread spread_;
  std::uint64_t random_ = 1;
  std::uint64_t made_ = 0;
  TypedBatch<Keyed> batch_;
};

using CountLoop = KeyedLoop<Keyed, std::uint64_t Keyed::*>;
using CountTable = StateTable<std::uint64_t, std::uint64_t>;
inline constexpr KeyGroupRange kAllGroups{0, kDefaultMaxParallelism};

/// A table that holds every key of KeyStream(keys).
inline std::unique_ptr<CountTable> FilledTable(std::uint64_t keys,
                                               StateDescriptor descriptor = {}) {
  auto table =
      std::make_unique<CountTable>(std::move(descriptor), kAllGroups, kDefaultMaxParallelism);
  KeyHasher<std::uint64_t> hasher;
  for (std::uint64_t i = 0; i < keys; ++i) {
    const std::uint64_t key = Scramble(i);
    table->GetOrCreate(key, hasher(key), 0U);
  }
  return table;
}

inline void CountBatch(CountLoop& loop, CountTable& table, const TypedBatch<Keyed>& batch) {
  loop.Run(batch, table,
           [&](std::size_t, std::uint64_t key, std::uint64_t hash, CountTable::Entry* hint) {
             ++table.Mutable(*table.GetOrCreateNear(hint, key, hash, 0U).first);
           });
}

}  // namespace penstock::bench
