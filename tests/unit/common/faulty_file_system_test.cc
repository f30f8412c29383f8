#include "common/faulty_file_system.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temp_dir.h"

namespace penstock {
namespace {

using testing::ElementsAre;

class FaultyFileSystemTest : public testing::Test {
 protected:
  Status Write(const std::string& path, std::string_view content, bool sync) {
    PENSTOCK_ASSIGN_OR_RETURN(auto file, fs_.Create(path));
    PENSTOCK_RETURN_IF_ERROR(file->Append(content));
    if (sync) PENSTOCK_RETURN_IF_ERROR(file->Sync());
    return file->Close();
  }

  TempDir dir_;
  FaultyFileSystem fs_{PosixFileSystem()};
};

TEST_F(FaultyFileSystemTest, WhenAFaultIsNamedThenOnlyMatchingOperationsFail) {
  const auto fault = fs_.Inject({.operation = FileOperation::kSync,
                                 .path_suffix = "/manifest",
                                 .error = ENOSPC,
                                 .skip = 1,
                                 .times = 1});
  EXPECT_TRUE(Write(dir_ / "data", "x", true).ok());
  EXPECT_TRUE(Write(dir_ / "manifest", "x", true).ok());
  ASSERT_TRUE(fs_.Remove(dir_ / "manifest").ok());
  EXPECT_EQ(fs_.Fired(fault), 0u);
  EXPECT_EQ(Write(dir_ / "manifest", "x", true).code(), ErrorCode::kResourceExhausted);
  EXPECT_EQ(fs_.Fired(fault), 1u);
  ASSERT_TRUE(fs_.Remove(dir_ / "manifest").ok());
  EXPECT_TRUE(Write(dir_ / "manifest", "x", true).ok());
  EXPECT_FALSE(fs_.crashed());
}

TEST_F(FaultyFileSystemTest, WhenAWriteFailsThenHalfOfItIsStored) {
  fs_.Inject({.operation = FileOperation::kWrite});
  EXPECT_FALSE(Write(dir_ / "a", "12345678", false).ok());
  EXPECT_EQ(*ReadFile(fs_, dir_ / "a"), "1234");
}

TEST_F(FaultyFileSystemTest, WhenCrashedThenEverythingFailsUntilRestart) {
  fs_.FailMutation(2, FaultAction::kCrash);
  EXPECT_TRUE(fs_.MakeDirectories(dir_ / "x", 0700).ok());
  EXPECT_FALSE(fs_.MakeDirectories(dir_ / "y", 0700).ok());
  EXPECT_TRUE(fs_.crashed());
  EXPECT_FALSE(fs_.List(dir_.path()).ok());
  EXPECT_FALSE(fs_.Exists(dir_ / "x").ok());
  fs_.Restart();
  EXPECT_THAT(*fs_.List(dir_.path()), ElementsAre("x"));
}

TEST_F(FaultyFileSystemTest, WhenPowerIsLostThenUnsyncedBytesAreGone) {
  auto file = fs_.Create(dir_ / "a");
  ASSERT_TRUE(file.ok());
  ASSERT_TRUE((*file)->Append("durable").ok());
  ASSERT_TRUE((*file)->Sync().ok());
  ASSERT_TRUE(fs_.SyncDirectory(dir_.path()).ok());
  ASSERT_TRUE((*file)->Append(" or not").ok());
  ASSERT_TRUE((*file)->Close().ok());
  ASSERT_TRUE(fs_.LosePower().ok());
  EXPECT_EQ(*ReadFile(fs_, dir_ / "a"), "durable");
}

TEST_F(FaultyFileSystemTest, WhenPowerIsLostThenUnsyncedEntriesAreAsBefore) {
  ASSERT_TRUE(Write(dir_ / "kept", "1", true).ok());
  ASSERT_TRUE(Write(dir_ / "removed", "2", true).ok());
  ASSERT_TRUE(fs_.SyncDirectory(dir_.path()).ok());
  ASSERT_TRUE(Write(dir_ / "new", "3", true).ok());
  ASSERT_TRUE(fs_.Rename(dir_ / "new", dir_ / "kept").ok());
  ASSERT_TRUE(fs_.Remove(dir_ / "removed").ok());
  ASSERT_TRUE(fs_.LosePower().ok());
  EXPECT_THAT(*fs_.List(dir_.path()), ElementsAre("kept", "removed"));
  EXPECT_EQ(*ReadFile(fs_, dir_ / "kept"), "1");
  EXPECT_EQ(*ReadFile(fs_, dir_ / "removed"), "2");
}

TEST_F(FaultyFileSystemTest, WhenDirectoriesAreSyncedThenRenamesStay) {
  ASSERT_TRUE(fs_.MakeDirectories(dir_ / "p", 0700).ok());
  ASSERT_TRUE(fs_.MakeDirectories(dir_ / "q", 0700).ok());
  ASSERT_TRUE(Write(dir_ / "p/a", "1", true).ok());
  ASSERT_TRUE(fs_.SyncDirectory(dir_ / "p").ok());
  ASSERT_TRUE(fs_.Rename(dir_ / "p/a", dir_ / "q/a").ok());
  ASSERT_TRUE(fs_.SyncDirectory(dir_ / "p").ok());
  ASSERT_TRUE(fs_.SyncDirectory(dir_ / "q").ok());
  ASSERT_TRUE(fs_.LosePower().ok());
  EXPECT_EQ(*ReadFile(fs_, dir_ / "q/a"), "1");
}

// The sweep that all crash tests are built like.
TEST(CrashSweepTest, WhenAtomicWriteCrashesAnywhereThenOldOrNewContentIsThere) {
  std::uint64_t crash_at = 1;
  for (bool crashed = true; crashed; ++crash_at) {
    TempDir dir;
    ASSERT_TRUE(WriteFileAtomically(PosixFileSystem(), dir / "a", "old").ok());
    FaultyFileSystem fs(PosixFileSystem());
    fs.FailMutation(crash_at, FaultAction::kCrash);
    const Status status = WriteFileAtomically(fs, dir / "a", "new");
    crashed = fs.crashed();
    EXPECT_EQ(status.ok(), !crashed);
    ASSERT_TRUE(fs.LosePower().ok());
    EXPECT_EQ(*ReadFile(PosixFileSystem(), dir / "a"), crashed ? "old" : "new") << crash_at;
  }
  EXPECT_EQ(crash_at, 7u) << "create, write, sync, rename, sync of the directory, and none";
}

}  // namespace
}  // namespace penstock
