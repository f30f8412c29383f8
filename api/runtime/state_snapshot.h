#pragma once

#include <cstdint>
#include <span>

#include "api/runtime/keyed_table.h"

namespace penstock {

/// What a freeze has captured of a StateTable, which outlives it: one part per shard.
template <typename Shard>
class ShardedSnapshot final : public TableSnapshot {
 public:
  /// Of what has changed in `epoch`.
  ShardedSnapshot(std::span<Shard> shards, std::uint32_t epoch) : shards_(shards), epoch_(epoch) {}

  std::uint32_t parts() const override { return static_cast<std::uint32_t>(shards_.size()); }
  Status Collect(std::uint32_t part, EntryBuffer& buffer) override {
    return shards_[part].Collect(epoch_, buffer);
  }

 private:
  const std::span<Shard> shards_;
  const std::uint32_t epoch_;
};

}  // namespace penstock
