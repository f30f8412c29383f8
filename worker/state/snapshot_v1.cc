#include "worker/state/snapshot_v1.h"

#include <utility>

#include "api/runtime/entry_key.h"
#include "checkpoint/snapshot_file.h"
#include "common/bytes.h"

namespace penstock {
namespace {

constexpr std::size_t kGroupBytes = 2;
constexpr std::size_t kTimeBytes = 8;

/// The entries of one table on their way into the tier.
class Loader {
 public:
  Loader(std::string kind, std::uint32_t state, KeyGroupRange groups, TierDatabase& tier)
      : kind_(std::move(kind)), state_(state), groups_(groups), tier_(tier) {}

  Status Take(std::string_view key, std::string_view value) {
    if (key.size() < kGroupBytes) return Status::Corruption("an entry without a key group");
    const std::uint32_t group = ReadBigEndian16(key.data());
    if (!groups_.Contains(group)) return Status::Ok();
    key.remove_prefix(kGroupBytes);
    if (kind_ == "timers") return TakeTimer(group, key);
    if (kind_ == "panes") return TakePane(group, key, value);
    tier_.Put(EntryKey(group, key), value);
    return Status::Ok();
  }
  void Finish() {
    if (panes_ == 0) return;
    std::string value;
    ByteWriter(value).Fixed(panes_);
    tier_.Put(panes_key_, value + panes_value_);
    panes_ = 0;
  }

 private:
  std::string EntryKey(std::uint32_t group, std::string_view key) const {
    std::string entry;
    AppendEntryHeader(entry, group, state_);
    return entry.append(key);
  }
  Status TakeTimer(std::uint32_t group, std::string_view key) {
    if (key.size() < kTimeBytes) return Status::Corruption("a timer without a time");
    const std::string_view time = key.substr(key.size() - kTimeBytes);
    key.remove_suffix(kTimeBytes);
    tier_.Put(EntryKey(group, std::string(time).append(key)), {});
    return Status::Ok();
  }
  /// The panes of a key follow each other.
  Status TakePane(std::uint32_t group, std::string_view key, std::string_view accumulator) {
    std::int64_t start = 0;
    if (key.size() < kTimeBytes || !ReadOrdered64(key.substr(key.size() - kTimeBytes), start)) {
      return Status::Corruption("a pane without a start");
    }
    key.remove_suffix(kTimeBytes);
    std::string entry = EntryKey(group, key);
    if (entry != panes_key_) {
      Finish();
      panes_key_ = std::move(entry);
      panes_value_.clear();
    }
    ++panes_;
    ByteWriter out(panes_value_);
    out.Fixed(start);
    out.Bytes(accumulator);
    return Status::Ok();
  }

  const std::string kind_;
  const std::uint32_t state_;
  const KeyGroupRange groups_;
  TierDatabase& tier_;
  std::string panes_key_;
  std::string panes_value_;
  std::uint32_t panes_ = 0;
};

}  // namespace

Fingerprint ValueLayoutOfV1(const SnapshotTable& table) {
  if (table.kind != "panes") return table.value;
  Fingerprint list{{"value", "list"}, {"[].start", "timestamp"}};
  for (TypeField field : table.value) {
    field.name = "[].accumulator" + (field.name == "value" ? "" : "." + field.name);
    list.push_back(std::move(field));
  }
  return list;
}

Fingerprint SpaceLayoutOfV1(const SnapshotTable& table) {
  return table.kind == "panes" ? Fingerprint() : table.space;
}

Status LoadTableV1(FileSystem& fs, const std::string& directory, const SnapshotTable& table,
                   std::uint32_t state, KeyGroupRange groups, TierDatabase& tier) {
  tier.AddState(state);
  if (table.file.empty()) return Status::Ok();
  Loader loader(table.kind, state, groups, tier);
  PENSTOCK_RETURN_IF_ERROR(ReadSnapshotFile(
      fs, JoinPath(directory, table.file), table.entries,
      [&](std::string_view key, std::string_view value) { return loader.Take(key, value); }));
  loader.Finish();
  return Status::Ok();
}

}  // namespace penstock
