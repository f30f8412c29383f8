#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "api/runtime/entry_buffer.h"
#include "api/runtime/keyed_table.h"

namespace penstock {

/// What a freeze has captured of a StateTable. The table outlives it. Shards are written one after
/// another in ascending order of their key groups, each sorted in itself, so memory for one shard
/// is needed.
template <typename Shard>
class ShardedSnapshot final : public TableSnapshot {
 public:
  ShardedSnapshot(std::span<Shard> shards, std::uint32_t epoch, std::uint32_t max_parallelism)
      : epoch_(epoch), max_parallelism_(max_parallelism) {
    shards_.reserve(shards.size());
    for (Shard& shard : shards) shards_.push_back({&shard, shard.Freeze()});
  }

  Status Write(EntryWriter& writer) override {
    EntryBuffer buffer;
    for (auto& [shard, frozen] : shards_) {
      PENSTOCK_RETURN_IF_ERROR(shard->Write(frozen, epoch_, max_parallelism_, buffer, writer));
    }
    return Status::Ok();
  }

 private:
  std::vector<std::pair<Shard*, typename Shard::Frozen>> shards_;
  const std::uint32_t epoch_;
  const std::uint32_t max_parallelism_;
};

}  // namespace penstock
