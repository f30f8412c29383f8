#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "api/runtime/keyed_table.h"

namespace penstock::testing {

using TierEntries = std::map<std::string, std::string, std::less<>>;

/// A tier in memory, for tests of what stands on one.
class MapTier final : public StateTier {
 public:
  MapTier() = default;
  explicit MapTier(TierEntries from) : entries(std::move(from)) {}

  bool Get(std::string_view key, std::string& value) override {
    ++gets;
    const auto found = entries.find(key);
    if (found == entries.end()) return false;
    value = found->second;
    return true;
  }
  /// Sees the entries as they are now, like a database's iterator.
  std::unique_ptr<TierCursor> NewCursor() override { return std::make_unique<Cursor>(entries); }
  void Put(std::string_view key, std::string_view value) override {
    entries.insert_or_assign(std::string(key), std::string(value));
  }
  void Erase(std::string_view key) override {
    if (const auto found = entries.find(key); found != entries.end()) entries.erase(found);
  }

  TierEntries entries;
  int gets = 0;

 private:
  class Cursor final : public TierCursor {
   public:
    explicit Cursor(TierEntries entries) : entries_(std::move(entries)), at_(entries_.end()) {}
    void Seek(std::string_view key) override { at_ = entries_.lower_bound(key); }
    bool Valid() const override { return at_ != entries_.end(); }
    void Next() override { ++at_; }
    std::string_view key() const override { return at_->first; }
    std::string_view value() const override { return at_->second; }

   private:
    const TierEntries entries_;
    TierEntries::const_iterator at_;
  };
};

/// Applies a snapshot to tier entries; `ordered` says whether it came in ascending order of keys.
class TierWriter final : public EntryWriter {
 public:
  explicit TierWriter(TierEntries& entries) : entries_(entries) {}

  Status Put(std::string_view key, std::string_view value) override {
    Note(key);
    entries_.insert_or_assign(std::string(key), std::string(value));
    return Status::Ok();
  }
  Status Erase(std::string_view key) override {
    Note(key);
    entries_.erase(std::string(key));
    return Status::Ok();
  }

  bool ordered = true;
  std::size_t written = 0;

 private:
  void Note(std::string_view key) {
    if (written++ > 0 && key <= last_) ordered = false;
    last_ = key;
  }

  TierEntries& entries_;
  std::string last_;
};

/// What the background thread does with a snapshot.
inline Status WriteSnapshot(TableSnapshot& snapshot, EntryWriter& writer) {
  EntryBuffer buffer;
  for (std::uint32_t part = 0; part < snapshot.parts(); ++part) {
    buffer.Clear();
    PENSTOCK_RETURN_IF_ERROR(snapshot.Collect(part, buffer));
    PENSTOCK_RETURN_IF_ERROR(buffer.WriteSorted(writer));
  }
  return Status::Ok();
}

/// Takes a snapshot of `table` into `entries`, at once.
inline Status SnapshotInto(KeyedTable& table, TierEntries& entries) {
  TierWriter writer(entries);
  const std::unique_ptr<TableSnapshot> snapshot = table.Freeze();
  Status written = WriteSnapshot(*snapshot, writer);
  table.Thaw(written.ok());
  if (written.ok() && !writer.ordered) return Status::Internal("a snapshot is not in order");
  return written;
}

}  // namespace penstock::testing
