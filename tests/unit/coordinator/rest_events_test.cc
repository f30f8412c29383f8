#include <gmock/gmock.h>

#include "coordinator/rest/rest_service.h"
#include "tests/unit/coordinator/rest_fixture.h"

namespace penstock {
namespace {

namespace json = boost::json;
using testing::HasSubstr;

TEST_F(RestServiceTest, WhenEventsAreAskedForThenOnlyThoseAfterTheGivenNumberComeBack) {
  const std::string job = Run("{}");
  const json::object all = Get("/jobs/" + job + "/events");
  ASSERT_EQ(all.at("events").as_array().size(), 3u);
  EXPECT_EQ(all.at("last").as_int64(), 3);
  EXPECT_EQ(all.at("state").as_string(), "CREATED");
  const json::object first = all.at("events").at(0).as_object();
  EXPECT_EQ(first.at("id").as_int64(), 1);
  EXPECT_EQ(first.at("kind").as_string(), "submitted");
  const json::object rest = Get("/jobs/" + job + "/events?since=2");
  ASSERT_EQ(rest.at("events").as_array().size(), 1u);
  EXPECT_EQ(rest.at("events").at(0).at("kind").as_string(), "scheduling");
  EXPECT_TRUE(Get("/jobs/" + job + "/events?since=3").at("events").as_array().empty());
  EXPECT_EQ(Ask("GET", "/jobs/" + job + "/events?since=x").status, 400);
}

/// A job whose code sets options.
class CodeOptionsTest : public RestServiceTest {
 protected:
  CodeOptionsTest() {
    planner_ = [this](const PlanRequest& request) -> Result<Plan> {
      planned_ = request;
      Plan plan{TwoVertexGraph(), {}, {}};
      if (!request.settled) {
        plan.options = {{"execution.checkpointing.num-retained", "7"},
                        {"parallelism.default", "2"}};
      }
      return plan;
    };
    Restart();
  }
  std::string ConfigOf(const std::string& job, const std::string& key) {
    return Get("/jobs/" + job + "/config").at("configuration").at(key).as_string().c_str();
  }
};

TEST_F(CodeOptionsTest, WhenTheCodeSetsAnOptionThenItIsStrongerThanTheSubmission) {
  const std::string job = Run(R"({"configuration":{"state.checkpoints.num-retained":"5",
                                  "execution.checkpointing.interval":"3 s"},"parallelism":1})");
  EXPECT_EQ(ConfigOf(job, "execution.checkpointing.num-retained"), "7");
  EXPECT_EQ(ConfigOf(job, "parallelism.default"), "2");
  EXPECT_EQ(ConfigOf(job, "execution.checkpointing.interval"), "3 s");
  Restart();
  EXPECT_EQ(ConfigOf(job, "execution.checkpointing.num-retained"), "7");
}

TEST_F(CodeOptionsTest, WhenTheJobIsRescaledThenTheWishIsStrongerThanTheCode) {
  const std::string job = Run("{}");
  EXPECT_FALSE(planned_.settled);
  const std::string path = "/jobs/" + job + "/resource-requirements";
  Register();
  gateway_.Take();
  json::object body;
  for (const auto& vertex : Get(path)) {
    body[vertex.key()] =
        json::object{{"parallelism", json::object{{"lowerBound", 1}, {"upperBound", 1}}}};
  }
  EXPECT_EQ(Ask("PUT", path, json::serialize(body)).status, 200);
  EXPECT_TRUE(planned_.settled);
  EXPECT_EQ(planned_.configuration.at("parallelism.default"), "1");
  EXPECT_EQ(planned_.configuration.at("execution.checkpointing.num-retained"), "7");
}

}  // namespace
}  // namespace penstock
