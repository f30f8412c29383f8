#include "worker/state/state_memory.h"

#include <algorithm>

#include "worker/state/tier_caches.h"

namespace penstock {
namespace {

constexpr std::uint64_t kLeastCache = 512 * 1024;
// Of a cache's shards, each with a lock: smaller ones would be too small for some blocks.
constexpr std::uint64_t kLeastShard = 4 << 20;
constexpr int kMostShardBits = 4;

int ShardBits(std::uint64_t cache_bytes) {
  int bits = 0;
  while (bits < kMostShardBits && cache_bytes >> (bits + 1) >= kLeastShard) ++bits;
  return bits;
}

}  // namespace

StateMemory::StateMemory(std::uint64_t bytes)
    : bytes_(std::max(bytes, 2 * kLeastCache)),
      cache_bytes_(std::max(bytes_ / 8, kLeastCache)),
      caches_(std::make_unique<Caches>()) {
  caches_->blocks = rocksdb::NewLRUCache(cache_bytes_, ShardBits(cache_bytes_));
  // Write buffers are charged to the cache.
  caches_->writes =
      std::make_shared<rocksdb::WriteBufferManager>(cache_bytes_ / 2, caches_->blocks);
}

StateMemory::~StateMemory() = default;

std::size_t StateMemory::CacheUse() const { return caches_->blocks->GetUsage(); }

}  // namespace penstock
