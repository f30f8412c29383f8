#include "worker/plugin/job_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/config/options.h"

namespace penstock {
namespace {

using ::testing::HasSubstr;

class JobOptionsTest : public ::testing::Test {
 protected:
  std::map<std::string, std::string> Apply(const CodeOptions& options) {
    return ApplyOptions(options, config_, problems_);
  }
  std::string Problem(const std::string& key, const std::string& value) {
    problems_.clear();
    EXPECT_TRUE(Apply({{key, value}}).empty());
    return problems_.size() == 1 ? problems_[0].message + " / " + problems_[0].hint : "";
  }

  Configuration config_;
  std::vector<PlanProblem> problems_;
};

TEST_F(JobOptionsTest, WhenSetThenCodeIsStrongerThanTheCommandLine) {
  ASSERT_TRUE(
      config_.Set("execution.checkpointing.interval", "1 min", ConfigOrigin::kCommandLine).ok());
  EXPECT_EQ(Apply({{"execution.checkpointing.interval", "5 s"}}),
            (std::map<std::string, std::string>{{"execution.checkpointing.interval", "5 s"}}));
  EXPECT_EQ(config_.Get(options::kCheckpointInterval), std::chrono::seconds(5));
  EXPECT_TRUE(problems_.empty());
}

TEST_F(JobOptionsTest, WhenSetAgainOrByAnOlderNameThenTheLastOneCounts) {
  EXPECT_EQ(Apply({{"execution.checkpointing.num-retained", "7"},
                   {"state.checkpoints.num-retained", "9"}}),
            (std::map<std::string, std::string>{{"execution.checkpointing.num-retained", "9"}}));
  EXPECT_EQ(config_.Get(options::kCheckpointsRetained), 9);
}

TEST_F(JobOptionsTest, WhenWrongThenEachIsAProblemThatNamesTheCall) {
  EXPECT_THAT(Problem("execution.checkpointing.intervall", "5 s"),
              HasSubstr("env.set(\"execution.checkpointing.intervall\", \"5 s\"): unknown option / "
                        "did you mean 'execution.checkpointing.interval'?"));
  EXPECT_THAT(Problem("execution.checkpointing.interval", "soon"),
              HasSubstr("'soon' is not valid"));
  EXPECT_THAT(Problem("worker.memory", "1g"), HasSubstr("is the cluster's, not the job's"));
  EXPECT_THAT(Problem("execution.checkpointing.dir", "/tmp"), HasSubstr("is the cluster's"));
  EXPECT_THAT(Problem("execution.state-recovery.path", "/tmp/s"), HasSubstr("run -s PATH"));
}

TEST_F(JobOptionsTest, WhenSeveralAreWrongThenAllAreReportedAndTheRightOnesHold) {
  const auto applied = Apply({{"a", "1"}, {"pipeline.max-parallelism", "64"}, {"rest.port", "1"}});
  EXPECT_EQ(problems_.size(), 2u);
  EXPECT_EQ(applied.size(), 1u);
  EXPECT_EQ(config_.Get(options::kMaxParallelism), 64);
}

TEST_F(JobOptionsTest, WhenTogetherTheyMakeNoSenseThenThatIsAProblem) {
  Apply({{"pipeline.max-parallelism", "2"}, {"parallelism.default", "4"}});
  ASSERT_EQ(problems_.size(), 1u);
  EXPECT_THAT(problems_[0].message, HasSubstr("exceeds pipeline.max-parallelism"));
}

}  // namespace
}  // namespace penstock
