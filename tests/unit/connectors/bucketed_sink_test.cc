#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/faulty_file_system.h"
#include "connectors/file/file_sink.h"
#include "connectors/file/part_commit.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/connectors/fake_context.h"

namespace penstock {
namespace {

using testing::FakeContext;
using ::testing::HasSubstr;
using Strings = std::vector<std::string>;

struct Row {
  std::string place;
  int value = 0;
};

class BucketedSinkTest : public ::testing::Test {
 protected:
  static constexpr std::int64_t kDay = 86'400'000;

  static void Fill(const std::vector<Row>& rows, TypedBatch<Row>& batch) {
    for (const Row& row : rows) batch.Append(row, {row.value * kDay});
  }
  static Status Checkpoint(SinkWriter<Row>& writer) {
    Strings parts;
    PENSTOCK_RETURN_IF_ERROR(writer.PreCommit(CheckpointId(1), parts));
    for (const std::string& part : parts) PENSTOCK_RETURN_IF_ERROR(writer.Commit(part));
    return Status::Ok();
  }
  /// Paths of all files below the output, without it.
  Strings Files(const std::string& below = "") {
    Strings found;
    const Strings names = posix_.List(JoinPath(out_, below)).value();
    for (const std::string& name : names) {
      const std::string path = below.empty() ? name : below + "/" + name;
      if (posix_.IsDirectory(JoinPath(out_, path)).value()) {
        const Strings inner = Files(path);
        found.insert(found.end(), inner.begin(), inner.end());
      } else {
        found.push_back(path);
      }
    }
    return found;
  }
  std::string Content(const std::string& path) {
    return ReadFile(posix_, JoinPath(out_, path)).value();
  }
  auto Sink() { return FileSink::csv<Row>(out_).without_header(); }

  FileSystem& posix_ = PosixFileSystem();
  TempDir dir_;
  const std::string out_ = dir_ / "out";
  FakeContext context_;
  TypedBatch<Row> batch_;
};

TEST_F(BucketedSinkTest, WhenRowsHaveBucketsThenEachLiesInItsDirectory) {
  const auto sink = Sink().bucket_by(&Row::place);
  auto writer = std::move(sink.NewWriter(context_, "")).value();
  Fill({{"eu/de", 1}, {"us", 2}, {"eu/de", 3}, {"us", 4}, {"us", 5}}, batch_);
  ASSERT_TRUE(writer->Write(batch_).ok());
  for (const std::string& file : Files()) EXPECT_TRUE(file.starts_with(".part-")) << file;
  ASSERT_TRUE(Checkpoint(*writer).ok());
  EXPECT_EQ((Strings{"eu/de/part-00000-00000000.csv", "us/part-00000-00000001.csv"}), Files());
  EXPECT_EQ("eu/de,1\neu/de,3\n", Content("eu/de/part-00000-00000000.csv"));
  EXPECT_EQ("us,2\nus,4\nus,5\n", Content("us/part-00000-00000001.csv"));
}

TEST_F(BucketedSinkTest, WhenBucketsAreOfTimeThenTheTimestampOfTheRecordCounts) {
  const auto sink = Sink().bucket_by_time("day=%Y-%m-%d");
  auto writer = std::move(sink.NewWriter(context_, "")).value();
  Fill({{"a", 0}, {"b", 1}, {"c", 1}}, batch_);
  ASSERT_TRUE(writer->Write(batch_).ok());
  ASSERT_TRUE(Checkpoint(*writer).ok());
  EXPECT_EQ(
      (Strings{"day=1970-01-01/part-00000-00000000.csv", "day=1970-01-02/part-00000-00000001.csv"}),
      Files());
  EXPECT_FALSE(Sink().bucket_by_time("%q").Validate(posix_).ok());
}

TEST_F(BucketedSinkTest, WhenABucketWouldLeaveTheDirectoryThenTheJobFails) {
  for (const std::string_view good : {"a", "2024-01-31/eu", "a=1/b=2", "ä"}) {
    EXPECT_TRUE(CheckBucket(good).ok()) << good;
  }
  const std::string long_name(201, 'x');
  for (const std::string_view bad :
       {"", "/etc", "..", "a/../b", "a//b", "a/", ".hidden", "_x", "a/part-1", "a\nb", "."}) {
    EXPECT_EQ(ErrorCode::kInvalidArgument, CheckBucket(bad).code()) << bad;
  }
  EXPECT_FALSE(CheckBucket(long_name).ok());
  const auto sink = Sink().bucket_by([](const Row& row, Timestamp) { return "../" + row.place; });
  auto writer = std::move(sink.NewWriter(context_, "")).value();
  Fill({{"x", 1}}, batch_);
  const Status status = writer->Write(batch_);
  EXPECT_EQ("'../x' cannot be a bucket of a file sink", status.message());
  EXPECT_NE("", status.hint());
}

TEST_F(BucketedSinkTest, WhenThereAreManyBucketsThenTheOneLeastRecentlyUsedIsClosed) {
  const auto sink = Sink().bucket_by(&Row::place).most_open_buckets(2);
  auto writer = std::move(sink.NewWriter(context_, "")).value();
  Fill({{"a", 1}, {"b", 2}, {"a", 3}, {"c", 4}, {"a", 5}, {"b", 6}}, batch_);
  ASSERT_TRUE(writer->Write(batch_).ok());
  ASSERT_TRUE(Checkpoint(*writer).ok());
  EXPECT_EQ((Strings{"a/part-00000-00000000.csv", "b/part-00000-00000001.csv",
                     "b/part-00000-00000003.csv", "c/part-00000-00000002.csv"}),
            Files());
  EXPECT_EQ("a,1\na,3\na,5\n", Content("a/part-00000-00000000.csv"));
}

TEST_F(BucketedSinkTest, WhenBucketsHoldAnotherRunsPartsThenAFreshStartIsRefused) {
  const auto sink = Sink().bucket_by(&Row::place);
  auto writer = std::move(sink.NewWriter(context_, "")).value();
  Fill({{"eu/de", 1}}, batch_);
  ASSERT_TRUE(writer->Write(batch_).ok());
  ASSERT_TRUE(Checkpoint(*writer).ok());
  EXPECT_THAT(sink.NewWriter(context_, "").status().message(),
              HasSubstr("out/eu/de has output of another run already"));
}

/// One attempt of a task with two checkpoints, from the last decided one on.
class CrashingWriter {
 public:
  CrashingWriter(FaultyFileSystem& fs, std::string out) : fs_(fs), out_(std::move(out)) {}

  bool Attempt(std::uint64_t generation) {
    FakeContext context;
    context.fs = &fs_;
    context.generation_number = generation;
    const auto sink = FileSink::csv<Row>(out_).without_header().bucket_by(&Row::place);
    auto writer = sink.NewWriter(context, state_);
    if (!writer.ok()) return false;
    for (const std::string& part : parts_) {
      if (!(*writer)->Commit(part).ok()) return false;
    }
    for (; round_ < 3;) {
      TypedBatch<Row> batch;
      for (int i = 0; i < 4; ++i) batch.Append({i % 2 == 0 ? "x/y" : "z", round_ * 4 + i}, {});
      Strings parts;
      if (!(*writer)->Write(batch).ok()) return false;
      if (!(*writer)->PreCommit(CheckpointId(1), parts).ok()) return false;
      parts_ = parts;  // decided
      state_.clear();
      (*writer)->SnapshotState(state_);
      ++round_;
      for (const std::string& part : parts_) {
        if (!(*writer)->Commit(part).ok()) return false;
      }
    }
    return true;
  }

 private:
  FaultyFileSystem& fs_;
  const std::string out_;
  int round_ = 0;
  std::string state_;
  Strings parts_;
};

TEST_F(BucketedSinkTest, WhenTheProcessDiesAtAnyChangeThenEveryRowIsInItsBucketOnce) {
  for (const bool power_cut : {false, true}) {
    bool ended = false;
    for (std::uint64_t k = 1; !ended; ++k) {
      ASSERT_TRUE(posix_.RemoveTree(out_).ok());
      FaultyFileSystem fs(posix_);
      CrashingWriter run(fs, out_);
      fs.FailMutation(k, FaultAction::kCrash);
      ended = run.Attempt(1);
      if (!ended) {
        if (power_cut) ASSERT_TRUE(fs.LosePower().ok());
        fs.Restart();
        ASSERT_TRUE(run.Attempt(2)) << k;
      } else {
        EXPECT_GT(k, 30U);
      }
      std::string x, z;
      for (const std::string& file : Files()) {
        ASSERT_EQ(std::string::npos, file.find("inprogress")) << k;
        (file.starts_with("x/y/") ? x : z) += Content(file);
      }
      EXPECT_EQ("x/y,0\nx/y,2\nx/y,4\nx/y,6\nx/y,8\nx/y,10\n", x) << k;
      EXPECT_EQ("z,1\nz,3\nz,5\nz,7\nz,9\nz,11\n", z) << k;
    }
  }
}

}  // namespace
}  // namespace penstock
