#include "checkpoint/snapshot_v1.h"

#include <utility>

#include "checkpoint/snapshot_file.h"
#include "common/bytes.h"
#include "common/entry_key.h"

namespace penstock {
namespace {

constexpr std::size_t kGroupBytes = 2;
constexpr std::size_t kTimeBytes = 8;

/// The entries of one table on their way to the visitor.
class Reader {
 public:
  Reader(const std::string& kind, KeyGroupRange groups, const VisitEntryOfV1& visit)
      : kind_(kind), groups_(groups), visit_(visit) {}

  Status Take(std::string_view key, std::string_view value) {
    if (key.size() < kGroupBytes) return Status::Corruption("an entry without a key group");
    const std::uint32_t group = ReadBigEndian16(key.data());
    if (!groups_.Contains(group)) return Status::Ok();
    key.remove_prefix(kGroupBytes);
    if (kind_ == "timers") return TakeTimer(group, key);
    if (kind_ == "panes") return TakePane(group, key, value);
    return visit_(group, key, value);
  }
  /// The panes of the last key are complete.
  Status Finish() {
    if (panes_ == 0) return Status::Ok();
    std::string value;
    ByteWriter(value).Fixed(std::exchange(panes_, 0));
    return visit_(panes_group_, panes_key_, value + panes_value_);
  }

 private:
  /// The time has moved before the key.
  Status TakeTimer(std::uint32_t group, std::string_view key) {
    if (key.size() < kTimeBytes) return Status::Corruption("a timer without a time");
    const std::string_view time = key.substr(key.size() - kTimeBytes);
    key.remove_suffix(kTimeBytes);
    return visit_(group, std::string(time).append(key), {});
  }
  /// The panes of a key follow each other.
  Status TakePane(std::uint32_t group, std::string_view key, std::string_view accumulator) {
    std::int64_t start = 0;
    if (key.size() < kTimeBytes || !ReadOrdered64(key.substr(key.size() - kTimeBytes), start)) {
      return Status::Corruption("a pane without a start");
    }
    key.remove_suffix(kTimeBytes);
    if (panes_ == 0 || group != panes_group_ || key != panes_key_) {
      PENSTOCK_RETURN_IF_ERROR(Finish());
      panes_group_ = group;
      panes_key_ = key;
      panes_value_.clear();
    }
    ++panes_;
    ByteWriter out(panes_value_);
    out.Fixed(start);
    out.Bytes(accumulator);
    return Status::Ok();
  }

  const std::string& kind_;
  const KeyGroupRange groups_;
  const VisitEntryOfV1& visit_;
  std::uint32_t panes_group_ = 0;
  std::string panes_key_;
  std::string panes_value_;
  std::uint32_t panes_ = 0;
};

}  // namespace

void DescribeTableOfV1(SnapshotTable& table) {
  if (table.kind != "panes") return;
  Fingerprint list{{"value", "list"}, {"[].start", "timestamp"}};
  for (TypeField& field : table.value) {
    field.name = "[].accumulator" + (field.name == "value" ? "" : "." + field.name);
    list.push_back(std::move(field));
  }
  table.value = std::move(list);
  table.space.clear();
}

Status ReadTableOfV1(FileSystem& fs, const std::string& directory, const SnapshotTable& table,
                     KeyGroupRange groups, const VisitEntryOfV1& visit) {
  if (table.file.empty()) return Status::Ok();
  Reader reader(table.kind, groups, visit);
  PENSTOCK_RETURN_IF_ERROR(ReadSnapshotFile(
      fs, JoinPath(directory, table.file), table.entries,
      [&](std::string_view key, std::string_view value) { return reader.Take(key, value); }));
  return reader.Finish();
}

}  // namespace penstock
