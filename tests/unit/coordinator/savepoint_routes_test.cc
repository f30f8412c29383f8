#include <filesystem>
#include <thread>

#include <gmock/gmock.h>

#include "checkpoint/stored_checkpoint.h"
#include "common/checksum.h"
#include "tests/unit/coordinator/rest_fixture.h"

namespace penstock {
namespace {

namespace files = std::filesystem;
namespace json = boost::json;
using testing::HasSubstr;

/// A job that runs on one host, and whose tasks do what a test says.
class SavepointRoutesTest : public RestServiceTest {
 protected:
  SavepointRoutesTest() {
    Register();
    target_ = directory_ + "/savepoints";
  }

  void FromHost(const HostEvent& event) {
    dispatcher_->Post([this, event, host = host_] {
      dispatcher_->OnWorkerEvent(WorkerId(5, 5), penstock::FromHost{host, event});
    });
  }
  HostCommand TakeCommand() { return std::get<ForwardToHost>(gateway_.Take()).command; }

  /// Submits, and answers for the host until the job runs; returns "/jobs/<id>".
  std::string RunToRunning(const std::string& body = "{}") {
    const std::string job = "/jobs/" + Run(body);
    host_ = std::get<StartHost>(gateway_.Take()).host;
    FromHost(HostReady{"tcp://127.0.0.1:1"});
    deployed_ = std::get<DeployTasks>(TakeCommand());
    FromHost(HostDeployed{});
    std::get<StartTasks>(TakeCommand());
    return job;
  }
  /// Answers for the tasks of the checkpoint that was triggered.
  CheckpointId CompleteCheckpoint() {
    const auto trigger = std::get<TriggerCheckpoint>(TakeCommand());
    for (std::uint32_t i = 0; i < 4; ++i) {
      const SubtaskId subtask{VertexId(i / 2), i % 2};
      const std::string name = std::to_string(i) + ".meta";
      SnapshotMetadata metadata;
      metadata.subtask = subtask;
      metadata.key_hash_version = kKeyHashVersion;
      const std::string bytes = EncodeSnapshotMetadata(metadata);
      EXPECT_TRUE(WriteFileAtomically(fs_, trigger.directory + "/" + name, bytes).ok());
      FromHost(CheckpointAcknowledged{
          trigger.checkpoint, {subtask, {{name, bytes.size(), Checksum(bytes)}}}, {}});
    }
    EXPECT_EQ(std::get<CheckpointCompleted>(TakeCommand()).checkpoint, trigger.checkpoint);
    return trigger.checkpoint;
  }
  std::string Trigger(const std::string& path, const std::string& body) {
    const HttpResponse answer = Ask("POST", path, body);
    EXPECT_EQ(answer.status, 202) << answer.body;
    return json::parse(answer.body).at("request-id").as_string().c_str();
  }
  /// The operation, once it has ended.
  json::object Await(const std::string& path) {
    while (true) {
      const json::object answer = Get(path);
      if (answer.at("status").at("id").as_string() == "COMPLETED") {
        return answer.at("operation").as_object();
      }
      std::this_thread::yield();
    }
  }
  std::string Location(const json::object& operation) {
    EXPECT_TRUE(operation.contains("location")) << json::serialize(operation);
    return operation.at("location").as_string().c_str();
  }
  static std::string Cause(const json::object& operation) {
    return operation.at("failure-cause").at("message").as_string().c_str();
  }
  std::string TakeSavepoint(const std::string& job) {
    const std::string id =
        Trigger(job + "/savepoints", R"({"target-directory":")" + target_ + R"("})");
    CompleteCheckpoint();
    return Location(Await(job + "/savepoints/" + id));
  }
  void Finish() {
    std::get<StopSources>(TakeCommand());
    for (std::uint32_t i = 0; i < 2; ++i) FromHost(SourceExhausted{{VertexId(0), i}});
    CompleteCheckpoint();
    FromHost(HostFinished{});
    dispatcher_->Post([this, host = host_] {
      dispatcher_->OnWorkerEvent(WorkerId(5, 5),
                                 HostExited{host, true, false, "exit code 0", "", ""});
    });
  }
  HttpResponse Submit(const std::string& body) {
    return Ask("POST", "/jars/" + Upload() + "/run", body);
  }

  std::string target_;
  HostId host_;
  DeployTasks deployed_;
};

TEST_F(SavepointRoutesTest, WhenASavepointIsTakenThenItIsThereAndViewsSaySo) {
  const std::string job = RunToRunning();
  const std::string body = R"({"target-directory":"file://)" + target_ +
                           R"(","triggerId":"000000000000000000000000000000aa"})";
  const std::string id = Trigger(job + "/savepoints", body);
  EXPECT_EQ(id, "000000000000000000000000000000aa");
  EXPECT_EQ(Trigger(job + "/savepoints", body), id);
  EXPECT_EQ(Get(job + "/savepoints/" + id).at("status").at("id").as_string(), "IN_PROGRESS");
  CompleteCheckpoint();
  const std::string location = Location(Await(job + "/savepoints/" + id));
  EXPECT_THAT(location, HasSubstr("file://" + target_ + "/savepoint-"));
  EXPECT_TRUE(OpenStoredCheckpoint(fs_, location).ok());
  const json::object views = Get(job + "/checkpoints");
  EXPECT_TRUE(views.at("latest").at("savepoint").at("is_savepoint").as_bool());
  EXPECT_EQ(views.at("history").at(0).at("checkpoint_type").as_string(), "SAVEPOINT");
  EXPECT_EQ("file://" + std::string(views.at("history").at(0).at("external_path").as_string()),
            location);
}

TEST_F(SavepointRoutesTest, WhenACheckpointIsTakenThenItsNumberIsTold) {
  const std::string job = RunToRunning();
  const std::string id = Trigger(job + "/checkpoints", R"({"checkpointType":"FULL"})");
  const CheckpointId taken = CompleteCheckpoint();
  EXPECT_EQ(Await(job + "/checkpoints/" + id).at("checkpointId").to_number<std::uint64_t>(),
            taken.value());
}

TEST_F(SavepointRoutesTest, WhenTheRequestIsWrongThenRefused) {
  const std::string job = RunToRunning();
  EXPECT_THAT(Ask("POST", job + "/savepoints", "{}").body, HasSubstr("there is no directory"));
  EXPECT_EQ(Ask("POST", job + "/savepoints", R"({"target-directory":"a/b"})").status, 400);
  EXPECT_EQ(Ask("POST", job + "/savepoints", R"({"target-directory":1})").status, 400);
  EXPECT_EQ(Ask("POST", job + "/savepoints", R"({"target-directory":"/a","triggerId":"x"})").status,
            400);
  EXPECT_EQ(Ask("POST", "/jobs/" + ToString(JobId(9, 9)) + "/checkpoints", "{}").status, 404);
  EXPECT_EQ(Ask("GET", job + "/savepoints/" + ToString(JobId(9, 9))).status, 404);
  EXPECT_EQ(Ask("POST", job + "/stop", R"({"drain":"yes"})").status, 400);
}

TEST_F(SavepointRoutesTest, WhenTheTargetCannotBeWrittenThenTheRequestFailsAndTheJobRunsOn) {
  const std::string job = RunToRunning();
  const std::string id = Trigger(job + "/savepoints", R"({"target-directory":"/proc/penstock"})");
  CompleteCheckpoint();
  EXPECT_THAT(Cause(Await(job + "/savepoints/" + id)), HasSubstr("cannot make the savepoint's"));
  EXPECT_EQ(Get(job + "/status").at("status").as_string(), "RUNNING");
}

TEST_F(SavepointRoutesTest, WhenStoppedThenTheSavepointIsToldAndTheCheckpointsGo) {
  const std::string job = RunToRunning(
      R"({"configuration":{"execution.checkpointing.savepoint-dir":"file://)" + target_ + R"("}})");
  const std::string id = Trigger(job + "/stop", "{}");
  Finish();
  const std::string location = Location(Await(job + "/savepoints/" + id));
  EXPECT_FALSE(OpenStoredCheckpoint(fs_, location)->manifest.final);
  EXPECT_EQ(Get(job + "/status").at("status").as_string(), "FINISHED");
  dispatcher_->Stop();  // what was to be deleted has been
  EXPECT_FALSE(files::exists(directory_ + "/checkpoints" + job.substr(5)));
}

TEST_F(SavepointRoutesTest, WhenCheckpointsAreRetainedThenTheyStay) {
  const std::string job = RunToRunning(
      R"({"configuration":{"execution.checkpointing.externalized-checkpoint-retention":
          "RETAIN_ON_CANCELLATION"}})");
  const std::string id = Trigger(job + "/stop", "{}");
  Finish();
  EXPECT_FALSE(Await(job + "/savepoints/" + id).contains("location"));
  dispatcher_->Stop();
  EXPECT_TRUE(files::exists(directory_ + "/checkpoints" + job.substr(5) + "/completed/1/MANIFEST"));
}

TEST_F(SavepointRoutesTest, WhenAJobStartsFromASavepointThenItIsRestoredAndNeeded) {
  const std::string first = RunToRunning();
  const std::string id = Trigger(first + "/stop", R"({"targetDirectory":")" + target_ + R"("})");
  Finish();
  const std::string location = Location(Await(first + "/savepoints/" + id));
  const std::string second = RunToRunning(R"({"savepointPath":")" + location + R"("})");
  ASSERT_EQ(deployed_.restore.size(), 1u);
  EXPECT_EQ("file://" + deployed_.restore[0].directory, location);
  EXPECT_FALSE(deployed_.restore[0].final);
  const auto restored = Get(second + "/checkpoints").at("latest").at("restored");
  EXPECT_TRUE(restored.at("is_savepoint").as_bool());

  const std::string disposal = R"({"savepoint-path":")" + location + R"("})";
  std::string request = Trigger("/savepoint-disposal", disposal);
  EXPECT_THAT(Cause(Await("/savepoint-disposal/" + request)), HasSubstr("still needs"));
  Trigger(second + "/checkpoints", "{}");
  EXPECT_EQ(CompleteCheckpoint(), CheckpointId(2));
  request = Trigger("/savepoint-disposal", disposal);
  EXPECT_FALSE(Await("/savepoint-disposal/" + request).contains("failure-cause"));
  EXPECT_TRUE(files::is_empty(target_));
  request = Trigger("/savepoint-disposal", disposal);
  EXPECT_THAT(Cause(Await("/savepoint-disposal/" + request)), HasSubstr("there is no savepoint"));
}

TEST_F(SavepointRoutesTest, WhenThePathIsNoSavepointThenNoJobExists) {
  EXPECT_EQ(Submit(R"({"savepointPath":"/none"})").status, 404);
  EXPECT_EQ(Submit(R"({"savepointPath":"none"})").status, 400);
  EXPECT_THAT(Submit(R"({"savepointPath":")" + directory_ + R"("})").body,
              HasSubstr("neither a savepoint nor a checkpoint"));
  EXPECT_EQ(Submit(R"({"savepointPath":"/none","claimMode":"MINE"})").status, 400);
  EXPECT_TRUE(Get("/jobs").at("jobs").as_array().empty());
}

TEST_F(SavepointRoutesTest, WhenTheJobRanOnThenItsOlderSavepointNeedsAcceptedDuplicates) {
  const std::string job = RunToRunning();
  const std::string location = TakeSavepoint(job);
  const std::string body = R"({"savepointPath":")" + location + R"(")";
  const HttpResponse refused = Submit(body + "}");
  EXPECT_EQ(refused.status, 409);
  EXPECT_THAT(refused.body, HasSubstr("has gone on after"));
  EXPECT_THAT(refused.body, HasSubstr("--accept-duplicates"));
  EXPECT_EQ(Submit(body + R"(,"configuration":
                {"execution.state-recovery.accept-duplicates":"true"}})")
                .status,
            200);
}

TEST_F(SavepointRoutesTest, WhenACheckpointOfALiveJobIsNamedThenNeitherDeletedNorClaimed) {
  const std::string job = RunToRunning();
  Trigger(job + "/checkpoints", "{}");
  CompleteCheckpoint();
  const std::string path = directory_ + "/checkpoints" + job.substr(5) + "/completed/1";
  const std::string request =
      Trigger("/savepoint-disposal", R"({"savepoint-path":")" + path + R"("})");
  EXPECT_THAT(Cause(Await("/savepoint-disposal/" + request)), HasSubstr("is a checkpoint of job"));
  EXPECT_THAT(Submit(R"({"claimMode":"CLAIM","savepointPath":")" + path + R"("})").body,
              HasSubstr("cannot be claimed"));
  EXPECT_TRUE(files::exists(path + "/MANIFEST"));
}

}  // namespace
}  // namespace penstock
