#include "checkpoint/stored_entries.h"

#include <algorithm>
#include <map>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rocksdb/sst_file_writer.h>

#include "api/runtime/codec.h"
#include "checkpoint/checkpoint_reader.h"
#include "checkpoint/value_json.h"
#include "common/checksum.h"
#include "common/entry_key.h"
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
const Fingerprint kWindowTime = {
    {"window.start", "timestamp"}, {"window.end", "timestamp"}, {"time", "timestamp"}};
const Fingerprint kWindowChunk = {
    {"window.start", "timestamp"}, {"window.end", "timestamp"}, {"chunk", "u32"}};
constexpr std::int64_t kWindow[] = {-10, 20};

/// Writes a checkpoint of one operator with a number and two timers per word, and for a window of
/// each a timer and a piece of a list.
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
    const SnapshotTable number{"number", "value", kText, {}, kNumber, "", 0};
    const SnapshotTable timers{"timers", "timers", kText, {{"value", "timestamp"}}, {}, "", 0};
    const SnapshotTable of_windows{"window-timers", "window-timers", kText, kWindowTime, {}, "", 0};
    const SnapshotTable lists{"lists", "window-list", kText, kWindowChunk, kNumber, "", 0};
    metadata.operators = {{"counts", "process", "12345678", {number, timers, of_windows, lists}}};
    TaskSnapshot task{metadata.subtask, {}};
    WriteTree(metadata, task);
    const std::string bytes = EncodeSnapshotMetadata(metadata);
    const std::string name = SnapshotMetadataName(metadata.subtask);
    Write(name, bytes);
    task.files.insert(task.files.begin(), {name, bytes.size(), Checksum(bytes)});
    return task;
  }

  /// One part, of one table file.
  void WriteTree(SnapshotMetadata& metadata, TaskSnapshot& task) {
    std::map<std::string, std::string> entries;
    for (std::int64_t i = 0; i < 20; ++i) {
      AddEntries("word" + std::to_string(i), i, metadata.subtask, entries);
    }
    PartFile file;
    file.name = SnapshotTableName(metadata.subtask, 1);
    file.smallest_key = entries.begin()->first;
    file.largest_key = entries.rbegin()->first;
    const std::string path = JoinPath(dir_.path(), file.name);
    rocksdb::SstFileWriter writer{rocksdb::EnvOptions(), rocksdb::Options()};
    ASSERT_TRUE(writer.Open(path).ok());
    for (const auto& [key, value] : entries) ASSERT_TRUE(writer.Put(key, value).ok());
    ASSERT_TRUE(writer.Finish().ok());
    SnapshotPart& part = metadata.parts.emplace_back();
    part.groups = KeyGroupRangeOf(metadata.subtask.index, kGroups, kParallelism);
    part.states = {StateIdOf("counts", "number"), StateIdOf("counts", "timers"),
                   StateIdOf("counts", "window-timers"), StateIdOf("counts", "lists")};
    std::sort(part.states.begin(), part.states.end());
    part.files = {file};
    const std::string bytes = ReadFile(fs_, path).value();
    task.files.push_back({file.name, bytes.size(), Checksum(bytes)});
  }

  static void AddEntries(const std::string& word, std::int64_t value, SubtaskId subtask,
                         std::map<std::string, std::string>& entries) {
    const std::string key = EncodeToString(word);
    const std::uint32_t group = KeyGroupOf(HashKey(key), kGroups);
    if (SubtaskOfKeyGroup(group, kGroups, kParallelism) != subtask.index) return;
    std::string number;
    AppendEntryHeader(number, group, StateIdOf("counts", "number"));
    entries[number + key] = EncodeToString(value);
    for (const std::int64_t time : {0, 1000}) {
      std::string timer;
      AppendEntryHeader(timer, group, StateIdOf("counts", "timers"));
      AppendOrdered64(timer, time);
      entries[timer + key] = "";
    }
    const std::string window = EncodeToString(kWindow[0]) + EncodeToString(kWindow[1]);
    std::string timer;
    AppendEntryHeader(timer, group, StateIdOf("counts", "window-timers"));
    AppendOrdered64(timer, -5);
    entries[timer + key + window] = "";
    std::string piece;
    AppendEntryHeader(piece, group, StateIdOf("counts", "lists"));
    piece += key + window;
    AppendBigEndian32(piece, 3);
    entries[piece] = EncodeToString(value);
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

TEST_F(StoredEntriesTest, WhenMeasuredThenSubtasksAreAddedUp) {
  const auto entries = Open();
  ASSERT_TRUE(entries->Measure().ok());
  ASSERT_THAT(entries->states(), SizeIs(5));
  EXPECT_EQ(entries->states()[0].kind, "operator");
  EXPECT_EQ(entries->states()[0].bytes, 16u);
  const StoredState& number = entries->states()[1];
  EXPECT_EQ(number.operator_key, "counts");
  EXPECT_EQ(number.operator_name, "process");
  EXPECT_EQ(number.state, "number");
  EXPECT_EQ(number.key, kText);
  EXPECT_EQ(number.entries, 20u);
  EXPECT_EQ(number.bytes, 10 * (9u + 8) + 10 * (10u + 8));
  EXPECT_EQ(entries->states()[2].entries, 40u);
}

TEST_F(StoredEntriesTest, WhenVisitedThenEveryEntryOfEverySubtaskIsThere) {
  std::map<std::string, std::string> seen;
  ASSERT_TRUE(Open()
                  ->ForEach("counts", "number",
                            [&](std::string_view key, std::string_view value) {
                              seen.emplace(key, value);
                              return Status();
                            })
                  .ok());
  EXPECT_THAT(seen, SizeIs(20));
  EXPECT_EQ(seen.at(EncodeToString(std::string("word7"))), EncodeToString(std::int64_t{7}));
}

TEST_F(StoredEntriesTest, WhenAKeyIsAskedForThenExactlyItsEntriesCome) {
  for (const std::string word : {"word1", "word12"}) {
    for (const auto& [state, times] : {std::pair("number", 1), std::pair("timers", 2)}) {
      std::vector<std::string> seen;
      ASSERT_TRUE(Open()
                      ->Get("counts", state, EncodeToString(word),
                            [&](std::string_view key, std::string_view) {
                              ByteReader in(key);
                              seen.emplace_back(in.String());
                              return Status();
                            })
                      .ok());
      EXPECT_EQ(seen, std::vector<std::string>(times, word)) << state;
    }
  }
}

TEST_F(StoredEntriesTest, WhenEntriesBelongToWindowsThenTheirNamespacesReadAsTheirTypes) {
  for (const auto& [state, layout, json] :
       {std::tuple("window-timers", kWindowTime, R"("time":"1969-12-31T23:59:59.995Z")"),
        std::tuple("lists", kWindowChunk, R"("chunk":3)")}) {
    std::vector<std::string> seen;
    const Status read = Open()->Get(
        "counts", state, EncodeToString(std::string("word1")),
        [&](std::string_view key, std::string_view) -> Status {
          ByteReader in(key);
          if (in.String() != "word1") return {};  // others of the key group
          PENSTOCK_ASSIGN_OR_RETURN(const ValueLayout space, ValueLayout::Parse(layout));
          PENSTOCK_ASSIGN_OR_RETURN(seen.emplace_back(), NamespaceToJson(space, in.rest()));
          return {};
        });
    EXPECT_TRUE(read.ok()) << read.message();
    EXPECT_THAT(seen, ElementsAre(HasSubstr(json))) << state;
    EXPECT_THAT(seen, ElementsAre(HasSubstr(R"("end":"1970-01-01T00:00:00.020Z")"))) << state;
  }
}

TEST_F(StoredEntriesTest, WhenTheCheckpointIsOfVersion1ThenItsPanesComeByKey) {
  const auto entries =
      OpenStoredEntries(fs_, std::string(PENSTOCK_GOLDEN) + "/checkpoint-v1").value();
  ASSERT_TRUE(entries->Measure().ok());
  const auto& states = entries->states();
  const auto panes = std::find_if(states.begin(), states.end(),
                                  [](const StoredState& state) { return state.state == "panes"; });
  ASSERT_NE(panes, states.end());
  EXPECT_TRUE(panes->space.empty());
  const ValueLayout layout = ValueLayout::Parse(panes->value).value();
  std::uint64_t seen = 0;
  ASSERT_TRUE(entries
                  ->ForEach("weekly", "panes",
                            [&](std::string_view, std::string_view value) {
                              ++seen;
                              return ValueToJson(layout, value).status();
                            })
                  .ok());
  EXPECT_EQ(seen, panes->entries);
  EXPECT_GT(seen, 0u);
}

TEST_F(StoredEntriesTest, WhenTheVisitorFailsThenItsErrorComesBack) {
  EXPECT_EQ(
      Open()->ForEach("counts", "number", [](auto, auto) { return Status::Cancelled(); }).code(),
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
