#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "checkpoint/savepoint_exporter.h"
#include "checkpoint/storage.h"
#include "checkpoint/stored_checkpoint.h"
#include "common/checksum.h"
#include "common/faulty_file_system.h"

namespace penstock {
namespace {

namespace files = std::filesystem;
using testing::AnyOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class SavepointTest : public testing::Test {
 protected:
  SavepointTest() {
    std::string pattern = testing::TempDir() + "savepoint-XXXXXX";
    directory_ = files::canonical(::mkdtemp(pattern.data()));
    source_ = directory_ + "/source";
    target_ = directory_ + "/user/savepoints";
    EXPECT_TRUE(fs_.MakeDirectories(source_ + "/sub").ok());
    EXPECT_TRUE(WriteFileAtomically(fs_, source_ + "/a.meta", "abc").ok());
    EXPECT_TRUE(WriteFileAtomically(fs_, source_ + "/sub/b.sst", "data").ok());
    EXPECT_TRUE(WriteManifest(fs_, source_, Manifest()).ok());
  }
  ~SavepointTest() override { files::remove_all(directory_); }

  static CheckpointManifest Manifest() {
    CheckpointManifest manifest;
    manifest.job = JobId(0xabcdef0123456789, 2);
    manifest.checkpoint = CheckpointId(7);
    manifest.final = true;
    manifest.tasks = {
        {{VertexId(0), 0}, {{"a.meta", 3, Checksum("abc")}, {"sub/b.sst", 4, Checksum("data")}}}};
    return manifest;
  }
  Result<std::string> Export(FileSystem& fs) {
    return SavepointExporter(fs).Export(source_, target_, "savepoint-1");
  }
  std::vector<std::string> Names(const std::string& directory) {
    auto names = fs_.List(directory);
    return names.ok() ? *names : std::vector<std::string>{};
  }
  static nlink_t Links(const std::string& path) {
    struct stat info {};
    EXPECT_EQ(::stat(path.c_str(), &info), 0);
    return info.st_nlink;
  }

  FileSystem& fs_ = PosixFileSystem();
  std::string directory_;
  std::string source_;
  std::string target_;
};

TEST_F(SavepointTest, WhenNamedThenAsFlinkDoes) {
  EXPECT_EQ(SavepointName(JobId(0xabcdef0123456789, 2), 0xffff'0000'0000'001fULL),
            "savepoint-abcdef-00000000001f");
}

TEST_F(SavepointTest, WhenExportedThenLinkedWholeAndNotFinal) {
  const auto path = Export(fs_);
  ASSERT_TRUE(path.ok()) << path.status().message();
  EXPECT_EQ(*path, target_ + "/savepoint-1");
  EXPECT_THAT(Names(target_), ElementsAre("savepoint-1"));
  const auto opened = OpenStoredCheckpoint(fs_, *path);
  ASSERT_TRUE(opened.ok()) << opened.status().message();
  CheckpointManifest expected = Manifest();
  expected.final = false;
  EXPECT_EQ(opened->manifest, expected);
  EXPECT_EQ(Links(*path + "/sub/b.sst"), 2u);
  EXPECT_EQ(Links(*path + "/MANIFEST"), 1u);
}

TEST_F(SavepointTest, WhenTheFileSystemsDifferThenCopied) {
  FaultyFileSystem faulty(fs_);
  faulty.Inject({.operation = FileOperation::kLink, .error = EXDEV});
  const auto path = Export(faulty);
  ASSERT_TRUE(path.ok()) << path.status().message();
  EXPECT_EQ(Links(*path + "/sub/b.sst"), 1u);
  EXPECT_EQ(ReadFile(fs_, *path + "/sub/b.sst").value(), "data");
}

TEST_F(SavepointTest, WhenCopiedBytesAreDamagedThenRefusedAndNothingIsLeft) {
  std::ofstream(source_ + "/sub/b.sst") << "dbta";
  FaultyFileSystem faulty(fs_);
  faulty.Inject({.operation = FileOperation::kLink, .error = EXDEV});
  const auto path = Export(faulty);
  EXPECT_EQ(path.status().code(), ErrorCode::kCorruption);
  EXPECT_THAT(path.status().message(), HasSubstr("sub/b.sst: expected checksum"));
  EXPECT_THAT(Names(target_), IsEmpty());
}

TEST_F(SavepointTest, WhenTheDiskIsFullThenRefusedAndNothingIsLeft) {
  FaultyFileSystem faulty(fs_);
  faulty.Inject({.operation = FileOperation::kCreate, .error = ENOSPC});
  EXPECT_EQ(Export(faulty).status().code(), ErrorCode::kResourceExhausted);
  EXPECT_THAT(Names(target_), IsEmpty());
}

/// With `copying` every link fails as across file systems.
class SavepointCrashTest : public SavepointTest, public testing::WithParamInterface<bool> {
 protected:
  void Prepare(FaultyFileSystem& fs) const {
    if (GetParam()) fs.Inject({.operation = FileOperation::kLink, .error = EXDEV});
  }
};

TEST_P(SavepointCrashTest, WhenPowerIsLostAtAnyStepThenTheSavepointIsWholeOrNotThere) {
  std::uint64_t steps = 0;
  {
    FaultyFileSystem counting(fs_);
    Prepare(counting);
    ASSERT_TRUE(Export(counting).ok());
    steps = counting.mutations();
  }
  files::remove_all(directory_ + "/user");
  for (std::uint64_t step = 1; step <= steps; ++step) {
    FaultyFileSystem faulty(fs_);
    Prepare(faulty);
    faulty.FailMutation(step, FaultAction::kCrash);
    EXPECT_FALSE(Export(faulty).ok()) << step;
    ASSERT_TRUE(faulty.LosePower().ok());
    const auto found = OpenStoredCheckpoint(fs_, target_ + "/savepoint-1");
    EXPECT_TRUE(found.ok() || found.status().code() == ErrorCode::kNotFound)
        << step << ": " << found.status().message();
    EXPECT_TRUE(OpenStoredCheckpoint(fs_, source_).ok());
    files::remove_all(directory_ + "/user");
  }
}

TEST_P(SavepointCrashTest, WhenReportedDoneThenItSurvivesPowerLoss) {
  FaultyFileSystem faulty(fs_);
  Prepare(faulty);
  ASSERT_TRUE(Export(faulty).ok());
  ASSERT_TRUE(faulty.LosePower().ok());
  EXPECT_TRUE(OpenStoredCheckpoint(fs_, target_ + "/savepoint-1").ok());
}

INSTANTIATE_TEST_SUITE_P(LinksAndCopies, SavepointCrashTest, testing::Bool());

TEST_F(SavepointTest, WhenALocationIsAPathOrAUriThenUnderstoodAndOthersRefused) {
  EXPECT_EQ(ParseLocation("/a/b/").value(), "/a/b");
  EXPECT_EQ(ParseLocation("file:///a%20b").value(), "/a b");
  EXPECT_EQ(ParseLocation("file://localhost/a").value(), "/a");
  EXPECT_EQ(ParseLocation("file:/a").value(), "/a");
  EXPECT_EQ(ParseLocation(ToFileUri("/a b/%41")).value(), "/a b/%41");
  for (const char* bad : {"", "a/b", "s3://bucket/a", "file://host/a", "file:a"}) {
    EXPECT_EQ(ParseLocation(bad).status().code(), ErrorCode::kInvalidArgument) << bad;
  }
}

TEST_F(SavepointTest, WhenAPathIsNoSavepointThenSaidWhatItIs) {
  EXPECT_EQ(OpenStoredCheckpoint(fs_, directory_ + "/none").status().code(), ErrorCode::kNotFound);
  EXPECT_THAT(OpenStoredCheckpoint(fs_, source_ + "/a.meta").status().message(),
              HasSubstr("is a file"));
  EXPECT_THAT(OpenStoredCheckpoint(fs_, directory_).status().message(),
              HasSubstr("neither a savepoint nor a checkpoint: it has no MANIFEST"));
  std::ofstream(directory_ + "/_metadata") << "flink";
  EXPECT_THAT(OpenStoredCheckpoint(fs_, directory_).status().message(),
              HasSubstr("savepoint of Flink"));
  EXPECT_EQ(OpenStoredCheckpoint(fs_, "file://" + source_ + "/MANIFEST")->directory, source_);
  files::create_symlink(source_, directory_ + "/link");
  EXPECT_EQ(OpenStoredCheckpoint(fs_, directory_ + "/link")->directory, source_);
  files::resize_file(source_ + "/sub/b.sst", 3);
  EXPECT_THAT(OpenStoredCheckpoint(fs_, source_).status().message(),
              HasSubstr("sub/b.sst: expected 4 bytes, found 3 bytes"));
  files::resize_file(source_ + "/MANIFEST", 20);
  EXPECT_EQ(OpenStoredCheckpoint(fs_, source_).status().code(), ErrorCode::kCorruption);
}

TEST_F(SavepointTest, WhenDeletedThenItsFilesAndNothingElseGo) {
  const StoredCheckpoint checkpoint = ReadStoredCheckpoint(fs_, Export(fs_).value()).value();
  std::ofstream(checkpoint.directory + "/notes") << "mine";
  EXPECT_EQ(DeleteStoredCheckpoint(fs_, checkpoint).code(), ErrorCode::kConflict);
  EXPECT_THAT(Names(checkpoint.directory), ElementsAre("notes"));
  files::remove(checkpoint.directory + "/notes");
  EXPECT_TRUE(DeleteStoredCheckpoint(fs_, checkpoint).ok());
  EXPECT_THAT(Names(target_), IsEmpty());
  EXPECT_TRUE(OpenStoredCheckpoint(fs_, source_).ok());
}

TEST_F(SavepointTest, WhenADirectoryInItIsALinkThenNothingIsDeleted) {
  const StoredCheckpoint checkpoint = ReadStoredCheckpoint(fs_, source_).value();
  files::rename(source_ + "/sub", directory_ + "/elsewhere");
  files::create_symlink(directory_ + "/elsewhere", source_ + "/sub");
  EXPECT_THAT(DeleteStoredCheckpoint(fs_, checkpoint).message(), HasSubstr("leads out of"));
  EXPECT_TRUE(files::exists(directory_ + "/elsewhere/b.sst"));
  EXPECT_TRUE(files::exists(source_ + "/a.meta"));
}

TEST_F(SavepointTest, WhenDeletingIsInterruptedAnywhereThenItCanBeRepeated) {
  for (std::uint64_t step = 1; step <= 5; ++step) {
    const StoredCheckpoint checkpoint = ReadStoredCheckpoint(fs_, Export(fs_).value()).value();
    FaultyFileSystem faulty(fs_);
    faulty.FailMutation(step, FaultAction::kCrash);
    EXPECT_FALSE(DeleteStoredCheckpoint(faulty, checkpoint).ok()) << step;
    const auto left = ReadStoredCheckpoint(fs_, checkpoint.directory);
    if (left.ok()) EXPECT_TRUE(DeleteStoredCheckpoint(fs_, *left).ok()) << step;
    files::remove_all(target_);
  }
}

TEST_F(SavepointTest, WhenACheckpointIsNeededThenRetentionKeepsIt) {
  const JobId job(1, 1);
  CheckpointStorage storage(fs_, directory_, job);
  ASSERT_TRUE(storage.Fence(Generation(1)).ok());
  for (std::uint64_t id = 1; id <= 4; ++id) {
    CheckpointManifest manifest;
    manifest.job = job;
    manifest.checkpoint = CheckpointId(id);
    ASSERT_TRUE(storage.PreparePending(CheckpointId(id)).ok());
    ASSERT_EQ(storage.Decide(manifest).decision, Decision::kDecided);
  }
  ASSERT_TRUE(storage.Retain(1, {storage.CompletedPath(CheckpointId(2))}).ok());
  EXPECT_THAT(storage.ListCompleted().value(), ElementsAre(CheckpointId(2), CheckpointId(4)));
  ASSERT_TRUE(storage.Retain(1).ok());
  EXPECT_THAT(storage.ListCompleted().value(), ElementsAre(CheckpointId(4)));
  FaultyFileSystem faulty(fs_);
  faulty.Inject({.operation = FileOperation::kSyncDirectory});
  EXPECT_FALSE(DeleteJobCheckpoints(faulty, directory_, job).ok());
  EXPECT_TRUE(DeleteJobCheckpoints(fs_, directory_, job).ok());
  EXPECT_TRUE(DeleteJobCheckpoints(fs_, directory_, job).ok());
  EXPECT_THAT(Names(directory_), ElementsAre("source"));
}

}  // namespace
}  // namespace penstock
