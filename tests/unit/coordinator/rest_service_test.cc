#include "coordinator/rest/rest_service.h"

#include <filesystem>
#include <future>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "checkpoint/manifest.h"
#include "checkpoint/task_snapshot.h"
#include "common/checksum.h"
#include "common/http/multipart.h"
#include "common/key_group.h"
#include "tests/unit/coordinator/job_master_harness.h"

namespace penstock {
namespace {

namespace json = boost::json;
using testing::HasSubstr;

/// Keeps commands until somebody takes them.
class RecordingGateway final : public WorkerGateway {
 public:
  void Send(WorkerId, WorkerCommand command) override {
    MutexLock lock(mu_);
    commands_.push_back(std::move(command));
    changed_.NotifyAll();
  }
  void Disconnect(WorkerId) override {}
  WorkerCommand Take() {
    MutexLock lock(mu_);
    while (commands_.empty()) changed_.Wait(mu_);
    WorkerCommand command = std::move(commands_.front());
    commands_.pop_front();
    return command;
  }

 private:
  Mutex mu_;
  CondVar changed_;
  std::deque<WorkerCommand> commands_ GUARDED_BY(mu_);
};

/// A coordinator without network: REST requests in, commands to workers out.
class RestServiceTest : public testing::Test {
 protected:
  RestServiceTest() {
    std::string pattern = testing::TempDir() + "rest-XXXXXX";
    directory_ = ::mkdtemp(pattern.data());
    EXPECT_TRUE(config_.Set("penstock.data-dir", directory_).ok());
    EXPECT_TRUE(config_.Set("worker.memory", "512m").ok());
    EXPECT_TRUE(config_.Set("taskmanager.numberOfTaskSlots", "2").ok());
    Start();
  }
  ~RestServiceTest() override {
    dispatcher_->Stop();
    std::filesystem::remove_all(directory_);
  }

  void Start() {
    store_ = std::move(JobStore::Open(directory_ + "/jobs").value());
    plugins_ = std::make_unique<PluginStore>(fs_, clock_, directory_ + "/plugins");
    ASSERT_TRUE(plugins_->Open().ok());
    dispatcher_ = std::make_unique<Dispatcher>(
        config_, DispatcherParts{fs_, clock_, *store_, *plugins_, gateway_, planner_,
                                 [this] { return ++random_; }});
    rest_ = std::make_unique<RestService>(*dispatcher_, [] {});
    ASSERT_TRUE(dispatcher_->Start().ok());
  }
  void Restart() {
    dispatcher_->Stop();
    rest_.reset();
    dispatcher_.reset();
    store_.reset();
    Start();
  }

  HttpResponse Ask(const std::string& method, const std::string& target,
                   const std::string& body = "", const std::string& type = "application/json") {
    HttpRequest request{.method = method, .target = target, .body = body};
    request.headers["content-type"] = type;
    EXPECT_TRUE(ParseTarget(request).ok());
    std::promise<HttpResponse> answer;
    auto future = answer.get_future();
    rest_->Handle(request, HttpResponder([&](HttpResponse r) { answer.set_value(std::move(r)); }));
    return future.get();
  }
  json::object Get(const std::string& target) {
    return json::parse(Ask("GET", target).body).as_object();
  }
  std::string Upload() {
    const MultipartBody form = BuildMultipartFile("jarfile", "job.so", "ELF");
    const HttpResponse answer = Ask("POST", "/v1/jars/upload", form.body, form.content_type);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return json::parse(answer.body).at("filename").as_string().c_str();
  }
  std::string Run(const std::string& body) {
    const HttpResponse answer = Ask("POST", "/v1/jars/" + Upload() + "/run", body);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return json::parse(answer.body).at("jobid").as_string().c_str();
  }
  /// A checkpoint with state of the operator `uid`; returns its directory.
  std::string WriteCheckpoint(const std::string& uid) {
    SnapshotMetadata metadata;
    metadata.key_hash_version = kKeyHashVersion;
    metadata.operators = {{uid, "source", "position", {}}};
    const std::string bytes = EncodeSnapshotMetadata(metadata);
    const std::string name = SnapshotMetadataName({});
    CheckpointManifest manifest;
    manifest.tasks = {{{}, {{name, bytes.size(), Checksum(bytes)}}}};
    const std::string directory = directory_ + "/checkpoint-" + uid;
    EXPECT_TRUE(fs_.MakeDirectories(directory).ok());
    EXPECT_TRUE(WriteFileAtomically(fs_, JoinPath(directory, name), bytes).ok());
    EXPECT_TRUE(
        WriteFileAtomically(fs_, JoinPath(directory, kManifestFile), EncodeManifest(manifest))
            .ok());
    return directory;
  }
  HttpResponse Validate(const json::object& body) {
    return Ask("POST", "/jars/" + Upload() + "/validate", json::serialize(body));
  }
  void Register() {
    WorkerRegistration worker;
    worker.worker = WorkerId(5, 5);
    worker.slots = 2;
    worker.memory_bytes = 1ULL << 30;
    dispatcher_->Post([this, worker] { dispatcher_->OnWorkerRegistered(worker); });
  }

  std::string directory_;
  FileSystem& fs_ = PosixFileSystem();
  ManualClock clock_;
  Configuration config_;
  RecordingGateway gateway_;
  std::uint64_t random_ = 0;
  PlanRequest planned_;
  Planner planner_ = [this](const PlanRequest& request) -> Result<Plan> {
    planned_ = request;
    return Plan{TwoVertexGraph(), {"careful"}};
  };
  std::unique_ptr<JobStore> store_;
  std::unique_ptr<PluginStore> plugins_;
  std::unique_ptr<Dispatcher> dispatcher_;
  std::unique_ptr<RestService> rest_;
};

TEST_F(RestServiceTest, WhenSubmittedWithoutWorkersThenTheJobWaitsAndSaysSo) {
  const std::string job = Run(
      R"({"programArgsList":["--input","a.json"],"parallelism":2,"workingDirectory":"/w",
          "flinkConfiguration":{"execution.checkpointing.interval":"1 s"}})");
  EXPECT_EQ(planned_.arguments.at("input"), "a.json");
  EXPECT_EQ(planned_.working_directory, "/w");
  EXPECT_EQ(planned_.configuration.at("parallelism.default"), "2");
  EXPECT_EQ(planned_.configuration.at("execution.checkpointing.interval"), "1 s");
  const json::object detail = Get("/jobs/" + job);
  EXPECT_EQ(detail.at("state").as_string(), "CREATED");
  EXPECT_THAT(detail.at("status-reason").as_string().c_str(), HasSubstr("waiting for 2 slots"));
  EXPECT_EQ(detail.at("vertices").as_array().size(), 2u);
}

TEST_F(RestServiceTest, WhenAWorkerRegistersThenAHostIsStartedForTheStoredGeneration) {
  const std::string job = Run("{}");
  Register();
  const auto start = std::get<StartHost>(gateway_.Take());
  EXPECT_EQ(ToString(start.job.id), job);
  EXPECT_EQ(start.slots, 2u);
  EXPECT_EQ(store_->List()->at(0).progress.generation, start.generation);
}

TEST_F(RestServiceTest, WhenTheCoordinatorRestartsThenTheJobGoesOnWithANewGeneration) {
  const std::string job = Run("{}");
  Register();
  const Generation first = std::get<StartHost>(gateway_.Take()).generation;
  Restart();
  EXPECT_EQ(Get("/jobs/" + job + "/status").at("status").as_string(), "CREATED");
  Register();
  EXPECT_GT(std::get<StartHost>(gateway_.Take()).generation, first);
}

TEST_F(RestServiceTest, WhenTheKeyIsTheSameThenOneJobAlsoAfterARestart) {
  const std::string job = Run(R"({"idempotencyKey":"k"})");
  EXPECT_EQ(Run(R"({"idempotencyKey":"k"})"), job);
  Restart();
  EXPECT_EQ(Run(R"({"idempotencyKey":"k"})"), job);
  EXPECT_EQ(Get("/jobs").at("jobs").as_array().size(), 1u);
}

TEST_F(RestServiceTest, WhenCancelledThenCanceledAlsoAfterARestart) {
  const std::string job = Run("{}");
  EXPECT_EQ(Ask("PATCH", "/jobs/" + job + "?mode=cancel").status, 202);
  EXPECT_EQ(Get("/jobs/" + job + "/status").at("status").as_string(), "CANCELED");
  EXPECT_EQ(Ask("PATCH", "/jobs/" + job + "?mode=cancel").status, 409);
  Restart();
  EXPECT_EQ(Get("/jobs/overview").at("jobs").at(0).at("state").as_string(), "CANCELED");
}

TEST_F(RestServiceTest, WhenThePlanIsRefusedThenNoJobExists) {
  planner_ = [](const PlanRequest&) -> Result<Plan> {
    return Status::InvalidArgument("no uid", "give it one");
  };
  Restart();
  const HttpResponse answer = Ask("POST", "/jars/" + Upload() + "/run", "{}");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(json::parse(answer.body).at("error").at("hint").as_string(), "give it one");
  EXPECT_TRUE(Get("/jobs").at("jobs").as_array().empty());
}

TEST_F(RestServiceTest, WhenTheExchangeDoesNotFitThenRefused) {
  planner_ = [](const PlanRequest&) -> Result<Plan> {
    JobGraph graph = TwoVertexGraph();
    for (JobVertex& vertex : graph.vertices) vertex.parallelism = 4000;
    graph.edges[0].distribution = EdgeDistribution::kHash;
    return Plan{graph, {}};
  };
  Restart();
  const HttpResponse answer = Ask("POST", "/jars/" + Upload() + "/run", "{}");
  EXPECT_THAT(answer.body, HasSubstr("worker.memory"));
  EXPECT_TRUE(Get("/jobs").at("jobs").as_array().empty());
}

TEST_F(RestServiceTest, WhenRequestsAreWrongThenEachHasItsStatus) {
  const std::string plugin = Upload();
  EXPECT_EQ(Ask("POST", "/jars/nothing/run", "{}").status, 404);
  EXPECT_EQ(Ask("POST", "/jars/" + plugin + "/run", "[]").status, 400);
  EXPECT_EQ(Ask("POST", "/jars/" + plugin + "/run", R"({"parallelism":"x"})").status, 400);
  EXPECT_EQ(Ask("POST", "/jars/" + plugin + "/run", R"({"configuration":{"a.b":"c"}})").status,
            400);
  EXPECT_EQ(Ask("GET", "/jobs/zz").status, 400);
  EXPECT_EQ(Ask("GET", "/jobs/" + ToString(JobId(9, 9))).status, 404);
  EXPECT_EQ(Ask("POST", "/jars/upload", "x", "application/json").status, 400);
}

TEST_F(RestServiceTest, WhenValidatedThenItSaysWhetherTheStateFitsAndSubmitsNothing) {
  const HttpResponse fits = Validate({{"savepointPath", WriteCheckpoint("numbers")}});
  EXPECT_EQ(fits.body, R"({"ok":true,"problems":[],)"
                       R"("notes":["operator 'out' (out) is new and starts without state"]})");
  const std::string other = WriteCheckpoint("gone");
  const HttpResponse unfit = Validate({{"savepointPath", "file://" + other}});
  EXPECT_EQ(unfit.status, 200);
  EXPECT_EQ(json::parse(unfit.body).at("ok"), false);
  EXPECT_EQ(json::parse(unfit.body).at("problems").at(0).as_string(),
            "the state of operator 'gone' (source) matches no operator of the job");
  const HttpResponse mapped =
      Validate({{"savepointPath", other},
                {"configuration", {{"execution.state-recovery.uid-mapping", "gone=numbers"}}}});
  EXPECT_EQ(json::parse(mapped.body).at("ok"), true) << mapped.body;
  const HttpResponse dropped =
      Validate({{"configuration",
                 {{"execution.state-recovery.path", other},
                  {"execution.state-recovery.ignore-unclaimed-state", "true"}}}});
  EXPECT_EQ(json::parse(dropped.body).at("ok"), true) << dropped.body;
  EXPECT_TRUE(Get("/jobs").at("jobs").as_array().empty());
}

TEST_F(RestServiceTest, WhenTheCheckpointIsDamagedThenEachFileIsAProblem) {
  const std::string directory = WriteCheckpoint("numbers");
  ASSERT_TRUE(WriteFileAtomically(fs_, directory + "/0-0-0.meta", "short").ok());
  const json::value report = json::parse(Validate({{"savepointPath", directory}}).body);
  EXPECT_EQ(report.at("ok"), false);
  EXPECT_EQ(report.at("problems").as_array().size(), 1u);
  EXPECT_THAT(report.at("problems").at(0).as_string().c_str(), HasSubstr("0-0-0.meta has 5 bytes"));
}

TEST_F(RestServiceTest, WhenThereIsNothingToValidateAgainstThenRefused) {
  EXPECT_EQ(Validate({}).status, 400);
  EXPECT_EQ(Validate({{"savepointPath", 5}}).status, 400);
  EXPECT_EQ(Validate({{"savepointPath", directory_ + "/none"}}).status, 404);
  EXPECT_EQ(Validate({{"savepointPath", directory_},
                      {"configuration", {{"execution.state-recovery.uid-mapping", "x"}}}})
                .status,
            400);
}

TEST_F(RestServiceTest, WhenAJobUsesAPluginThenItCannotBeRemoved) {
  const std::string job = Run("{}");
  const std::string plugin = Upload();
  EXPECT_EQ(Ask("DELETE", "/jars/" + plugin).status, 409);
  Ask("PATCH", "/jobs/" + job);
  EXPECT_EQ(Ask("DELETE", "/jars/" + plugin).status, 200);
  EXPECT_TRUE(Get("/jars").at("files").as_array().empty());
}

TEST_F(RestServiceTest, WhenViewsAreAskedForThenFlinksFieldsAreThere) {
  const std::string job = "/jobs/" + Run("{}");
  EXPECT_TRUE(Get(job + "/checkpoints").at("counts").as_object().contains("in_progress"));
  EXPECT_TRUE(Get(job + "/exceptions").contains("root-exception"));
  EXPECT_EQ(Get(job + "/plan").at("plan").at("nodes").at(1).at("inputs").at(0).at("id"),
            Get(job + "/plan").at("plan").at("nodes").at(0).at("id"));
  EXPECT_TRUE(Get(job + "/config").contains("execution-config"));
  EXPECT_THAT(Ask("GET", job + "/logs").body, HasSubstr("waiting for 2 slots"));
  EXPECT_EQ(Ask("GET", job + "/metrics?get=numRestarts").body,
            R"([{"id":"numRestarts","value":"0"}])");
  EXPECT_EQ(Get("/overview").at("jobs-running").as_int64(), 1);
  Register();
  gateway_.Take();
  EXPECT_EQ(Get("/taskmanagers").at("taskmanagers").at(0).at("freeSlots").as_int64(), 0);
}

}  // namespace
}  // namespace penstock
