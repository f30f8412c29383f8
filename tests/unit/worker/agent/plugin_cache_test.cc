#include "worker/agent/plugin_cache.h"

#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <optional>

#include <gtest/gtest.h>

#include "common/faulty_file_system.h"

namespace penstock {
namespace {

class PluginCacheTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "penstock-plugins-XXXXXX";
    directory_ = mkdtemp(name.data());
    cache_.emplace(fs_, plugins());
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  std::string plugins() const { return directory_ + "/data/plugins"; }

  std::string directory_;
  FaultyFileSystem fs_{PosixFileSystem()};
  std::optional<PluginCache> cache_;
  const std::string content_ =
      "\x7f"
      "ELF and so on";
  const std::string hash_ = PluginHash(content_);
};

TEST_F(PluginCacheTest, WhenContentIsKnownThenItsHashIsPinned) {
  EXPECT_EQ(PluginHash(""), "2d06800538d394c2");
}

TEST_F(PluginCacheTest, WhenPluginIsStoredThenItIsFoundByPath) {
  EXPECT_EQ(cache_->Find(hash_).value(), std::nullopt);
  const std::string path = cache_->Store(hash_, content_).value();
  EXPECT_EQ(path, plugins() + "/" + hash_ + ".so");
  EXPECT_EQ(cache_->Find(hash_).value(), path);
  EXPECT_EQ(ReadFile(fs_, path).value(), content_);
}

TEST_F(PluginCacheTest, WhenDirectoryIsMadeThenItIsForTheOwnerAlone) {
  ASSERT_TRUE(cache_->Store(hash_, content_).ok());
  struct stat status {};
  ASSERT_EQ(stat(plugins().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777u, 0700u);
}

TEST_F(PluginCacheTest, WhenContentHasAnotherHashThenItIsCorruption) {
  EXPECT_EQ(cache_->Store(hash_, content_ + "!").status().code(), ErrorCode::kCorruption);
  EXPECT_EQ(cache_->Find(hash_).value(), std::nullopt);
}

TEST_F(PluginCacheTest, WhenStoredFileIsDamagedThenItIsNotFoundAndCanBeStoredAgain) {
  const std::string path = cache_->Store(hash_, content_).value();
  std::ofstream(path) << "truncated";
  EXPECT_EQ(cache_->Find(hash_).value(), std::nullopt);
  ASSERT_TRUE(cache_->Store(hash_, content_).ok());
  EXPECT_EQ(cache_->Find(hash_).value(), path);
}

TEST_F(PluginCacheTest, WhenDiskFailsWhileStoringThenNothingIsFound) {
  fs_.Inject({.operation = FileOperation::kWrite, .error = ENOSPC});
  EXPECT_FALSE(cache_->Store(hash_, content_).ok());
  EXPECT_EQ(cache_->Find(hash_).value(), std::nullopt);
}

TEST_F(PluginCacheTest, WhenHashIsAPathThenItIsRefused) {
  for (const char* hash : {"", "../../etc/passwd", "2D06800538D394C2", "2d06800538d394c2/x"}) {
    EXPECT_EQ(cache_->Find(hash).status().code(), ErrorCode::kInvalidArgument) << hash;
    EXPECT_EQ(cache_->Store(hash, "").status().code(), ErrorCode::kInvalidArgument) << hash;
  }
}

}  // namespace
}  // namespace penstock
