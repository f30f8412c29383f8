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
