#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "api/runtime/state_tier.h"
#include "worker/state/tier_database.h"

namespace penstock {

/// The tier as one table sees it. The database outlives it.
class TableTier final : public StateTier {
 public:
  TableTier(TierDatabase& database, std::uint32_t state) : database_(database), state_(state) {}

  bool Get(std::string_view key, std::string& value) override { return database_.Get(key, value); }
  std::unique_ptr<TierCursor> NewCursor() override { return database_.NewCursor(state_); }
  void Put(std::string_view key, std::string_view value) override { database_.Put(key, value); }
  void Erase(std::string_view key) override { database_.Erase(key); }

 private:
  TierDatabase& database_;
  const std::uint32_t state_;
};

}  // namespace penstock
