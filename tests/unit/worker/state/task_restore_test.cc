#include "worker/state/task_restore.h"

#include <map>
#include <optional>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/runtime/codec.h"
#include "api/runtime/evolution_of.h"
#include "checkpoint/checkpoint_reader.h"
#include "checkpoint/snapshot_file.h"
#include "checkpoint/stored_checkpoint.h"
#include "common/entry_key.h"
#include "tests/support/temp_dir.h"
#include "worker/state/snapshot_write.h"

namespace penstock {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::uint32_t kGroups = 64;
constexpr std::int64_t kKeys = 200;
constexpr VertexId kVertex{1};

struct Small {
  std::uint32_t count = 0;
};
struct Grown {
  std::string label = "new";
  std::int64_t count = 0;
};

template <typename V>
StateDescriptor DescriptorOf(const std::string& uid) {
  return {uid,
          "count",
          "value",
          FingerprintOf<std::string>(),
          {},
          FingerprintOf<V>(),
          EvolutionOf<V>()};
}

/// A table that is only described.
class Described final : public KeyedTable {
 public:
  explicit Described(StateDescriptor descriptor) : descriptor_(std::move(descriptor)) {}
  const StateDescriptor& descriptor() const override { return descriptor_; }
  void Attach(StateTier&, bool) override {}
  std::unique_ptr<TableSnapshot> Freeze() override { return nullptr; }
  void Thaw(bool) override {}
  std::size_t MemoryBytes() const override { return 0; }
  void Evict(double) override {}
  bool Fill(std::uint32_t) override { return true; }

 private:
  const StateDescriptor descriptor_;
};

KeyGroupRange GroupsOf(std::uint32_t subtask, std::uint32_t parallelism, std::uint32_t groups) {
  return KeyGroupRangeOf(subtask, groups, parallelism);
}

using Entries = std::map<std::string, std::string>;  // by entry key

class TaskRestoreTest : public ::testing::Test {
 protected:
  std::unique_ptr<TierDatabase> NewTier(KeyGroupRange groups) {
    return std::make_unique<TierDatabase>(dir_ / ("tier" + std::to_string(++tiers_)), groups, fs_,
                                          memory_);
  }

  /// A checkpoint of two subtasks: each uid has a table in which the number i of `key<i>` is i,
  /// plus `distance` times the position of the uid.
  RestorePoint WriteCheckpoint(const std::vector<std::string>& uids, std::uint32_t distance = 0) {
    RestorePoint point{CheckpointId(5), dir_ / "completed", false, {}};
    EXPECT_TRUE(fs_.MakeDirectories(point.directory).ok());
    for (std::uint32_t subtask = 0; subtask < 2; ++subtask) {
      const auto tier = NewTier(GroupsOf(subtask, 2, kGroups));
      FrozenChain chain;
      for (std::size_t i = 0; i < uids.size(); ++i) {
        PutNumbers(*tier, GroupsOf(subtask, 2, kGroups), StateIdOf(uids[i], "count"),
                   static_cast<std::uint32_t>(i) * distance);
        FrozenOperator& op = chain.operators.emplace_back();
        op.key = op.name = uids[i];
        op.tables.push_back({DescriptorOf<Small>(uids[i]), nullptr});
      }
      EXPECT_TRUE(tier->NewChanges()->Ingest().ok());
      SnapshotFiles files(fs_);
      SnapshotTarget target;
      target.directory = point.directory;
      target.checkpoint = point.checkpoint;
      target.subtask = {kVertex, subtask};
      target.parallelism = 2;
      target.max_parallelism = kGroups;
      const auto written = WriteTaskSnapshot({fs_, tier.get(), files}, target, std::move(chain));
      EXPECT_TRUE(written.ok()) << written.status().message();
      point.tasks.push_back(written->snapshot);
    }
    return point;
  }

  static void PutNumbers(TierDatabase& tier, KeyGroupRange groups, std::uint32_t state,
                         std::uint32_t distance) {
    tier.AddState(state);
    for (std::int64_t i = 0; i < kKeys; ++i) {
      const std::string key = EncodeToString("key" + std::to_string(i));
      const std::uint32_t group = KeyGroupOf(HashKey(key), kGroups);
      if (!groups.Contains(group)) continue;
      std::string entry;
      AppendEntryHeader(entry, group, state);
      tier.Put(entry + key, EncodeToString(Small{static_cast<std::uint32_t>(i) + distance}));
    }
  }

  /// What a new subtask has of the states in `tables`, all of operators that are called like them.
  Result<Entries> Restore(const RestorePoint& point, const RecoveryOptions& options,
                          const std::vector<StateDescriptor>& states, KeyGroupRange groups,
                          std::uint32_t max_parallelism = kGroups) {
    PENSTOCK_ASSIGN_OR_RETURN(const auto checkpoint, RestoredCheckpoint::Read(fs_, point, options));
    TaskRestore restore(fs_, checkpoint, kVertex, groups, max_parallelism);
    std::vector<std::unique_ptr<Described>> tables;
    for (const StateDescriptor& state : states) {
      tables.push_back(std::make_unique<Described>(state));
      PENSTOCK_RETURN_IF_ERROR(restore.AddOperator(state.operator_uid, {tables.back().get()}));
    }
    const auto tier = NewTier(groups);
    SnapshotFiles files(fs_);
    PENSTOCK_RETURN_IF_ERROR(restore.Import(*tier, files));
    Entries entries;
    for (const StateDescriptor& state : states) {
      const std::uint32_t id = StateIdOf(state.operator_uid, state.name);
      EXPECT_TRUE(restore.HasStored(id));
      tier->AddState(id);
      Collect(*tier, id, groups, entries);
    }
    return entries;
  }

  static void Collect(TierDatabase& tier, std::uint32_t state, KeyGroupRange groups,
                      Entries& entries) {
    const auto cursor = tier.NewCursor(state);
    std::string begin;
    AppendEntryHeader(begin, groups.begin, 0);
    for (cursor->Seek(begin); cursor->Valid(); cursor->Next()) {
      if (ReadBigEndian32(cursor->key().data() + 2) != state) continue;
      EXPECT_TRUE(groups.Contains(ReadBigEndian16(cursor->key().data())));
      EXPECT_TRUE(entries.emplace(cursor->key(), cursor->value()).second);
    }
  }

  /// The entries that the state of `uid` must have, with values made by `value`.
  template <typename MakeValue>
  static void Expect(const std::string& uid, MakeValue value, Entries& entries) {
    for (std::int64_t i = 0; i < kKeys; ++i) {
      const std::string key = EncodeToString("key" + std::to_string(i));
      std::string entry;
      AppendEntryHeader(entry, KeyGroupOf(HashKey(key), kGroups), StateIdOf(uid, "count"));
      entries[entry + key] = EncodeToString(value(static_cast<std::uint32_t>(i)));
    }
  }

  FileSystem& fs_ = PosixFileSystem();
  TempDir dir_;
  StateMemory memory_{64 << 20};
  int tiers_ = 0;
};

TEST_F(TaskRestoreTest, WhenTypeUidAndParallelismHaveChangedThenEveryEntryIsConvertedOnce) {
  const RestorePoint point = WriteCheckpoint({"before"});
  Entries found;
  for (std::uint32_t subtask = 0; subtask < 3; ++subtask) {
    const auto part = Restore(point, {false, {{"before", "now"}}}, {DescriptorOf<Grown>("now")},
                              GroupsOf(subtask, 3, kGroups));
    ASSERT_TRUE(part.ok()) << part.status().message();
    found.insert(part->begin(), part->end());
  }
  Entries expected;
  Expect(
      "now",
      [](std::uint32_t i) {
        return Grown{"new", i};
      },
      expected);
  EXPECT_EQ(found, expected);
}

TEST_F(TaskRestoreTest, WhenOnlyTheTypeHasChangedThenEntriesStayInTheirState) {
  const auto found =
      Restore(WriteCheckpoint({"count"}), {}, {DescriptorOf<Grown>("count")}, {0, kGroups});
  ASSERT_TRUE(found.ok()) << found.status().message();
  Entries expected;
  Expect(
      "count",
      [](std::uint32_t i) {
        return Grown{"new", i};
      },
      expected);
  EXPECT_EQ(*found, expected);
}

TEST_F(TaskRestoreTest, WhenTwoOperatorsChangeUidsThenTheyChangeState) {
  const auto found = Restore(WriteCheckpoint({"a", "b"}, 1000), {false, {{"a", "b"}, {"b", "a"}}},
                             {DescriptorOf<Small>("a"), DescriptorOf<Small>("b")}, {0, kGroups});
  ASSERT_TRUE(found.ok()) << found.status().message();
  Entries expected;
  Expect(
      "a", [](std::uint32_t i) { return Small{i + 1000}; }, expected);
  Expect(
      "b", [](std::uint32_t i) { return Small{i}; }, expected);
  EXPECT_EQ(*found, expected);
}

TEST_F(TaskRestoreTest, WhenAUidIsMappedAwayThenAnOperatorThatHasItNowIsNew) {
  const RestorePoint point = WriteCheckpoint({"a"});
  const auto checkpoint =
      RestoredCheckpoint::Read(fs_, point, RecoveryOptions{false, {{"a", "b"}}});
  ASSERT_TRUE(checkpoint.ok());
  EXPECT_THAT((*checkpoint)->Find(kVertex, "a"), IsEmpty());
  EXPECT_EQ((*checkpoint)->Find(kVertex, "b").size(), 2u);
}

TEST_F(TaskRestoreTest, WhenATypeCannotBeReadThenStateAndFieldAreNamed) {
  StateDescriptor other = DescriptorOf<Small>("count");
  other.value = {{"count", "string"}};
  EXPECT_THAT(
      Restore(WriteCheckpoint({"count"}), {}, {other}, {0, kGroups}).status().message(),
      HasSubstr("state 'count' of operator 'count' has changed: field 'count' was u32 and is "
                "string"));
}

TEST_F(TaskRestoreTest, WhenAValueIsDamagedThenTheRestoreFails) {
  const RestorePoint point = WriteCheckpoint({"count"});
  StateDescriptor wide = DescriptorOf<Small>("count");
  wide.value = {{"count", "u64"}};
  wide.evolution = {};
  EXPECT_TRUE(Restore(point, {}, {wide}, {0, kGroups}).ok());
  const std::string path = JoinPath(point.directory, point.tasks.front().files.at(1).name);
  std::string bytes = ReadFile(fs_, path).value();
  bytes[20] ^= 1;
  ASSERT_TRUE(WriteFileAtomically(fs_, path, bytes).ok());
  EXPECT_EQ(Restore(point, {}, {wide}, {0, kGroups}).status().code(), ErrorCode::kCorruption);
}

/// tests/golden/checkpoint-v1 was taken from jobs/flight_delays with version 1: "weekly" has panes.
TEST_F(TaskRestoreTest, WhenTheCheckpointIsOfVersion1ThenEveryKeyIsThereWithItsPanes) {
  const StoredCheckpoint stored =
      ReadStoredCheckpoint(fs_, std::string(PENSTOCK_GOLDEN) + "/checkpoint-v1").value();
  const auto tasks = ReadTaskMetadata(fs_, stored).value();
  std::set<std::string> keys;
  std::size_t panes = 0;
  std::optional<SnapshotTable> table;
  for (const SnapshotMetadata& task : tasks) {
    for (const SnapshotOperator& op : task.operators) {
      for (const SnapshotTable& part : op.tables) {
        if (part.name != "panes" || part.file.empty()) continue;
        table = part;
        const std::string path = JoinPath(stored.directory, part.file);
        ASSERT_TRUE(ReadSnapshotFile(fs_, path, part.entries, [&](auto key, auto) {
                      keys.emplace(key.substr(0, key.size() - 8));
                      ++panes;
                      return Status();
                    }).ok());
      }
    }
  }
  ASSERT_GT(panes, keys.size());
  const StateDescriptor now{"weekly", "panes", "panes", table->key, table->space, table->value};
  const std::uint32_t groups = tasks.front().max_parallelism;
  Entries found;
  for (std::uint32_t subtask = 0; subtask < 3; ++subtask) {
    const RestorePoint point{stored.manifest.checkpoint, stored.directory, false,
                             stored.manifest.tasks};
    const auto part = Restore(point, {}, {now}, GroupsOf(subtask, 3, groups), groups);
    ASSERT_TRUE(part.ok()) << part.status().message();
    found.insert(part->begin(), part->end());
  }
  EXPECT_EQ(found.size(), keys.size());
  for (const auto& [key, value] : found) panes -= ByteReader(value).Fixed<std::uint32_t>();
  EXPECT_EQ(panes, 0u);
}

}  // namespace
}  // namespace penstock
