#include "coordinator/rest/rest_service.h"

#include <gmock/gmock.h>

#include "tests/unit/coordinator/rest_fixture.h"

namespace penstock {
namespace {

namespace json = boost::json;
using testing::HasSubstr;

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

TEST_F(RestServiceTest, WhenTheKeyIsThatOfAnotherSubmissionThenAConflictAlsoAfterARestart) {
  Run(R"({"idempotencyKey":"k","jobName":"one"})");
  Restart();
  const HttpResponse other =
      Ask("POST", "/jars/" + Upload() + "/run", R"({"idempotencyKey":"k","jobName":"two"})");
  EXPECT_EQ(other.status, 409) << other.body;
  EXPECT_THAT(other.body, HasSubstr("another submission"));
}

TEST_F(RestServiceTest, WhenASubmissionComesAsFlinksClientsSendItThenItIsUnderstood) {
  const std::string run = "/jars/" + Upload() + "/run";
  EXPECT_EQ(Ask("POST", run + "?programArg=--input,a.json&parallelism=3").status, 200);
  EXPECT_EQ(planned_.arguments.at("input"), "a.json");
  EXPECT_EQ(planned_.configuration.at("parallelism.default"), "3");
  EXPECT_EQ(Ask("POST", run, R"({"programArgs":"--input 'b c.json'"})").status, 200);
  EXPECT_EQ(planned_.arguments.at("input"), "b c.json");
  EXPECT_EQ(Ask("POST", run + "?parallelism=x").status, 400);
}

TEST_F(RestServiceTest, WhenThereIsNoSuchThingHereThenItSaysWhatToUse) {
  const HttpResponse answer = Ask("GET", "/v1/datasets");
  EXPECT_EQ(answer.status, 501);
  EXPECT_THAT(answer.body, HasSubstr("write to a sink"));
  EXPECT_EQ(Ask("PATCH", "/jobs/" + ToString(JobId(9, 9)) + "/rescaling").status, 501);
}

TEST_F(RestServiceTest, WhenTheDescriptionIsAskedForThenItIsTheEmbeddedOne) {
  EXPECT_EQ(Get("/openapi.json").at("openapi").as_string(), "3.1.0");
  EXPECT_EQ(Ask("GET", "/v1/openapi.json").body, Ask("GET", "/openapi.json").body);
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
    return Plan{graph, {}, {}};
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
  const json::value worker = Get("/taskmanagers").at("taskmanagers").at(0);
  EXPECT_EQ(worker.at("freeSlots").as_int64(), 0);
  const json::value& memory = worker.at("memoryBreakdown");
  EXPECT_EQ(memory.at("total").as_int64(), 1LL << 30);
  EXPECT_EQ(memory.at("exchange").at("share").as_int64(), 1LL << 28);
  EXPECT_TRUE(memory.at("state").as_object().contains("cache"));
  EXPECT_TRUE(memory.at("user").as_object().contains("used"));
}

/// The job's vertices with the parallelism of the configuration.
class RescaleRoutesTest : public RestServiceTest {
 protected:
  RescaleRoutesTest() {
    planner_ = [](const PlanRequest& request) -> Result<Plan> {
      JobGraph graph = TwoVertexGraph();
      for (JobVertex& vertex : graph.vertices) {
        vertex.parallelism =
            static_cast<std::uint32_t>(std::stoul(request.configuration.at("parallelism.default")));
      }
      graph.edges[0].distribution = EdgeDistribution::kHash;
      return Plan{graph, {}, {}};
    };
    Restart();
    job_ = Run(R"({"parallelism":2})");
    path_ = "/jobs/" + job_ + "/resource-requirements";
    Register();
    start_ = std::get<StartHost>(gateway_.Take());
  }

  static std::string Vertex(std::size_t i) { return HexIdToString(0, i + 1); }
  static std::string Requirement(std::int64_t lower, std::int64_t upper) {
    return json::serialize(
        json::object{{"parallelism", json::object{{"lowerBound", lower}, {"upperBound", upper}}}});
  }
  std::string Body(std::int64_t first, std::int64_t second) {
    return "{\"" + Vertex(0) + "\":" + Requirement(1, first) + ",\"" + Vertex(1) +
           "\":" + Requirement(1, second) + "}";
  }
  std::string Refusal(const std::string& body, int status) {
    const HttpResponse answer = Ask("PUT", path_, body);
    EXPECT_EQ(answer.status, status) << answer.body;
    return answer.body;
  }

  std::string job_;
  std::string path_;
  StartHost start_;
};

TEST_F(RescaleRoutesTest, WhenAskedForThenEveryVertexHasItsParallelism) {
  const json::object requirements = Get(path_);
  EXPECT_EQ(requirements.size(), 2u);
  EXPECT_EQ(requirements.at(Vertex(1)).at("parallelism").at("lowerBound").as_int64(), 1);
  EXPECT_EQ(requirements.at(Vertex(1)).at("parallelism").at("upperBound").as_int64(), 2);
}

TEST_F(RescaleRoutesTest, WhenRescaledThenTheNextAttemptHasTheParallelismAlsoAfterARestart) {
  EXPECT_EQ(Ask("PUT", path_, Body(1, 1)).status, 200);
  EXPECT_EQ(Get(path_).at(Vertex(0)).at("parallelism").at("upperBound").as_int64(), 1);
  EXPECT_EQ(Get("/jobs/" + job_).at("rescale").at("status").as_string(), "IN_PROGRESS");
  EXPECT_EQ(store_->List()->at(0).spec.configuration.at("parallelism.default"), "2");
  dispatcher_->Post([this] {
    dispatcher_->OnWorkerEvent(WorkerId(5, 5),
                               HostExited{start_.host, false, false, "died", "", ""});
  });
  const auto next = std::get<StartHost>(gateway_.Take());
  EXPECT_EQ(next.slots, 1u);
  EXPECT_EQ(next.job.configuration.at("parallelism.default"), "1");
  EXPECT_EQ(store_->List()->at(0).spec.configuration.at("parallelism.default"), "1");
  EXPECT_EQ(store_->List()->at(0).progress.generation, next.generation);
  Restart();
  EXPECT_EQ(Get(path_).at(Vertex(0)).at("parallelism").at("upperBound").as_int64(), 1);
}

TEST_F(RescaleRoutesTest, WhenItCannotBeThenTheNumbersAreNamed) {
  EXPECT_THAT(Refusal(Body(5000, 5000), 400), HasSubstr("parallelism 5000 is not within 1 and"));
  const std::string slots = Refusal(Body(3, 3), 503);
  EXPECT_THAT(slots, HasSubstr("would need 3 slots: it has 2, and 0 of the cluster's 2 are free"));
  EXPECT_TRUE(Get("/jobs/" + job_).at("rescale").is_null());
}

TEST_F(RescaleRoutesTest, WhenTheExchangeWouldNotFitThenRefused) {
  WorkerRegistration large;
  large.worker = WorkerId(6, 6);
  large.slots = 4096;
  large.memory_bytes = 64ULL << 30;
  dispatcher_->Post([this, large] { dispatcher_->OnWorkerRegistered(large); });
  EXPECT_THAT(Refusal(Body(4000, 4000), 503), HasSubstr("worker.memory"));
}

TEST_F(RescaleRoutesTest, WhenTheBodyIsWrongThenItSaysWhatIsSupported) {
  EXPECT_THAT(Refusal(Body(1, 2), 400), HasSubstr("different parallelism, 1 and 2"));
  EXPECT_THAT(Refusal("{\"" + Vertex(0) + "\":" + Requirement(1, 1) + "}", 400),
              HasSubstr("is missing"));
  EXPECT_THAT(Refusal("{\"" + Vertex(0) + "\":{},\"" + Vertex(1) + "\":{}}", 400),
              HasSubstr("lowerBound"));
  EXPECT_THAT(Refusal("{\"" + Vertex(0) + "\":" + Requirement(2, 1) + ",\"" + Vertex(1) +
                          "\":" + Requirement(1, 1) + "}",
                      400),
              HasSubstr("lowerBound 2"));
  Refusal("[]", 400);
  Refusal("{\"" + Vertex(7) + "\":" + Requirement(1, 1) + "}", 404);
  EXPECT_EQ(Ask("PUT", "/jobs/" + ToString(JobId(9, 9)) + "/resource-requirements", "{}").status,
            404);
}

TEST_F(RescaleRoutesTest, WhenTheJobHasEndedThenItIsAConflict) {
  Ask("PATCH", "/jobs/" + job_ + "?mode=cancel");
  EXPECT_EQ(Ask("PUT", path_, Body(1, 1)).status, 409);
}

}  // namespace
}  // namespace penstock
