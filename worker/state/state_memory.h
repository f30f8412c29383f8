#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace penstock {

/// The memory that keyed state may take in a task host: tables, and the caches of the tiers beneath
/// them, which all tasks share. Thread-safe.
class StateMemory {
 public:
  /// `bytes` for everything; an eighth of it is for the caches.
  explicit StateMemory(std::uint64_t bytes);
  ~StateMemory();
  StateMemory(const StateMemory&) = delete;
  StateMemory& operator=(const StateMemory&) = delete;

  std::uint64_t table_bytes() const { return bytes_ - cache_bytes_; }
  std::uint64_t cache_bytes() const { return cache_bytes_; }
  /// What block cache and write buffers take now.
  std::size_t CacheUse() const;

  /// RocksDB's, for tier_database.cc.
  struct Caches;
  const Caches& caches() const { return *caches_; }

 private:
  const std::uint64_t bytes_;
  const std::uint64_t cache_bytes_;
  const std::unique_ptr<Caches> caches_;
};

}  // namespace penstock
