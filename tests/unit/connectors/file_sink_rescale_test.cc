#include <algorithm>
#include <cstdint>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/runtime/sink_operator.h"
#include "connectors/file/file_sink.h"
#include "tests/support/operator_harness.h"
#include "tests/support/temp_dir.h"

namespace penstock {
namespace {

using testing::HarnessSetup;
using testing::HarnessSnapshot;
using testing::OperatorHarness;
using ::testing::UnorderedElementsAre;

using Harness = OperatorHarness<std::string, std::string>;
using Rows = std::vector<std::string>;
using Snapshots = std::vector<HarnessSnapshot>;

const JobId kFirst(1, 2);
const JobId kSecond(0xabcdef0123456789, 4);

/// All subtasks of a file sink in one run of a job.
class SinkRun {
 public:
  SinkRun(const std::string& directory, JobId job, std::uint64_t generation,
          std::uint32_t parallelism, const Snapshots* from = nullptr) {
    const Harness::Make make = [directory] {
      return std::make_unique<SinkOperatorOf<std::string>>(
          std::make_shared<const TextFileSink>(FileSink::text(directory)));
    };
    for (std::uint32_t subtask = 0; subtask < parallelism; ++subtask) {
      const HarnessSetup setup{job, Generation(generation), subtask, parallelism};
      subtasks_.push_back(from == nullptr ? std::make_unique<Harness>(make, setup)
                                          : std::make_unique<Harness>(make, setup, *from));
      Check(*subtasks_.back());
    }
  }

  void Write(std::uint32_t subtask, const std::string& row) { subtasks_[subtask]->Process(row); }
  /// Of all subtasks; decided, but nobody is told yet.
  Snapshots Checkpoint() {
    Snapshots snapshots;
    for (const auto& subtask : subtasks_) {
      snapshots.push_back(subtask->Snapshot());
      Check(*subtask);
    }
    return snapshots;
  }
  void Commit(const Snapshots& snapshots) {
    for (std::uint32_t i = 0; i < subtasks_.size(); ++i) {
      subtasks_[i]->NotifyCompleted(snapshots[i].checkpoint);
      Check(*subtasks_[i]);
    }
  }
  std::uint32_t parallelism() const { return static_cast<std::uint32_t>(subtasks_.size()); }

 private:
  static void Check(Harness& subtask) {
    EXPECT_TRUE(subtask.status().ok()) << subtask.status().message();
  }

  std::vector<std::unique_ptr<Harness>> subtasks_;
};

class FileSinkRescaleTest : public ::testing::Test {
 protected:
  Rows Names() { return PosixFileSystem().List(out_).value(); }
  Rows Unfinished() {
    Rows names = Names();
    std::erase_if(names, [](const std::string& name) { return !name.starts_with('.'); });
    return names;
  }
  /// All committed rows, sorted.
  Rows Committed() {
    Rows rows;
    for (const std::string& name : Names()) {
      if (!name.starts_with("part-")) continue;
      const std::string content = ReadFile(PosixFileSystem(), JoinPath(out_, name)).value();
      for (std::size_t begin = 0; begin < content.size();) {
        const std::size_t end = content.find('\n', begin);
        rows.push_back(content.substr(begin, end - begin));
        begin = end + 1;
      }
    }
    std::sort(rows.begin(), rows.end());
    return rows;
  }

  TempDir dir_;
  const std::string out_ = dir_ / "out";
};

TEST_F(FileSinkRescaleTest, WhenParallelismChangesThenPendingPartsAreCommittedAndNamesAreNew) {
  Snapshots snapshots;
  {
    SinkRun run(out_, kFirst, 1, 2);
    run.Write(0, "a");
    run.Commit(run.Checkpoint());
    run.Write(0, "b");
    run.Write(1, "c");
    snapshots = run.Checkpoint();
  }
  EXPECT_EQ(Committed(), (Rows{"a"}));
  {
    SinkRun run(out_, kFirst, 2, 3, &snapshots);
    EXPECT_EQ(Committed(), (Rows{"a", "b", "c"}));
    for (std::uint32_t i = 0; i < 3; ++i) run.Write(i, "d" + std::to_string(i));
    snapshots = run.Checkpoint();
  }
  SinkRun run(out_, kFirst, 3, 1, &snapshots);
  EXPECT_EQ(Committed(), (Rows{"a", "b", "c", "d0", "d1", "d2"}));
  run.Write(0, "e");
  run.Commit(run.Checkpoint());
  EXPECT_THAT(Names(), UnorderedElementsAre("part-00000-00000000.txt", "part-00000-00000001.txt",
                                            "part-00000-00000002.txt", "part-00000-00000003.txt",
                                            "part-00001-00000000.txt", "part-00001-00000002.txt",
                                            "part-00002-00000002.txt"));
}

TEST_F(FileSinkRescaleTest, WhenSubtasksAreGoneThenOthersRemoveTheirUnfinishedParts) {
  Snapshots snapshots;
  {
    SinkRun run(out_, kFirst, 1, 3);
    for (std::uint32_t i = 0; i < 3; ++i) run.Write(i, "kept");
    snapshots = run.Checkpoint();
    for (std::uint32_t i = 0; i < 3; ++i) run.Write(i, "lost with the crash");
  }
  EXPECT_EQ(Unfinished().size(), 6U);
  const SinkRun run(out_, kFirst, 2, 2, &snapshots);
  EXPECT_EQ(Committed(), (Rows{"kept", "kept", "kept"}));
  EXPECT_EQ(Unfinished(), Rows{});
}

TEST_F(FileSinkRescaleTest, WhenAnotherJobBeginsWithTheStateThenBothCanWriteOn) {
  for (const std::uint32_t parallelism : {2U, 3U}) {
    ASSERT_TRUE(PosixFileSystem().RemoveTree(out_).ok());
    SinkRun first(out_, kFirst, 1, 2);
    for (std::uint32_t i = 0; i < 2; ++i) first.Write(i, "a");
    const Snapshots savepoint = first.Checkpoint();
    first.Write(0, "b");
    const Rows unfinished{".part-00000-00000001-" + ToString(kFirst) + "-g1.inprogress"};

    Snapshots later;
    {
      SinkRun second(out_, kSecond, 1, parallelism, &savepoint);
      EXPECT_EQ(Committed(), (Rows{"a", "a"}));
      EXPECT_EQ(Unfinished(), unfinished);
      second.Write(0, "c");
      later = second.Checkpoint();
      second.Commit(later);
      second.Write(0, "lost with the crash");
    }
    first.Commit(savepoint);
    first.Commit(first.Checkpoint());
    SinkRun second(out_, kSecond, 2, parallelism, &later);
    second.Write(0, "d");
    second.Commit(second.Checkpoint());
    EXPECT_EQ(Committed(), (Rows{"a", "a", "b", "c", "d"}));
    EXPECT_THAT(Names(),
                UnorderedElementsAre("part-00000-00000000.txt", "part-00000-00000001.txt",
                                     "part-00001-00000000.txt", "part-00000-00000001-abcdef01.txt",
                                     "part-00000-00000002-abcdef01.txt"));
  }
}

TEST_F(FileSinkRescaleTest, WhenRunsOfAnyParallelismFailThenEveryRowIsCommittedOnce) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    ASSERT_TRUE(PosixFileSystem().RemoveTree(out_).ok());
    std::mt19937_64 random(seed);
    int next_row = 0;     // of the running attempt
    int decided_row = 0;  // of the last decided checkpoint
    Snapshots decided;
    for (std::uint64_t generation = 1; generation <= 8; ++generation) {
      next_row = decided_row;
      SinkRun run(out_, kFirst, generation, static_cast<std::uint32_t>(1 + random() % 4),
                  decided.empty() ? nullptr : &decided);
      for (auto steps = random() % 12; steps > 0 || generation == 8; --steps) {
        for (auto rows = random() % 4; rows > 0; --rows) {
          run.Write(static_cast<std::uint32_t>(random() % run.parallelism()),
                    std::to_string(next_row++));
        }
        if (random() % 3 == 0) {
          decided = run.Checkpoint();
          decided_row = next_row;
          if (random() % 2 == 0) run.Commit(decided);
        }
        if (generation == 8) break;
      }
    }
    const SinkRun last(out_, kFirst, 9, 2, decided.empty() ? nullptr : &decided);
    Rows expected;
    for (int row = 0; row < decided_row; ++row) expected.push_back(std::to_string(row));
    std::sort(expected.begin(), expected.end());
    EXPECT_EQ(Committed(), expected);
    EXPECT_EQ(Unfinished(), Rows{});
  }
}

}  // namespace
}  // namespace penstock
