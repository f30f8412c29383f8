#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <rocksdb/compaction_filter.h>
#include <rocksdb/db.h>

#include "common/entry_key.h"
#include "common/key_group.h"

namespace penstock {

/// What a part is responsible for. Constant once compactions may run.
struct PartScope {
  KeyGroupRange groups;
  std::vector<std::uint32_t> states;

  bool HasState(std::uint32_t state) const {
    return std::find(states.begin(), states.end(), state) != states.end();
  }
};

/// Drops, when files are merged, what an imported part has taken along without being responsible
/// for it: entries of other key groups, and of states that the job no longer has.
class ScopeFilter final : public rocksdb::CompactionFilter {
 public:
  explicit ScopeFilter(PartScope scope) : scope_(std::move(scope)) {}

  const char* Name() const override { return "PenstockScope"; }
  bool Filter(int, const rocksdb::Slice& key, const rocksdb::Slice&, std::string*,
              bool*) const override {
    if (key.size() < kEntryHeaderBytes) return false;
    return !scope_.groups.Contains(ReadBigEndian16(key.data())) ||
           !scope_.HasState(ReadBigEndian32(key.data() + 2));
  }

 private:
  const PartScope scope_;
};

/// One column family of a TierDatabase.
struct TierPart {
  PartScope scope;
  std::unique_ptr<ScopeFilter> filter;  // outlives the family; null for the task's own part
  rocksdb::ColumnFamilyHandle* family = nullptr;
  bool buffered = false;  // has writes that are in no file yet
};

}  // namespace penstock
