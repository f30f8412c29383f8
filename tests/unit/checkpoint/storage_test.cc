#include "checkpoint/storage.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/faulty_file_system.h"

namespace penstock {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class StorageTest : public testing::Test {
 protected:
  StorageTest() {
    std::string pattern = testing::TempDir() + "storage-XXXXXX";
    directory_ = ::mkdtemp(pattern.data());
  }
  ~StorageTest() override { std::filesystem::remove_all(directory_); }

  CheckpointStorage Begin(std::uint64_t generation) {
    CheckpointStorage storage(fs_, directory_, kJob);
    EXPECT_TRUE(storage.Fence(Generation(generation)).ok());
    return storage;
  }

  static CheckpointManifest ManifestOf(std::uint64_t id) {
    CheckpointManifest manifest;
    manifest.job = kJob;
    manifest.checkpoint = CheckpointId(id);
    manifest.tasks = {{{VertexId(0), 0}, {{"a.meta", 3, 0}, {"sub/b.sst", 4, 0}}}};
    return manifest;
  }

  /// What tasks do, durable as theirs.
  static Status WriteTaskFiles(FileSystem& fs, const std::string& pending) {
    PENSTOCK_RETURN_IF_ERROR(fs.MakeDirectories(pending + "/sub"));
    PENSTOCK_RETURN_IF_ERROR(WriteFileAtomically(fs, pending + "/a.meta", "abc"));
    return WriteFileAtomically(fs, pending + "/sub/b.sst", "data");
  }

  static DecisionOutcome Take(FileSystem& fs, CheckpointStorage& storage, std::uint64_t id) {
    auto pending = storage.PreparePending(CheckpointId(id));
    if (!pending.ok()) return {Decision::kNotDecided, pending.status()};
    if (Status s = WriteTaskFiles(fs, *pending); !s.ok()) return {Decision::kNotDecided, s};
    return storage.Decide(ManifestOf(id));
  }

  static constexpr JobId kJob{1, 2};
  std::string directory_;
  FileSystem& fs_ = PosixFileSystem();
};

TEST_F(StorageTest, WhenDecidedThenListedReadableAndVerified) {
  CheckpointStorage storage = Begin(1);
  ASSERT_EQ(Take(fs_, storage, 1).decision, Decision::kDecided);
  EXPECT_THAT(storage.ListCompleted().value(), ElementsAre(CheckpointId(1)));
  const auto manifest = storage.ReadManifest(CheckpointId(1));
  ASSERT_TRUE(manifest.ok()) << manifest.status().message();
  EXPECT_TRUE(storage.VerifyFiles(*manifest).ok());
}

TEST_F(StorageTest, WhenFencedThenAnOlderGenerationCanNeitherDecideNorPrepare) {
  CheckpointStorage old = Begin(1);
  auto pending = old.PreparePending(CheckpointId(1));
  ASSERT_TRUE(pending.ok());
  ASSERT_TRUE(WriteTaskFiles(fs_, *pending).ok());
  CheckpointStorage fresh = Begin(2);
  EXPECT_EQ(old.Decide(ManifestOf(1)).decision, Decision::kNotDecided);
  EXPECT_EQ(old.PreparePending(CheckpointId(2)).status().code(), ErrorCode::kFenced);
  EXPECT_EQ(old.Decide(ManifestOf(2)).decision, Decision::kNotDecided);
  EXPECT_THAT(fresh.ListCompleted().value(), IsEmpty());
}

TEST_F(StorageTest, WhenAnOlderGenerationFencesLateThenRefused) {
  Begin(2);
  CheckpointStorage old(fs_, directory_, kJob);
  EXPECT_EQ(old.Fence(Generation(1)).code(), ErrorCode::kFenced);
}

TEST_F(StorageTest, WhenAFileIsMissingOrOfAnotherSizeThenNotDecided) {
  CheckpointStorage storage = Begin(1);
  const auto pending = storage.PreparePending(CheckpointId(1));
  const DecisionOutcome missing = storage.Decide(ManifestOf(1));
  EXPECT_EQ(missing.decision, Decision::kNotDecided);
  EXPECT_THAT(missing.status.message(), HasSubstr("a.meta: expected 3 bytes, found no file"));
  ASSERT_TRUE(WriteTaskFiles(fs_, *pending).ok());
  ASSERT_TRUE(WriteFileAtomically(fs_, *pending + "/a.meta", "abcd").ok());
  EXPECT_THAT(storage.Decide(ManifestOf(1)).status.message(),
              HasSubstr("expected 3 bytes, found 4 bytes"));
}

TEST_F(StorageTest, WhenFilesOfACompletedOneAreDamagedThenVerifyNamesThem) {
  CheckpointStorage storage = Begin(1);
  Take(fs_, storage, 1);
  const std::string file = storage.CompletedPath(CheckpointId(1)) + "/sub/b.sst";
  std::filesystem::resize_file(file, 9);
  EXPECT_THAT(storage.VerifyFiles(ManifestOf(1)).message(),
              HasSubstr("sub/b.sst: expected 4 bytes, found 9 bytes"));
  std::filesystem::remove(file);
  EXPECT_THAT(storage.VerifyFiles(ManifestOf(1)).message(), HasSubstr("found no file"));
  std::filesystem::remove(storage.CompletedPath(CheckpointId(1)) + "/MANIFEST");
  EXPECT_THAT(storage.ReadManifest(CheckpointId(1)).status().message(),
              HasSubstr("MANIFEST: expected a manifest, found no file"));
}

TEST_F(StorageTest, WhenManifestsAreSwappedThenRefused) {
  CheckpointStorage storage = Begin(1);
  Take(fs_, storage, 1);
  Take(fs_, storage, 2);
  std::filesystem::copy_file(storage.CompletedPath(CheckpointId(1)) + "/MANIFEST",
                             storage.CompletedPath(CheckpointId(2)) + "/MANIFEST",
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_THAT(storage.ReadManifest(CheckpointId(2)).status().message(),
              HasSubstr("found that of checkpoint 1"));
}

TEST_F(StorageTest, WhenAbortedThenGoneAndNeverDecided) {
  CheckpointStorage storage = Begin(1);
  const auto pending = storage.PreparePending(CheckpointId(1));
  ASSERT_TRUE(WriteTaskFiles(fs_, *pending).ok());
  ASSERT_TRUE(storage.AbortPending(CheckpointId(1)).ok());
  EXPECT_FALSE(std::filesystem::exists(*pending));
  EXPECT_EQ(storage.Decide(ManifestOf(1)).decision, Decision::kNotDecided);
  EXPECT_TRUE(storage.AbortPending(CheckpointId(1)).ok());
}

TEST_F(StorageTest, WhenRetainingThenOnlyTheNewestStay) {
  CheckpointStorage storage = Begin(1);
  for (std::uint64_t id = 8; id <= 11; ++id) Take(fs_, storage, id);
  ASSERT_TRUE(storage.Retain(2).ok());
  EXPECT_THAT(storage.ListCompleted().value(), ElementsAre(CheckpointId(10), CheckpointId(11)));
}

TEST_F(StorageTest, WhenAFailedSyncFollowsTheRenameThenTheOutcomeIsUnknown) {
  FaultyFileSystem faulty(fs_);
  faulty.Inject(
      {.operation = FileOperation::kSyncDirectory, .path_suffix = "/completed", .skip = 1});
  CheckpointStorage storage(faulty, directory_, kJob);
  ASSERT_TRUE(storage.Fence(Generation(1)).ok());
  EXPECT_EQ(Take(faulty, storage, 1).decision, Decision::kUnknown);
}

/// Takes checkpoints 1 and 2, retaining 1, with a power failure at the k-th change; then a new
/// generation must find each either whole or absent, and keep what was reported as decided.
TEST_F(StorageTest, WhenPowerFailsAtAnyChangeThenACheckpointIsWholeOrAbsent) {
  const std::string base = directory_;
  bool crashed = true;
  std::uint64_t k = 1;
  for (; crashed; ++k) {
    ASSERT_LT(k, 200u);
    directory_ = base + "/" + std::to_string(k);
    std::filesystem::create_directory(directory_);
    FaultyFileSystem faulty(fs_);
    std::uint64_t decided = 0;
    {
      faulty.FailMutation(k, FaultAction::kCrash);
      CheckpointStorage storage(faulty, directory_, kJob);
      if (storage.Fence(Generation(1)).ok()) {
        if (Take(faulty, storage, 1).decision == Decision::kDecided) decided = 1;
        if (Take(faulty, storage, 2).decision == Decision::kDecided) decided = 2;
        static_cast<void>(storage.Retain(1));
      }
    }
    crashed = faulty.crashed();
    faulty.FailMutation(0, FaultAction::kCrash);
    ASSERT_TRUE(faulty.LosePower().ok());
    faulty.Restart();
    CheckpointStorage next(faulty, directory_, kJob);
    const Status fenced = next.Fence(Generation(2));
    ASSERT_TRUE(fenced.ok()) << "at " << k << ": " << fenced.message();
    std::uint64_t newest = 0;
    const auto listed = next.ListCompleted();
    ASSERT_TRUE(listed.ok()) << "at " << k;
    for (const CheckpointId id : *listed) {
      const auto manifest = next.ReadManifest(id);
      ASSERT_TRUE(manifest.ok()) << "at " << k << ": " << manifest.status().message();
      const Status whole = next.VerifyFiles(*manifest);
      EXPECT_TRUE(whole.ok()) << "at " << k << ": " << whole.message();
      newest = id.value();
    }
    EXPECT_GE(newest, decided) << "at " << k;
    // And the job goes on.
    EXPECT_EQ(Take(faulty, next, 3).decision, Decision::kDecided) << "at " << k;
  }
  EXPECT_GT(k, 30u);
}

}  // namespace
}  // namespace penstock
