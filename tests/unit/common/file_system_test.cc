#include "common/file_system.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temp_dir.h"

namespace penstock {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class FileSystemTest : public testing::Test {
 protected:
  void Write(const std::string& path, std::string_view content) {
    auto file = fs_.Create(path);
    ASSERT_TRUE(file.ok()) << file.status().message();
    ASSERT_TRUE((*file)->Append(content).ok());
    ASSERT_TRUE((*file)->Close().ok());
  }

  TempDir dir_;
  FileSystem& fs_ = PosixFileSystem();
};

TEST_F(FileSystemTest, WhenAFileIsWrittenThenItReadsBack) {
  const std::string large(200'000, 'x');
  auto file = fs_.Create(dir_ / "a");
  ASSERT_TRUE(file.ok());
  ASSERT_TRUE((*file)->Append("head").ok());
  ASSERT_TRUE((*file)->Append(large).ok());
  ASSERT_TRUE((*file)->Append("tail").ok());
  ASSERT_TRUE((*file)->Sync().ok());
  ASSERT_TRUE((*file)->Close().ok());
  EXPECT_EQ(*ReadFile(fs_, dir_ / "a"), "head" + large + "tail");
  EXPECT_EQ(*fs_.FileSize(dir_ / "a"), large.size() + 8);
}

TEST_F(FileSystemTest, WhenReadAtAnOffsetThenOnlyThatPartIsReturned) {
  Write(dir_ / "a", "0123456789");
  auto file = fs_.Open(dir_ / "a");
  ASSERT_TRUE(file.ok());
  char buffer[8];
  EXPECT_EQ(*(*file)->Read(7, buffer, sizeof(buffer)), 3u);
  EXPECT_EQ(std::string(buffer, 3), "789");
  EXPECT_EQ(*(*file)->Read(10, buffer, sizeof(buffer)), 0u);
}

TEST_F(FileSystemTest, WhenAFileIsMissingThenTheErrorSaysSo) {
  const Status status = ReadFile(fs_, dir_ / "none").status();
  EXPECT_EQ(status.code(), ErrorCode::kNotFound);
  EXPECT_THAT(status.message(), HasSubstr("none"));
  EXPECT_FALSE(*fs_.Exists(dir_ / "none"));
}

TEST_F(FileSystemTest, WhenTheTargetExistsThenCreateAndLinkRefuse) {
  Write(dir_ / "a", "1");
  Write(dir_ / "b", "2");
  EXPECT_EQ(fs_.Create(dir_ / "a").status().code(), ErrorCode::kAlreadyExists);
  EXPECT_EQ(fs_.Link(dir_ / "a", dir_ / "b").code(), ErrorCode::kAlreadyExists);
  EXPECT_TRUE(fs_.Link(dir_ / "a", dir_ / "c").ok());
  EXPECT_EQ(*ReadFile(fs_, dir_ / "c"), "1");
}

TEST_F(FileSystemTest, WhenDirectoriesAreMadeThenTheyListAndRemove) {
  ASSERT_TRUE(fs_.MakeDirectories(dir_ / "x/y/z").ok());
  ASSERT_TRUE(fs_.MakeDirectories(dir_ / "x/y/z").ok());
  Write(dir_ / "x/b", "");
  Write(dir_ / "x/a", "");
  EXPECT_THAT(*fs_.List(dir_ / "x"), ElementsAre("a", "b", "y"));
  EXPECT_TRUE(*fs_.IsDirectory(dir_ / "x/y"));
  EXPECT_FALSE(fs_.MakeDirectories(dir_ / "x/a").ok());
  ASSERT_TRUE(fs_.SyncDirectory(dir_ / "x").ok());
  ASSERT_TRUE(fs_.RemoveTree(dir_ / "x").ok());
  EXPECT_FALSE(*fs_.Exists(dir_ / "x"));
  EXPECT_TRUE(fs_.RemoveTree(dir_ / "x").ok());
}

TEST_F(FileSystemTest, WhenWrittenAtomicallyThenContentIsReplacedAndNothingIsLeftOver) {
  ASSERT_TRUE(WriteFileAtomically(fs_, dir_ / "a", "old").ok());
  ASSERT_TRUE(WriteFileAtomically(fs_, dir_ / "a", "new").ok());
  EXPECT_EQ(*ReadFile(fs_, dir_ / "a"), "new");
  EXPECT_THAT(*fs_.List(dir_.path()), ElementsAre("a"));
}

TEST_F(FileSystemTest, WhenAPathLeadsThroughALinkThenItsRealPathDoesNot) {
  const std::string real = *fs_.RealPath(dir_.path());
  ASSERT_TRUE(fs_.MakeDirectories(dir_ / "a").ok());
  std::filesystem::create_directory_symlink(dir_ / "a", dir_ / "link");
  EXPECT_EQ(*fs_.RealPath(dir_ / "link/../link/."), real + "/a");
  EXPECT_EQ(fs_.RealPath(dir_ / "none").status().code(), ErrorCode::kNotFound);
}

TEST_F(FileSystemTest, WhenAFileHasNoSizeThenItIsReadToItsEnd) {
  EXPECT_FALSE(ReadFile(fs_, "/proc/self/status")->empty());
}

TEST(PathTest, WhenPathsAreJoinedAndSplitThenSlashesAreRight) {
  EXPECT_EQ(JoinPath("a", "b"), "a/b");
  EXPECT_EQ(JoinPath("a/", "b"), "a/b");
  EXPECT_EQ(JoinPath("", "b"), "b");
  EXPECT_EQ(ParentPath("a/b"), "a");
  EXPECT_EQ(ParentPath("a/b/"), "a");
  EXPECT_EQ(ParentPath("/a"), "/");
  EXPECT_EQ(ParentPath("/"), "/");
  EXPECT_EQ(ParentPath("a"), ".");
}

}  // namespace
}  // namespace penstock
