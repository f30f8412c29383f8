#include "coordinator/job_store.h"

#include <sys/resource.h>

#include <csignal>
#include <filesystem>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "checkpoint/storage.h"
#include "checkpoint/stored_checkpoint.h"
#include "common/bytes.h"
#include "common/checksum.h"
#include "coordinator/data_directory.h"
#include "coordinator/job_storage.h"
#include "coordinator/plugin_store.h"
#include "coordinator/restore_choice.h"
#include "tests/unit/coordinator/manual_clock.h"

namespace penstock {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

class DirectoryTest : public testing::Test {
 protected:
  DirectoryTest() {
    std::string pattern = testing::TempDir() + "coordinator-XXXXXX";
    directory_ = ::mkdtemp(pattern.data());
  }
  ~DirectoryTest() override { std::filesystem::remove_all(directory_); }

  std::string directory_;
};

StoredJob Sample(std::uint64_t id) {
  StoredJob job;
  job.spec = {JobId(1, id), "name", "0123", {{"a", "b"}}, "/work", {{"k", "v"}}, "{}"};
  job.progress.generation = Generation(3);
  job.progress.last_used = CheckpointId(9);
  job.progress.submitted_millis = static_cast<std::int64_t>(100 - id);
  job.progress.failures = {{5, "cause", "hint", "task", "worker", {{"later"}}}};
  return job;
}

/// While it lives, writes that make a file longer fail.
class NoFileMayGrow {
 public:
  NoFileMayGrow() {
    ::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit none{0, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &none);
  }
  ~NoFileMayGrow() { ::setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_;
};

using JobStoreTest = DirectoryTest;

TEST_F(JobStoreTest, WhenReopenedThenJobsAreThereInOrderOfSubmission) {
  {
    auto store = JobStore::Open(directory_ + "/jobs");
    ASSERT_TRUE(store.ok()) << store.status().message();
    ASSERT_TRUE((*store)->Add(Sample(1), {}).ok());
    ASSERT_TRUE((*store)->Add(Sample(2), {}).ok());
    JobProgress later = Sample(1).progress;
    later.state = JobState::kFinished;
    ASSERT_TRUE((*store)->SaveProgress(JobId(1, 1), later).ok());
  }
  auto store = JobStore::Open(directory_ + "/jobs");
  const auto jobs = (*store)->List();
  ASSERT_TRUE(jobs.ok()) << jobs.status().message();
  ASSERT_THAT(*jobs, SizeIs(2));
  EXPECT_EQ((*jobs)[0].spec.id, JobId(1, 2));
  EXPECT_EQ((*jobs)[0].spec.arguments, Sample(2).spec.arguments);
  EXPECT_EQ((*jobs)[0].progress, Sample(2).progress);
  EXPECT_EQ((*jobs)[1].progress.state, JobState::kFinished);
}

TEST_F(JobStoreTest, WhenAJobIsReplacedThenDescriptionAndProgressChangeTogether) {
  auto store = JobStore::Open(directory_ + "/jobs");
  ASSERT_TRUE((*store)->Add(Sample(1), {}).ok());
  StoredJob rescaled = Sample(1);
  rescaled.spec.graph_json = "{\"name\": \"another\"}";
  rescaled.progress.generation = Generation(4);
  ASSERT_TRUE((*store)->Replace(rescaled).ok());
  const auto jobs = (*store)->List();
  ASSERT_THAT(*jobs, SizeIs(1));
  EXPECT_EQ((*jobs)[0].spec.graph_json, rescaled.spec.graph_json);
  EXPECT_EQ((*jobs)[0].progress, rescaled.progress);
}

TEST_F(JobStoreTest, WhenTheIdempotencyKeyIsKnownThenTheFirstJobIsReturned) {
  auto store = JobStore::Open(directory_ + "/jobs");
  const std::string one = "00112233aabbccdd";
  EXPECT_EQ((*store)->Add(Sample(1), {"key", one}).value(), JobId(1, 1));
  EXPECT_EQ((*store)->Add(Sample(2), {"key", one}).value(), JobId(1, 1));
  EXPECT_EQ((*store)->Add(Sample(3), {"other", one}).value(), JobId(1, 3));
  EXPECT_EQ((*store)->FindKey({"key", one}).value(), JobId(1, 1));
  EXPECT_EQ((*store)->FindKey({"none", one}).value(), JobId());
  EXPECT_THAT((*store)->List().value(), SizeIs(2));
}

TEST_F(JobStoreTest, WhenTheKeyIsThatOfAnotherSubmissionThenAConflictUnlessItIsNotKnown) {
  auto store = JobStore::Open(directory_ + "/jobs");
  ASSERT_TRUE((*store)->Add(Sample(1), {"key", "00112233aabbccdd"}).ok());
  const auto other = (*store)->Add(Sample(2), {"key", "00112233aabbccde"});
  EXPECT_EQ(other.status().code(), ErrorCode::kConflict);
  EXPECT_THAT(other.status().message(), HasSubstr(ToString(JobId(1, 1))));
  // As releases before the fingerprint have stored it.
  ASSERT_TRUE((*store)->Add(Sample(3), {"old", ""}).ok());
  EXPECT_EQ((*store)->FindKey({"old", "00112233aabbccdd"}).value(), JobId(1, 3));
}

TEST_F(JobStoreTest, WhenTheDiskRefusesAWriteThenItIsReportedAndLaterOnesSucceed) {
  auto store = JobStore::Open(directory_ + "/jobs");
  ASSERT_TRUE(store.ok());
  {
    const NoFileMayGrow full;
    EXPECT_FALSE((*store)->Add(Sample(1), {}).ok());
    EXPECT_FALSE((*store)->SaveProgress(JobId(1, 1), {}).ok());
  }
  EXPECT_TRUE((*store)->Add(Sample(2), {}).ok());
  EXPECT_EQ((*store)->List()->size(), 1u);
}

TEST_F(JobStoreTest, WhenAByteOfAnEntryIsDamagedThenRefused) {
  const std::string spec = EncodeJobSpec(Sample(1).spec);
  const std::string progress = EncodeJobProgress(Sample(1).progress);
  for (std::size_t i = 0; i < spec.size(); ++i) {
    std::string bad = spec;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    EXPECT_FALSE(DecodeJobSpec(bad, "job").ok());
  }
  for (std::size_t i = 0; i <= progress.size(); ++i) {
    EXPECT_EQ(DecodeJobProgress(progress.substr(0, i), "job").ok(), i == progress.size());
  }
}

/// Written by the release before savepoints; of version 2, by that before failures had operators.
constexpr char kProgressOfVersion1[] =
    "01000000070103000000000000000900000000000000080000000000000002000000000000006400"
    "000000000000c8000000000000000000000000000000000000000000000096000000000000000000"
    "00000000000000000000000000000000000000000000000000000000000000000000000000000000"
    "00000000000000000000000000000000000000000000010000000500000000000000050000006361"
    "7573650400000068696e74040000007461736b06000000776f726b657201000000050000006c6174"
    "6572e296f777bf188e6c";
constexpr char kSpecOfVersion1[] =
    "0100000001000000000000000200000000000000040000006e616d65040000003031323301000000"
    "01000000610100000062050000002f776f726b01000000010000006b0100000076020000007b7d46"
    "2c4f2b1828ff77";
constexpr char kProgressOfVersion2[] =
    "02000000070103000000000000000900000000000000080000000000000002000000000000006400"
    "000000000000c8000000000000000000000000000000000000000000000096000000000000000000"
    "00000000000000000000000000000000000000000000000000000000000000000000000000000000"
    "00000000000000000000000000000000000000000000010000000500000000000000050000006361"
    "7573650400000068696e74040000007461736b06000000776f726b657201000000050000006c6174"
    "657201020000002f730e0000002f732f73617665706f696e742d3101250d657a87989886";
constexpr char kSpecOfVersion2[] =
    "0200000001000000000000000200000000000000040000006e616d65040000003031323301000000"
    "01000000610100000062050000002f776f726b01000000010000006b0100000076020000007b7d0b"
    "fa85b399152e6c";

constexpr char kProgressOfVersion3[] =
    "03000000070103000000000000000900000000000000080000000000000002000000000000006400"
    "000000000000c8000000000000000000000000000000000000000000000096000000000000000000"
    "00000000000000000000000000000000000000000000000000000000000000000000000000000000"
    "00000000000000000000000000000000000000000000010000000500000000000000050000006361"
    "7573650400000068696e74040000007461736b06000000776f726b657201000000050000006c6174"
    "65720600000000000000040000006e657874050000006f74686572020000006f7003000000000000"
    "00040000002330206601020000002f730e0000002f732f73617665706f696e742d3101d2e745d2aa"
    "8e83ef";
constexpr char kSpecOfVersion3[] =
    "0300000001000000000000000200000000000000040000006e616d65040000003031323301000000"
    "01000000610100000062050000002f776f726b01000000010000006b0100000076020000007b7d4d"
    "aea8c0461cb512";

std::string Unhex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  }
  return bytes;
}
std::string Hex(std::string_view bytes) {
  std::string hex;
  for (const char c : bytes) hex += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return hex;
}

JobProgress PinnedProgress() {
  JobProgress progress;
  progress.state = JobState::kFinished;
  progress.goal = JobGoal::kStop;
  progress.generation = Generation(3);
  progress.last_used = CheckpointId(9);
  progress.last_completed = CheckpointId(8);
  progress.restarts = 2;
  progress.submitted_millis = 100;
  progress.end_millis = 200;
  progress.entered[2] = 150;
  progress.failures = {{5, "cause", "hint", "task", "worker", {{"later"}}}};
  return progress;
}

TEST_F(JobStoreTest, WhenWrittenByVersion1ThenReadWithDefaults) {
  const auto progress = DecodeJobProgress(Unhex(kProgressOfVersion1), "job");
  ASSERT_TRUE(progress.ok()) << progress.status().message();
  EXPECT_EQ(*progress, PinnedProgress());
  const auto spec = DecodeJobSpec(Unhex(kSpecOfVersion1), "job");
  ASSERT_TRUE(spec.ok()) << spec.status().message();
  EXPECT_EQ(EncodeJobSpec(*spec), EncodeJobSpec(Sample(2).spec));
}

/// What version 2 added.
JobProgress StoppedProgress() {
  JobProgress progress = PinnedProgress();
  progress.drain = true;
  progress.stop_directory = "/s";
  progress.savepoint = "/s/savepoint-1";
  progress.discard_checkpoints = true;
  return progress;
}

TEST_F(JobStoreTest, WhenWrittenByVersion2ThenReadWithDefaults) {
  EXPECT_EQ(DecodeJobProgress(Unhex(kProgressOfVersion2), "job").value(), StoppedProgress());
  EXPECT_EQ(EncodeJobSpec(DecodeJobSpec(Unhex(kSpecOfVersion2), "job").value()),
            EncodeJobSpec(Sample(2).spec));
}

TEST_F(JobStoreTest, WhenEncodedThenBytesAreThoseOfVersion3) {
  JobProgress progress = StoppedProgress();
  progress.failures[0].followed_by = {{"later", 6, "next", "other"}};
  progress.failures[0].operator_name = "op";
  progress.failures[0].generation = Generation(3);
  progress.failures[0].stack = "#0 f";
  EXPECT_EQ(Hex(EncodeJobProgress(progress)), kProgressOfVersion3);
  EXPECT_EQ(DecodeJobProgress(Unhex(kProgressOfVersion3), "job").value(), progress);
  EXPECT_EQ(Hex(EncodeJobSpec(Sample(2).spec)), kSpecOfVersion3);
}

TEST_F(JobStoreTest, WhenOfANewerVersionThenRefusedWithItsNumber) {
  std::string bytes = EncodeJobProgress(PinnedProgress());
  bytes[0] = 4;
  bytes.resize(bytes.size() - 8);
  ByteWriter(bytes).Fixed(Checksum(bytes));
  EXPECT_THAT(DecodeJobProgress(bytes, "job").status().message(),
              HasSubstr("has format version 4, this release reads up to 3"));
}

using DataDirectoryTest = DirectoryTest;

TEST_F(DataDirectoryTest, WhenTwoCoordinatorsShareADirectoryThenTheSecondIsRefused) {
  auto first = LockDataDirectory(directory_);
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(LockDataDirectory(directory_).status().code(), ErrorCode::kConflict);
}

TEST_F(DataDirectoryTest, WhenMadeThenTheSecretIsPrivateAndStays) {
  const auto secret = EnsureClusterSecret(PosixFileSystem(), directory_);
  ASSERT_TRUE(secret.ok()) << secret.status().message();
  EXPECT_EQ(EnsureClusterSecret(PosixFileSystem(), directory_).value(), *secret);
  EXPECT_EQ(std::filesystem::status(directory_ + "/secret").permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  EXPECT_NE(EnsureRestToken(PosixFileSystem(), directory_).value(), *secret);
}

using PluginStoreTest = DirectoryTest;

TEST_F(PluginStoreTest, WhenReopenedThenPluginsAreFoundByIdAndHash) {
  ManualClock clock;
  PluginStore store(PosixFileSystem(), clock, directory_ + "/plugins");
  ASSERT_TRUE(store.Open().ok());
  const auto added = store.Add("job.so", "content");
  ASSERT_TRUE(added.ok()) << added.status().message();
  EXPECT_EQ(store.Add("other.so", "content")->name, "job.so");
  PluginStore again(PosixFileSystem(), clock, directory_ + "/plugins");
  ASSERT_TRUE(again.Open().ok());
  EXPECT_EQ(again.Find(added->id())->hash, added->hash);
  EXPECT_EQ(again.Read(added->hash, 3, 100).value(), "tent");
  EXPECT_EQ(again.Find("../../etc").status().code(), ErrorCode::kNotFound);
  ASSERT_TRUE(again.Remove(added->hash).ok());
  EXPECT_EQ(again.Read(added->hash, 0, 1).status().code(), ErrorCode::kNotFound);
}

class RestoreChoiceTest : public DirectoryTest {
 protected:
  RestoreChoiceTest() { EXPECT_TRUE(storage_.Fence(Generation(1)).ok()); }

  void Complete(std::uint64_t id) {
    CheckpointManifest manifest;
    manifest.job = kJob;
    manifest.checkpoint = CheckpointId(id);
    manifest.graph_hash = 77;
    ASSERT_TRUE(storage_.PreparePending(CheckpointId(id)).ok());
    ASSERT_EQ(storage_.Decide(manifest).decision, Decision::kDecided);
  }
  void Damage(std::uint64_t id) {
    std::filesystem::resize_file(storage_.CompletedPath(CheckpointId(id)) + "/MANIFEST", 10);
  }
  Result<RestoreChoice> Choose(std::uint64_t last, bool transactional) {
    return ChooseRestorePoint(PosixFileSystem(), storage_,
                              {.last_completed = CheckpointId(last),
                               .transactional = transactional,
                               .start_from = "",
                               .unreadable = {}});
  }

  static constexpr JobId kJob{3, 3};
  CheckpointStorage storage_{PosixFileSystem(), directory_, kJob};
};

TEST_F(RestoreChoiceTest, WhenThereWasNoneThenFromTheBeginning) {
  EXPECT_FALSE(Choose(0, true)->point.has_value());
}

TEST_F(RestoreChoiceTest, WhenIntactThenTheNewest) {
  Complete(1);
  Complete(2);
  EXPECT_EQ(Choose(1, true)->point->checkpoint, CheckpointId(2));
}

TEST_F(RestoreChoiceTest, WhenHistoryKnowsOneButNoneIsThereThenRefusedInsteadOfEmpty) {
  for (const bool transactional : {false, true}) {
    const auto choice = Choose(5, transactional);
    EXPECT_EQ(choice.status().code(), ErrorCode::kCorruption);
    EXPECT_THAT(choice.status().message(), HasSubstr("completed/5/MANIFEST"));
  }
}

TEST_F(RestoreChoiceTest, WhenTheNewestIsDamagedThenAnOlderOneOnlyWithoutTransactionalSinks) {
  Complete(1);
  Complete(2);
  Damage(2);
  EXPECT_EQ(Choose(2, true).status().code(), ErrorCode::kCorruption);
  const auto choice = Choose(2, false);
  EXPECT_EQ(choice->point->checkpoint, CheckpointId(1));
  EXPECT_EQ(choice->newest, CheckpointId(2));
  EXPECT_THAT(choice->warnings.at(0), HasSubstr("checkpoint 2 is skipped"));
  Damage(1);
  EXPECT_EQ(Choose(2, false).status().code(), ErrorCode::kCorruption);
}

TEST_F(RestoreChoiceTest, WhenToldWhereToStartThenFromThereUntilThereIsAnOwnOne) {
  const std::string start = directory_ + "/savepoint";
  CheckpointManifest manifest;
  manifest.job = JobId(4, 4);
  manifest.checkpoint = CheckpointId(9);
  manifest.final = true;
  ASSERT_TRUE(PosixFileSystem().MakeDirectories(start).ok());
  const RestoreQuestion question{.transactional = true, .start_from = start};
  EXPECT_EQ(ChooseRestorePoint(PosixFileSystem(), storage_, question).status().code(),
            ErrorCode::kInvalidArgument);
  ASSERT_TRUE(WriteManifest(PosixFileSystem(), start, manifest).ok());
  const auto choice = ChooseRestorePoint(PosixFileSystem(), storage_, question);
  ASSERT_TRUE(choice.ok()) << choice.status().message();
  EXPECT_TRUE(choice->foreign);
  EXPECT_FALSE(choice->point->final);
  EXPECT_EQ(choice->newest, CheckpointId(9));
  Complete(10);
  const auto own = ChooseRestorePoint(PosixFileSystem(), storage_, question);
  EXPECT_FALSE(own->foreign);
  EXPECT_EQ(own->point->checkpoint, CheckpointId(10));
}

using JobStorageTest = RestoreChoiceTest;

TEST_F(JobStorageTest, WhenClaimedThenDeletedOnceEnoughNewerOnesAreComplete) {
  const std::string start = directory_ + "/savepoint";
  CheckpointManifest manifest;
  ASSERT_TRUE(PosixFileSystem().MakeDirectories(start).ok());
  ASSERT_TRUE(WriteManifest(PosixFileSystem(), start, manifest).ok());
  auto store = JobStore::Open(directory_ + "/jobs");
  JobStorage storage(
      PosixFileSystem(), **store, kJob,
      {.checkpoint_directory = directory_, .retained = 2, .start_from = start, .claim = true});
  Complete(1);
  EXPECT_TRUE(storage.DropOld({}).ok());
  EXPECT_TRUE(std::filesystem::exists(start));
  Complete(2);
  EXPECT_TRUE(storage.DropOld({start}).ok());
  EXPECT_TRUE(std::filesystem::exists(start));
  EXPECT_TRUE(storage.DropOld({}).ok());
  EXPECT_FALSE(std::filesystem::exists(start));
  EXPECT_TRUE(storage.DropOld({}).ok());
}

}  // namespace
}  // namespace penstock
