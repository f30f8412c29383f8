#include "checkpoint/stored_entries.h"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/runtime/codec.h"
#include "api/runtime/key_traits.h"
#include "checkpoint/checkpoint_reader.h"
#include "checkpoint/snapshot_file.h"
#include "common/checksum.h"
#include "common/key_group.h"
#include "tests/support/temp_dir.h"

namespace penstock {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::uint32_t kGroups = 64;
constexpr std::uint32_t kParallelism = 2;
const Fingerprint kText = {{"value", "string"}};
const Fingerprint kNumber = {{"value", "i64"}};

/// Writes a checkpoint of one operator with the keyed state "panes": per word two panes.
class StoredEntriesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    CheckpointManifest manifest;
    manifest.job = JobId(1, 2);
    for (std::uint32_t subtask = 0; subtask < kParallelism; ++subtask) {
      manifest.tasks.push_back(WriteTask(subtask));
    }
    Write(kManifestFile, EncodeManifest(manifest));
  }

  TaskSnapshot WriteTask(std::uint32_t subtask) {
    SnapshotMetadata metadata;
    metadata.subtask = {VertexId(1), subtask};
    metadata.parallelism = kParallelism;
    metadata.max_parallelism = kGroups;
    metadata.key_hash_version = kKeyHashVersion;
    SnapshotTable table;
    table.name = "panes";
    table.kind = "panes";
    table.key = kText;
    table.space = {{"value", "timestamp"}};
    table.value = kNumber;
    TaskSnapshot task{metadata.subtask, {}};
    WriteTable(metadata.subtask, table, task);
    metadata.operators = {{"counts", "window", "12345678", {table}}};
    const std::string bytes = EncodeSnapshotMetadata(metadata);
    const std::string name = SnapshotMetadataName(metadata.subtask);
    Write(name, bytes);
    task.files.insert(task.files.begin(), {name, bytes.size(), Checksum(bytes)});
    return task;
  }

  void WriteTable(SubtaskId subtask, SnapshotTable& table, TaskSnapshot& task) {
    std::map<std::string, std::string> entries;
    for (std::int64_t i = 0; i < 20; ++i)
      AddEntries("word" + std::to_string(i), i, subtask, entries);
    SnapshotFileWriter writer(fs_, JoinPath(dir_.path(), SnapshotTableName(subtask, 1)));
    for (const auto& [key, value] : entries) ASSERT_TRUE(writer.Put(key, value).ok());
    const Result<WrittenFile> written = writer.Finish();
    ASSERT_TRUE(written.ok());
    table.file = SnapshotTableName(subtask, 1);
    table.entries = written->entries;
    table.size = written->size;
    table.checksum = written->checksum;
    task.files.push_back({table.file, table.size, table.checksum});
  }

  static void AddEntries(const std::string& word, std::int64_t value, SubtaskId subtask,
                         std::map<std::string, std::string>& entries) {
    const std::string key = EncodeToString(word);
    const std::uint32_t group = KeyGroupOf(HashKey(key), kGroups);
    if (SubtaskOfKeyGroup(group, kGroups, kParallelism) != subtask.index) return;
    for (const std::int64_t pane : {0, 1000}) {
      std::string entry;
      AppendBigEndian16(entry, static_cast<std::uint16_t>(group));
      entry += key;
      AppendOrdered64(entry, pane);
      entries[entry] = EncodeToString(value);
    }
  }

  void Write(const std::string& name, const std::string& bytes) {
    ASSERT_TRUE(WriteFileAtomically(fs_, JoinPath(dir_.path(), name), bytes).ok());
  }

  std::unique_ptr<StoredEntries> Open() {
    auto entries = OpenStoredEntries(fs_, dir_.path());
    EXPECT_TRUE(entries.ok()) << entries.status().message();
    return *std::move(entries);
  }

  FileSystem& fs_ = PosixFileSystem();
  TempDir dir_;
};

TEST_F(StoredEntriesTest, WhenListedThenSubtasksAreAddedUp) {
  const auto entries = Open();
  ASSERT_THAT(entries->states(), SizeIs(2));
  EXPECT_EQ(entries->states()[0].kind, "operator");
  EXPECT_EQ(entries->states()[0].bytes, 16u);
  const StoredState& panes = entries->states()[1];
  EXPECT_EQ(panes.operator_key, "counts");
  EXPECT_EQ(panes.operator_name, "window");
  EXPECT_EQ(panes.state, "panes");
  EXPECT_EQ(panes.key, kText);
  EXPECT_EQ(panes.entries, 40u);
}

TEST_F(StoredEntriesTest, WhenVisitedThenEveryEntryOfEverySubtaskIsThere) {
  std::map<std::string, std::string> seen;
  ASSERT_TRUE(Open()
                  ->ForEach("counts", "panes",
                            [&](std::string_view key, std::string_view value) {
                              seen.emplace(key, value);
                              return Status();
                            })
                  .ok());
  EXPECT_THAT(seen, SizeIs(40));
  std::string key = EncodeToString(std::string("word7"));
  AppendOrdered64(key, 1000);
  EXPECT_EQ(seen.at(key), EncodeToString(std::int64_t{7}));
}

TEST_F(StoredEntriesTest, WhenAKeyIsAskedForThenExactlyItsEntriesCome) {
  for (const std::string word : {"word1", "word12"}) {
    std::vector<std::string> seen;
    ASSERT_TRUE(Open()
                    ->Get("counts", "panes", EncodeToString(word),
                          [&](std::string_view key, std::string_view) {
                            ByteReader in(key);
                            seen.emplace_back(in.String());
                            return Status();
                          })
                    .ok());
    EXPECT_THAT(seen, ElementsAre(word, word));
  }
}

TEST_F(StoredEntriesTest, WhenTheVisitorFailsThenItsErrorComesBack) {
  EXPECT_EQ(
      Open()->ForEach("counts", "panes", [](auto, auto) { return Status::Cancelled(); }).code(),
      ErrorCode::kCancelled);
}

TEST_F(StoredEntriesTest, WhenThereIsNoSuchStateThenNotFound) {
  const Status status = Open()->ForEach("counts", "none", [](auto, auto) { return Status(); });
  EXPECT_EQ(status.code(), ErrorCode::kNotFound);
  EXPECT_EQ(status.message(), "the checkpoint has no state 'none' of an operator 'counts'");
}

TEST_F(StoredEntriesTest, WhenThereIsNoCheckpointThenNotFoundWithAHint) {
  const Status status = OpenStoredEntries(fs_, JoinPath(dir_.path(), "nowhere")).status();
  EXPECT_EQ(status.code(), ErrorCode::kNotFound);
  EXPECT_NE(status.hint(), "");
}

TEST_F(StoredEntriesTest, WhenFilesAreDamagedThenEachIsNamed) {
  const StoredCheckpoint checkpoint = ReadStoredCheckpoint(fs_, dir_.path()).value();
  EXPECT_THAT(FindDamage(fs_, checkpoint), IsEmpty());
  std::string bytes = ReadFile(fs_, JoinPath(dir_.path(), "1-0-1.sst")).value();
  bytes[bytes.size() / 2] ^= 1;
  Write("1-0-1.sst", bytes);
  ASSERT_TRUE(fs_.Remove(JoinPath(dir_.path(), "1-1-1.sst")).ok());
  EXPECT_THAT(FindDamage(fs_, checkpoint),
              ElementsAre(HasSubstr("1-0-1.sst has a wrong checksum"), HasSubstr("1-1-1.sst")));
}

TEST_F(StoredEntriesTest, WhenMetadataIsMissingThenTheCheckpointIsDamaged) {
  ASSERT_TRUE(fs_.Remove(JoinPath(dir_.path(), "1-0-0.meta")).ok());
  EXPECT_EQ(OpenStoredEntries(fs_, dir_.path()).status().code(), ErrorCode::kCorruption);
}

}  // namespace
}  // namespace penstock
