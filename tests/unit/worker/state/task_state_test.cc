// The keyed state of tasks on real files: snapshots, restores at other parallelisms, faults.

#include "worker/task/task_state.h"

#include <fstream>
#include <map>
#include <random>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/faulty_file_system.h"
#include "tests/support/stored_state.h"

namespace penstock {
namespace {

using ::testing::HasSubstr;
using testing::ReadCheckpoint;
using testing::StatefulTask;
using Reference = std::map<std::string, std::uint64_t>;

/// A job of such subtasks beside a std::map that gets the same operations.
class Job {
 public:
  explicit Job(std::uint32_t parallelism) { Start(parallelism, nullptr); }

  void Change(std::mt19937_64& random, int count) {
    for (int i = 0; i < count; ++i) {
      const std::string key = "key-" + std::to_string(random() % 3000);
      if (random() % 4 == 0) {
        reference_.erase(key);
        Owner(key).Erase(key);
      } else {
        reference_[key] = random();
        Owner(key).Set(key, reference_[key]);
      }
    }
  }
  void Evict(double share) {
    for (auto& task : tasks_) task->table().Evict(share);
  }
  /// All subtasks into one directory, from which `parallelism` new ones start.
  void Rescale(std::uint32_t parallelism) {
    const std::string directory = scratch_.path() + "/checkpoint-" + std::to_string(++number_);
    ASSERT_TRUE(PosixFileSystem().MakeDirectories(directory).ok());
    std::vector<TaskSnapshot> snapshots;
    for (auto& task : tasks_) {
      auto [stored, written] = task->Snapshot(directory);
      ASSERT_TRUE(written.ok()) << written.status().message();
      snapshots.push_back(written->snapshot);
    }
    const auto checkpoint = ReadCheckpoint(PosixFileSystem(), directory, snapshots);
    ASSERT_TRUE(checkpoint.ok()) << checkpoint.status().message();
    Start(parallelism, *checkpoint);
  }
  void ExpectEqual() {
    for (int i = 0; i < 3000; ++i) {
      const std::string key = "key-" + std::to_string(i);
      const auto expected = reference_.find(key);
      ASSERT_EQ(Owner(key).Get(key), expected == reference_.end() ? 0 : expected->second) << key;
    }
  }
  std::vector<std::unique_ptr<StatefulTask>>& tasks() { return tasks_; }

 private:
  void Start(std::uint32_t parallelism, std::shared_ptr<const RestoredCheckpoint> restore) {
    tasks_.clear();
    for (std::uint32_t i = 0; i < parallelism; ++i) {
      tasks_.push_back(std::make_unique<StatefulTask>(StatefulTask::Setup{
          .subtask = i,
          .parallelism = parallelism,
          .directory = scratch_.path() + "/state-" + std::to_string(++number_)}));
      const Status opened = tasks_.back()->Open(restore);
      ASSERT_TRUE(opened.ok()) << opened.message();
    }
  }
  StatefulTask& Owner(const std::string& key) {
    for (auto& task : tasks_) {
      if (task->Owns(key)) return *task;
    }
    throw std::logic_error("nobody owns " + key);
  }

  TempDir scratch_;
  int number_ = 0;
  std::vector<std::unique_ptr<StatefulTask>> tasks_;
  Reference reference_;
};

TEST(TaskStateTest, WhenRescaledAtRandomBetweenRandomOperationsThenStateEqualsAMap) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    Job job(2);
    for (int step = 0; step < 7; ++step) {
      job.Change(random, static_cast<int>(random() % 3000));
      if (random() % 2 == 0) job.Evict(static_cast<double>(random() % 101) / 100);
      if (random() % 2 == 0) {
        for (auto& task : job.tasks()) task->table().Fill(random() % 1000);
      }
      job.Rescale(1 + random() % 5);
      if (::testing::Test::HasFatalFailure()) return;
    }
    job.ExpectEqual();
  }
}

class SnapshotTest : public ::testing::Test {
 protected:
  std::string Directory(const std::string& name) {
    const std::string path = scratch_.path() + "/" + name;
    EXPECT_TRUE(PosixFileSystem().MakeDirectories(path).ok());
    return path;
  }
  StatefulTask::Setup Setup(FileSystem& fs = PosixFileSystem()) {
    return {.directory = scratch_.path() + "/state-" + std::to_string(++number_), .fs = &fs};
  }
  Reference ContentOf(const std::string& directory, const TaskSnapshot& snapshot) {
    Reference content;
    const auto checkpoint = ReadCheckpoint(PosixFileSystem(), directory, {snapshot});
    StatefulTask task(Setup());
    if (!checkpoint.ok() || !task.Open(*checkpoint).ok()) return content;
    while (!task.table().Fill(1000)) {
    }
    task.table().ForEach([&](auto& entry) { content[entry.key()] = entry.value(); });
    return content;
  }

  TempDir scratch_;
  int number_ = 0;
};

TEST_F(SnapshotTest, WhenLittleHasChangedThenLittleIsWrittenAndTheRestIsLinked) {
  StatefulTask task(Setup());
  ASSERT_TRUE(task.Open().ok());
  for (int i = 0; i < 20'000; ++i) task.Set("key-" + std::to_string(i), 1);
  const auto first = task.Snapshot(Directory("1")).second;
  ASSERT_TRUE(first.ok());
  for (int i = 0; i < 10; ++i) task.Set("key-" + std::to_string(i), 2);
  const auto second = task.Snapshot(Directory("2")).second;
  ASSERT_TRUE(second.ok());
  EXPECT_GT(first->new_bytes, 400'000U);
  EXPECT_LT(second->new_bytes, 20'000U);
  std::uint64_t full = 0;
  for (const SnapshotFile& file : second->snapshot.files) full += file.size;
  EXPECT_GT(full, first->new_bytes);
  // A checkpoint that is deleted takes nothing from the others.
  ASSERT_TRUE(PosixFileSystem().RemoveTree(scratch_.path() + "/1").ok());
  const Reference content = ContentOf(scratch_.path() + "/2", second->snapshot);
  EXPECT_EQ(content.size(), 20'000U);
  EXPECT_EQ(content.at("key-3"), 2U);
  EXPECT_EQ(content.at("key-30"), 1U);
}

TEST_F(SnapshotTest, WhenAnyOperationFailsOnceThenTheSnapshotIsDeclinedAndTheNextOneIsWhole) {
  std::uint64_t operations = 0;
  int declines = 0;
  for (std::uint64_t failing = 0; failing <= operations; ++failing) {
    SCOPED_TRACE("operation " + std::to_string(failing));
    FaultyFileSystem fs(PosixFileSystem());
    StatefulTask task(Setup(fs));
    ASSERT_TRUE(task.Open().ok());
    for (int i = 0; i < 200; ++i) task.Set("key-" + std::to_string(i), 1);
    ASSERT_TRUE(task.Snapshot(Directory("a" + std::to_string(failing))).second.ok());
    for (int i = 0; i < 300; i += 3) task.Set("key-" + std::to_string(i), 2);
    for (int i = 1; i < 200; i += 3) task.Erase("key-" + std::to_string(i));
    const std::uint64_t before = fs.mutations();
    if (failing > 0) fs.FailMutation(before + failing, FaultAction::kError, ENOSPC);
    const auto declined = task.Snapshot(Directory("b" + std::to_string(failing))).second;
    if (failing == 0) {
      operations = fs.mutations() - before;
      ASSERT_GT(operations, 3U);
    }
    // A link that fails is replaced by a copy, and a clean-up that fails does no harm.
    if (!declined.ok()) ++declines;
    task.Set("key-1", 3);
    const std::string directory = Directory("c" + std::to_string(failing));
    const auto whole = task.Snapshot(directory).second;
    ASSERT_TRUE(whole.ok()) << whole.status().message();
    const Reference content = ContentOf(directory, whole->snapshot);
    EXPECT_EQ(content.size(), 67U + 66U + 1U + 33U);
    EXPECT_EQ(content.at("key-1"), 3U);
    EXPECT_EQ(content.at("key-297"), 2U);
  }
  EXPECT_GE(declines, 5);
}

TEST_F(SnapshotTest, WhenAFileOfTheCheckpointIsNotWhatItWasThenTheRestoreIsRefused) {
  StatefulTask task(Setup());
  ASSERT_TRUE(task.Open().ok());
  for (int i = 0; i < 200'000; ++i) task.Set("key-" + std::to_string(i), 1);
  const std::string directory = Directory("1");
  const auto written = task.Snapshot(directory).second;
  ASSERT_TRUE(written.ok());
  const auto restore = [&]() -> Status {
    const auto checkpoint = ReadCheckpoint(PosixFileSystem(), directory, {written->snapshot});
    if (!checkpoint.ok()) return checkpoint.status();
    StatefulTask restored(Setup());
    return restored.Open(*checkpoint);
  };
  ASSERT_TRUE(restore().ok());
  for (const SnapshotFile& file : written->snapshot.files) {
    const std::string path = directory + "/" + file.name;
    const std::string good = ReadFile(PosixFileSystem(), path).value();
    const auto write = [&](std::string_view bytes) {
      std::ofstream(path, std::ios::binary)
          .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    };
    write(std::string_view(good).substr(0, good.size() - 1));
    EXPECT_EQ(restore().code(), ErrorCode::kCorruption) << "truncated " << path;
    write(good + "x");
    EXPECT_EQ(restore().code(), ErrorCode::kCorruption) << "extended " << path;
    std::string flipped = good;
    flipped[flipped.size() - 10] ^= 1;
    write(flipped);
    EXPECT_EQ(restore().code(), ErrorCode::kCorruption) << "another end " << path;
    ASSERT_TRUE(PosixFileSystem().Remove(path).ok());
    EXPECT_EQ(restore().code(), ErrorCode::kCorruption) << "missing " << path;
    write(good);
    ASSERT_TRUE(restore().ok());
  }
}

TEST_F(SnapshotTest, WhenABitInsideALargeFileIsFlippedThenReadingThatBlockFails) {
  StatefulTask task(Setup());
  ASSERT_TRUE(task.Open().ok());
  for (int i = 0; i < 200'000; ++i) task.Set("key-" + std::to_string(i), 1);
  const std::string directory = Directory("1");
  const auto written = task.Snapshot(directory).second;
  ASSERT_TRUE(written.ok());
  ASSERT_EQ(written->snapshot.files.size(), 2U);
  ASSERT_GT(written->snapshot.files[1].size, 2U << 20);
  const std::string path = directory + "/" + written->snapshot.files[1].name;
  std::string bytes = ReadFile(PosixFileSystem(), path).value();
  bytes[bytes.size() / 2] ^= 1;
  ASSERT_TRUE(PosixFileSystem().Remove(path).ok());
  std::ofstream(path, std::ios::binary) << bytes;
  const auto checkpoint = ReadCheckpoint(PosixFileSystem(), directory, {written->snapshot});
  ASSERT_TRUE(checkpoint.ok());
  StatefulTask restored(Setup());
  ASSERT_TRUE(restored.Open(*checkpoint).ok());
  try {
    while (!restored.table().Fill(1000)) {
    }
    FAIL() << "a damaged block was read";
  } catch (const StateError& error) {
    EXPECT_EQ(error.status().code(), ErrorCode::kCorruption);
    EXPECT_THAT(error.status().message(), HasSubstr("checksum mismatch"));
  }
}

TEST_F(SnapshotTest, WhenABitInTheFirstOrLastBlockIsFlippedThenTheRestoreIsRefused) {
  StatefulTask task(Setup());
  ASSERT_TRUE(task.Open().ok());
  for (int i = 0; i < 200'000; ++i) task.Set("key-" + std::to_string(i), 1);
  const std::string directory = Directory("1");
  const auto written = task.Snapshot(directory).second;
  ASSERT_TRUE(written.ok());
  const std::string path = directory + "/" + written->snapshot.files[1].name;
  const std::string good = ReadFile(PosixFileSystem(), path).value();
  std::string flipped = good;
  flipped[100] ^= 1;
  ASSERT_TRUE(PosixFileSystem().Remove(path).ok());
  std::ofstream(path, std::ios::binary) << flipped;
  const auto checkpoint = ReadCheckpoint(PosixFileSystem(), directory, {written->snapshot});
  ASSERT_TRUE(checkpoint.ok());
  StatefulTask restored(Setup());
  EXPECT_EQ(restored.Open(*checkpoint).code(), ErrorCode::kCorruption);
}

TEST_F(SnapshotTest, WhenAnotherJobHasAnotherMaximumThenTheRestoreSaysWhatToDo) {
  StatefulTask task(Setup());
  ASSERT_TRUE(task.Open().ok());
  task.Set("a", 1);
  const std::string directory = Directory("1");
  auto written = task.Snapshot(directory).second;
  ASSERT_TRUE(written.ok());
  const auto checkpoint = ReadCheckpoint(PosixFileSystem(), directory, {written->snapshot});
  ASSERT_TRUE(checkpoint.ok());
  TaskIdentity identity{.job = JobId(1, 2),
                        .job_name = "job",
                        .generation = Generation(1),
                        .subtask = {VertexId(1), 0},
                        .parallelism = 1,
                        .max_parallelism = 128,
                        .state_directory = scratch_.path() + "/other",
                        .file_system = PosixFileSystem(),
                        .clock = SystemClock::Instance()};
  StateMemory memory(8 << 20);
  identity.memory = &memory;
  TaskState state(identity);
  StatefulTask::Table table(task.table().descriptor(), {0, 128}, 128);
  const Status opened = state.Open({{"numbers", {&table}}}, *checkpoint);
  EXPECT_THAT(opened.message(), HasSubstr("maximum parallelism of 64, the job has 128"));
  EXPECT_THAT(opened.hint(), HasSubstr("pipeline.max-parallelism=64"));
}

TEST_F(SnapshotTest, WhenTheTablesOutgrowTheirShareThenTheyAreEvictedAndNothingIsLost) {
  StatefulTask::Setup setup = Setup();
  setup.table_bytes = 1 << 20;
  StatefulTask task(setup);
  ASSERT_TRUE(task.Open().ok());
  for (int i = 0; i < 60'000; ++i) {
    task.Set("key-" + std::to_string(i), static_cast<std::uint64_t>(i) + 1);
    if (i % 100 == 0) ASSERT_TRUE(task.state().Balance(/*snapshot_in_flight=*/false).ok());
    ASSERT_LT(task.state().bytes(), (1U << 20) + 200'000);
  }
  EXPECT_LT(task.table().size(), 30'000U);
  for (int i = 0; i < 60'000; ++i) {
    ASSERT_EQ(task.Get("key-" + std::to_string(i)), static_cast<std::uint64_t>(i) + 1);
    if (i % 100 == 0) ASSERT_TRUE(task.state().Balance(/*snapshot_in_flight=*/false).ok());
  }
}

}  // namespace
}  // namespace penstock
