#include "cli/cluster_file.h"

#include <unistd.h>

#include <gtest/gtest.h>

#include "tests/support/temp_dir.h"

namespace penstock {
namespace {

TEST(ClusterFileTest, WhenThereIsNoFileThenNoClusterRuns) {
  TempDir directory;
  Result<std::optional<ClusterFile>> file = ReadClusterFile(PosixFileSystem(), directory.path());
  ASSERT_TRUE(file.ok());
  EXPECT_FALSE(file->has_value());
}

TEST(ClusterFileTest, WhenTheWriterIsNoSupervisorThenNoClusterRuns) {
  TempDir directory;
  ClusterFile written;
  written.supervisor = getpid();  // alive, but this test
  ASSERT_TRUE(WriteClusterFile(PosixFileSystem(), directory.path(), written).ok());
  Result<std::optional<ClusterFile>> file = ReadClusterFile(PosixFileSystem(), directory.path());
  ASSERT_TRUE(file.ok());
  EXPECT_FALSE(file->has_value());
}

TEST(ClusterFileTest, WhenTheFileIsDamagedThenItIsAnError) {
  TempDir directory;
  ASSERT_TRUE(WriteFileAtomically(PosixFileSystem(), ClusterFilePath(directory.path()), "{").ok());
  EXPECT_EQ(ReadClusterFile(PosixFileSystem(), directory.path()).status().code(),
            ErrorCode::kCorruption);
}

}  // namespace
}  // namespace penstock
