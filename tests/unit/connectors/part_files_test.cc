#include "connectors/file/part_files.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/bytes.h"
#include "common/faulty_file_system.h"
#include "connectors/file/part_commit.h"
#include "tests/support/temp_dir.h"

namespace penstock {
namespace {

using ::testing::HasSubstr;
using Strings = std::vector<std::string>;

const JobId kJob(1, 2);

std::string InProgress(const std::string& part, int generation, JobId job = kJob) {
  return ".part-" + part + "-" + ToString(job) + "-g" + std::to_string(generation) + ".inprogress";
}

/// As subtask 0, of as many as there were.
OperatorRestore Stored(const std::string& state, std::uint32_t parallelism) {
  OperatorRestore restore;
  if (!state.empty()) restore.states.push_back({0, state});
  restore.old_parallelism = restore.parallelism = parallelism;
  return restore;
}

/// What a checkpoint of the sink holds.
struct Snapshot {
  std::string state;
  Strings committables;
  int rows_written = 0;
};

class PartFilesTest : public ::testing::Test {
 protected:
  Result<std::unique_ptr<PartFiles>> Open(FileSystem& fs, std::uint64_t generation,
                                          const std::string& state = "") {
    return PartFiles::Open(fs, {out_, ".csv", "h\n", 12}, {kJob, 0, 2, Generation(generation)},
                           Stored(state, 2));
  }
  Strings Names() { return posix_.List(out_).value(); }
  /// All committed rows, in order, after a check that each part has its header.
  std::string Committed() {
    std::string rows;
    for (const std::string& name : Names()) {
      if (!name.starts_with("part-")) continue;
      const std::string content = ReadFile(posix_, JoinPath(out_, name)).value();
      EXPECT_TRUE(content.starts_with("h\n"));
      rows += content.substr(2);
    }
    return rows;
  }

  FileSystem& posix_ = PosixFileSystem();
  TempDir dir_;
  const std::string out_ = dir_ / "a/out";
};

TEST_F(PartFilesTest, WhenACheckpointIsCommittedThenItsRowsAreVisibleAndNotBefore) {
  auto parts = std::move(Open(posix_, 3)).value();
  ASSERT_TRUE(parts->Append("", "one\n").ok());
  EXPECT_EQ(Strings{InProgress("00000-00000000", 3)}, Names());
  Strings committables;
  ASSERT_TRUE(parts->PreCommit(committables).ok());
  ASSERT_EQ(1U, committables.size());
  EXPECT_EQ("", Committed());
  ASSERT_TRUE(parts->Commit(committables[0]).ok());
  ASSERT_TRUE(parts->Commit(committables[0]).ok());  // again
  EXPECT_EQ(Strings{"part-00000-00000000.csv"}, Names());
  EXPECT_EQ("one\n", Committed());
}

TEST_F(PartFilesTest, WhenNothingWasWrittenThenThereIsNothingToCommit) {
  auto parts = std::move(Open(posix_, 1)).value();
  Strings committables;
  ASSERT_TRUE(parts->PreCommit(committables).ok());
  EXPECT_TRUE(committables.empty());
  EXPECT_TRUE(Names().empty());
}

TEST_F(PartFilesTest, WhenAPartIsFullThenTheNextOneIsBegun) {
  auto parts = std::move(Open(posix_, 1)).value();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(parts->Append("", "12345\n").ok());
  Strings committables;
  ASSERT_TRUE(parts->PreCommit(committables).ok());
  EXPECT_EQ(3U, committables.size());
  for (const std::string& part : committables) ASSERT_TRUE(parts->Commit(part).ok());
  EXPECT_EQ("12345\n12345\n12345\n12345\n12345\n", Committed());
}

TEST_F(PartFilesTest, WhenSourceAndTargetAreGoneThenTheCommitNamesThem) {
  auto parts = std::move(Open(posix_, 1)).value();
  Strings committables;
  ASSERT_TRUE(parts->Append("", "one\n").ok());
  ASSERT_TRUE(parts->PreCommit(committables).ok());
  ASSERT_TRUE(posix_.Remove(JoinPath(out_, InProgress("00000-00000000", 1))).ok());
  const Status lost = parts->Commit(committables[0]);
  EXPECT_EQ(ErrorCode::kCorruption, lost.code());
  EXPECT_THAT(lost.message(), HasSubstr(InProgress("00000-00000000", 1) + " nor "));
  EXPECT_THAT(lost.message(), HasSubstr("/part-00000-00000000.csv"));
}

TEST_F(PartFilesTest, WhenAFileIsNotWhatWasWrittenThenTheCommitIsRefused) {
  const std::string source = JoinPath(out_, InProgress("00000-00000000", 1));
  auto parts = std::move(Open(posix_, 1)).value();
  Strings committables;
  ASSERT_TRUE(parts->Append("", "one\n").ok());
  ASSERT_TRUE(parts->PreCommit(committables).ok());
  for (const std::string_view content : {"h\none\nmore\n", "h\n", "h\ntwo\n"}) {
    ASSERT_TRUE(WriteFileAtomically(posix_, source, content).ok());
    EXPECT_EQ(ErrorCode::kCorruption, parts->Commit(committables[0]).code()) << content;
  }
  ASSERT_TRUE(posix_.Remove(source).ok());
  ASSERT_TRUE(WriteFileAtomically(posix_, JoinPath(out_, "part-00000-00000000.csv"), "h\n").ok());
  EXPECT_EQ(ErrorCode::kCorruption, parts->Commit(committables[0]).code());
  ASSERT_TRUE(WriteFileAtomically(posix_, source, "h\none\n").ok());
  EXPECT_THAT(parts->Commit(committables[0]).message(), HasSubstr("exists, and"));
}

TEST_F(PartFilesTest, WhenAFreshRunFindsCommittedPartsThenItIsRefused) {
  ASSERT_TRUE(posix_.MakeDirectories(out_).ok());
  ASSERT_TRUE(WriteFileAtomically(posix_, JoinPath(out_, "part-00004-00000000.csv"), "x").ok());
  const Status refused = Open(posix_, 1).status();
  EXPECT_EQ(ErrorCode::kAlreadyExists, refused.code());
  EXPECT_EQ(RetryHint::kNever, refused.retry());
  EXPECT_THAT(refused.message(), HasSubstr("part-00004-00000000.csv"));
  EXPECT_NE("", refused.hint());
}

TEST_F(PartFilesTest, WhenAWriterStartsThenOnlyItsOwnForgottenFilesAreRemoved) {
  std::string state;
  {
    auto parts = std::move(Open(posix_, 1)).value();
    Strings committables;
    ASSERT_TRUE(parts->Append("", "kept\n").ok());
    ASSERT_TRUE(parts->PreCommit(committables).ok());
    parts->AppendState(state);
    ASSERT_TRUE(parts->Append("", "forgotten\n").ok());
  }
  for (const std::string& name :
       {InProgress("00001-00000000", 1), InProgress("00000-00000009", 2),
        std::string(".part-00000-00000009-g1.other"), std::string("notes.txt")}) {
    ASSERT_TRUE(WriteFileAtomically(posix_, JoinPath(out_, name), "x").ok());
  }
  ASSERT_TRUE(Open(posix_, 2, state).ok());
  EXPECT_EQ(
      (Strings{InProgress("00000-00000000", 1), InProgress("00000-00000009", 2),
               ".part-00000-00000009-g1.other", InProgress("00001-00000000", 1), "notes.txt"}),
      Names());
}

TEST_F(PartFilesTest, WhenAnotherJobHasLeftFilesThenTheyAreNeitherInTheWayNorRemoved) {
  const std::string theirs = InProgress("00000-00000000", 1, JobId(7, 8));
  ASSERT_TRUE(posix_.MakeDirectories(out_).ok());
  ASSERT_TRUE(WriteFileAtomically(posix_, JoinPath(out_, theirs), "x").ok());
  auto first = std::move(Open(posix_, 1)).value();
  EXPECT_TRUE(first->Append("", "row\n").ok());
  EXPECT_EQ((Strings{InProgress("00000-00000000", 1), theirs}), Names());
  auto second = std::move(Open(posix_, 2)).value();
  EXPECT_EQ(Strings{theirs}, Names());
}

TEST_F(PartFilesTest, WhenStateOrCommittableAreDamagedThenTheyAreRefused) {
  EXPECT_EQ(ErrorCode::kCorruption, Open(posix_, 2, "abc").status().code());
  auto parts = std::move(Open(posix_, 1)).value();
  EXPECT_EQ(ErrorCode::kCorruption, parts->Commit("abc").code());
}

TEST_F(PartFilesTest, WhenTheStateIsOfTheFirstVersionThenItIsReadAsAnotherJobs) {
  std::string state;
  ByteWriter out(state);
  out.Fixed(std::uint32_t{1});
  out.Fixed(std::uint64_t{7});
  out.Fixed(std::uint32_t{0});
  auto parts = std::move(Open(posix_, 2, state)).value();
  Strings committables;
  ASSERT_TRUE(parts->Append("", "one\n").ok());
  ASSERT_TRUE(parts->PreCommit(committables).ok());
  ASSERT_TRUE(parts->Commit(committables[0]).ok());
  EXPECT_EQ(Strings{"part-00000-00000007-00000000.csv"}, Names());
}

/// A sink's task that takes checkpoints, fails and is restored, at the level of calls.
class CrashingRun {
 public:
  static constexpr int kRows = 8;

  CrashingRun(FaultyFileSystem& fs, std::string out) : fs_(fs), out_(std::move(out)) {}

  /// One attempt, from the last decided checkpoint to the end; false when it failed.
  bool Attempt(std::uint64_t generation) {
    auto opened = PartFiles::Open(fs_, {out_, ".csv", "h\n", 20},
                                  {kJob, 0, 1, Generation(generation)}, Stored(decided_.state, 1));
    if (!opened.ok()) return false;
    PartFiles& parts = **opened;
    for (const std::string& part : decided_.committables) {
      if (!parts.Commit(part).ok()) return false;
    }
    for (int row = decided_.rows_written; row < kRows;) {
      if (!parts.Append("", Row(row++)).ok()) return false;
      if (row % 4 == 0 && !Checkpoint(parts, row)) return false;
    }
    return true;
  }

  static std::string Row(int row) { return "row " + std::to_string(row) + "\n"; }
  static std::string AllRows() {
    std::string rows;
    for (int row = 0; row < kRows; ++row) rows += Row(row);
    return rows;
  }

 private:
  bool Checkpoint(PartFiles& parts, int rows_written) {
    Snapshot snapshot;
    if (!parts.PreCommit(snapshot.committables).ok()) return false;
    parts.AppendState(snapshot.state);
    snapshot.rows_written = rows_written;
    decided_ = snapshot;  // what is pre-committed must survive from here on
    for (const std::string& part : decided_.committables) {
      if (!parts.Commit(part).ok()) return false;
    }
    return true;
  }

  FaultyFileSystem& fs_;
  const std::string out_;
  Snapshot decided_;
};

TEST_F(PartFilesTest, WhenTheProcessDiesAtAnyChangeThenEveryRowIsCommittedOnce) {
  for (const bool power_cut : {false, true}) {
    for (std::uint64_t k = 1;; ++k) {
      ASSERT_TRUE(posix_.RemoveTree(dir_ / "a").ok());
      FaultyFileSystem fs(posix_);
      CrashingRun run(fs, out_);
      fs.FailMutation(k, FaultAction::kCrash);
      const bool ended = run.Attempt(1);
      if (!ended) {
        ASSERT_TRUE(fs.crashed());
        if (power_cut) {
          ASSERT_TRUE(fs.LosePower().ok());
        }
        fs.Restart();
        ASSERT_TRUE(run.Attempt(2)) << k;
      }
      EXPECT_EQ(CrashingRun::AllRows(), Committed()) << k << (power_cut ? " power cut" : "");
      EXPECT_TRUE(Names()[0].starts_with("part-")) << "left over: " << Names()[0];
      if (ended) {
        EXPECT_GT(k, 20U);
        break;
      }
    }
  }
}

TEST_F(PartFilesTest, WhenASyncFailsThenTheCheckpointFails) {
  FaultyFileSystem fs(posix_);
  auto parts = std::move(Open(fs, 1)).value();
  ASSERT_TRUE(parts->Append("", "one\n").ok());
  fs.Inject({.operation = FileOperation::kSync, .path_suffix = ".inprogress"});
  Strings committables;
  EXPECT_FALSE(parts->PreCommit(committables).ok());
}

TEST_F(PartFilesTest, WhenTheDirectoryCannotBeWrittenThenTheCheckSaysSo) {
  EXPECT_TRUE(CheckWritable(posix_, out_).ok());
  EXPECT_FALSE(posix_.Exists(dir_ / "a").value());
  ASSERT_TRUE(WriteFileAtomically(posix_, dir_ / "file", "x").ok());
  const Status not_a_directory = CheckWritable(posix_, dir_ / "file/out");
  EXPECT_THAT(not_a_directory.message(), HasSubstr("file is not a directory"));
  FaultyFileSystem fs(posix_);
  fs.Inject({.operation = FileOperation::kCreate, .error = EACCES});
  const Status refused = CheckWritable(fs, out_);
  EXPECT_THAT(refused.message(), HasSubstr("cannot write to " + out_));
  EXPECT_NE("", refused.hint());
}

}  // namespace
}  // namespace penstock
