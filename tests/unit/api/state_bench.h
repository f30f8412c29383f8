#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "api/runtime/keyed_state.h"
#include "api/testing/map_tier.h"

namespace penstock::testing {

/// Does for the keyed states of a function what its operator and the runtime do: gives them tables
/// on tiers and a current key, takes snapshots, evicts, restores. `States` is default-constructible
/// and derived from KeyedStateOwner<K>.
template <typename K, typename States>
class StateBench {
 public:
  StateBench() { Bind({}); }

  States& states() { return *states_; }
  States& operator()(const K& key) {
    key_ = key;
    current_.key = &key_;
    current_.hash = hasher_(key_);
    ++current_.turn;
    return *states_;
  }
  internal::StateTime& time() { return current_.time; }
  KeyedTable& table(std::size_t i = 0) { return bound_[i]->table(); }
  MapTier& tier(std::size_t i = 0) { return *tiers_[i]; }
  void Sweep(std::uint32_t slots) {
    for (const auto& bound : bound_) bound->Sweep(slots);
  }

  /// Nothing happens while a snapshot runs.
  void Evict(double share) {
    if (!snapshots_.empty()) return;
    for (const auto& bound : bound_) bound->table().Evict(share);
  }
  bool Fill(std::uint32_t entries) {
    bool all = true;
    for (const auto& bound : bound_) all = bound->table().Fill(entries) && all;
    return all;
  }
  bool snapshot_runs() const { return !snapshots_.empty(); }
  void BeginSnapshot() {
    for (const auto& bound : bound_) snapshots_.push_back(bound->table().Freeze());
  }
  void EndSnapshot(bool stored) {
    for (std::size_t i = 0; i < bound_.size(); ++i) {
      if (stored) {
        TierWriter writer(tiers_[i]->entries);
        EXPECT_TRUE(WriteSnapshot(*snapshots_[i], writer).ok());
        EXPECT_TRUE(writer.ordered);
      }
      snapshots_[i].reset();
      bound_[i]->table().Thaw(stored);
    }
    snapshots_.clear();
  }
  /// Goes on with new states on what a snapshot has stored. None must be running.
  void SnapshotAndRestore() {
    BeginSnapshot();
    EndSnapshot(/*stored=*/true);
    std::vector<TierEntries> stored;
    for (const auto& tier : tiers_) stored.push_back(tier->entries);
    Bind(stored);
  }
  /// Something that the runtime may do between two calls.
  void Disturb(std::mt19937_64& random) {
    switch (random() % 8) {
      case 0: return Evict(static_cast<double>(random() % 101) / 100);
      case 1: Fill(static_cast<std::uint32_t>(random() % 50)); return;
      case 2: return Sweep(static_cast<std::uint32_t>(random() % 2000));
      case 3:
        if (snapshot_runs()) return EndSnapshot(random() % 4 != 0);
        return BeginSnapshot();
      case 4:
        if (snapshot_runs()) EndSnapshot(/*stored=*/true);
        return SnapshotAndRestore();
      default: return;
    }
  }

 private:
  void Bind(const std::vector<TierEntries>& stored) {
    bound_.clear();
    tiers_.clear();
    states_ = std::make_unique<States>();
    internal::KeyedStateOwner<K>& owner = *states_;
    for (const auto& declared : internal::KeyedStates::Of<K>(owner)) {
      bound_.push_back(declared.bind(
          reinterpret_cast<char*>(&owner) + declared.offset,
          declared.describe("uid", declared.name),
          internal::StateSite<K>{
              {0, kDefaultMaxParallelism}, kDefaultMaxParallelism, current_, declared.ttl}));
      const std::size_t i = tiers_.size();
      tiers_.push_back(std::make_unique<MapTier>(i < stored.size() ? stored[i] : TierEntries()));
      bound_.back()->table().Attach(*tiers_[i], tiers_[i]->entries.empty());
    }
  }

  K key_{};
  KeyHasher<K> hasher_;
  internal::CurrentKey<K> current_;
  std::unique_ptr<States> states_;
  std::vector<std::unique_ptr<MapTier>> tiers_;
  std::vector<std::unique_ptr<internal::BoundState>> bound_;
  std::vector<std::unique_ptr<TableSnapshot>> snapshots_;
};

inline std::string RandomText(std::mt19937_64& random, std::size_t most) {
  return std::string(random() % most, static_cast<char>('a' + random() % 26));
}

}  // namespace penstock::testing
