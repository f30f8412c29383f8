#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <type_traits>
#include <utility>

#include "api/runtime/key_traits.h"
#include "api/runtime/operator_restore.h"
#include "api/runtime/typed_batch.h"
#include "common/bytes.h"
#include "common/status.h"
#include "common/timestamp.h"

namespace penstock {

/// Walks over a batch key by key. Keys are looked up in groups: first all hashes of a group and the
/// index cells they need, then the entries, then the work, so that the cache misses of a group
/// overlap.
template <typename T, typename KeyFn>
class KeyedLoop {
 public:
  using K = KeyOf<T, KeyFn>;

  explicit KeyedLoop(KeyFn key) : key_fn_(std::move(key)) {}

  /// Calls apply(i, key, hash, hint) for every record, in order. `table` is a StateTable; `hint` is
  /// for its GetOrCreateNear.
  template <typename Table, typename Apply>
  void Run(const TypedBatch<T>& batch, const Table& table, Apply&& apply) {
    const typename Table::Shard* shards[kGroup];
    typename Table::Entry* hints[kGroup];
    for (std::size_t begin = 0; begin < batch.size(); begin += kGroup) {
      const std::size_t count = std::min(kGroup, batch.size() - begin);
      for (std::size_t i = 0; i < count; ++i) {
        keys_[i] = Keep(std::invoke(key_fn_, batch[begin + i]), kept_[i]);
        hashes_[i] = hasher_(*keys_[i]);
        shards[i] = table.PrefetchCell(hashes_[i]);
      }
      for (std::size_t i = 0; i < count; ++i) {
        hints[i] = table.PrefetchEntry(*shards[i], hashes_[i]);
      }
      for (std::size_t i = 0; i < count; ++i) apply(begin + i, *keys_[i], hashes_[i], hints[i]);
    }
  }

 private:
  static constexpr std::size_t kGroup = 16;
  using Returned = std::invoke_result_t<const KeyFn&, const T&>;
  struct Nothing {};
  using Kept = std::conditional_t<std::is_reference_v<Returned>, Nothing, K>;

  static const K* Keep(const K& key, Nothing&) { return &key; }
  static const K* Keep(K&& key, K& kept) {
    kept = std::move(key);
    return &kept;
  }

  const KeyFn key_fn_;
  KeyHasher<K> hasher_;
  std::array<Kept, kGroup> kept_;
  std::array<const K*, kGroup> keys_{};
  std::array<std::uint64_t, kGroup> hashes_{};
};

/// The state beside the tables of a keyed operator begins with the last watermark
/// (docs/formats/snapshot.md).
inline void AppendWatermark(Timestamp watermark, std::string& state) {
  ByteWriter(state).Fixed(watermark.millis);
}
/// Takes it off each state, and sets `watermark` to the smallest that this subtask considers;
/// without any it stays as it is.
[[gnu::cold]] inline Status TakeWatermark(OperatorRestore& restore, Timestamp& watermark) {
  if (restore.states.empty()) return Status::Ok();
  watermark = Timestamp::Max();
  for (OperatorRestore::State& state : restore.states) {
    ByteReader reader(state.bytes);
    const Timestamp stored{reader.Fixed<std::int64_t>()};
    if (reader.failed()) return Status::Corruption("the stored watermark is damaged");
    state.bytes = reader.rest();
    if (restore.Considers(state.subtask)) watermark = std::min(watermark, stored);
  }
  return Status::Ok();
}
/// Of an operator that stores nothing else.
[[gnu::cold]] inline Status ReadWatermark(const OperatorRestore& restore, Timestamp& watermark) {
  OperatorRestore rest = restore;
  PENSTOCK_RETURN_IF_ERROR(TakeWatermark(rest, watermark));
  for (const OperatorRestore::State& state : rest.states) {
    if (!state.bytes.empty()) return Status::Corruption("the stored watermark is damaged");
  }
  return Status::Ok();
}

}  // namespace penstock
