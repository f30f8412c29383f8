#include "graph/planner_messages.h"

#include <gtest/gtest.h>

#include "tests/support/graphs.h"

namespace penstock {
namespace {

const std::vector<ArgumentSpec> kArguments{{"input", "path", std::nullopt, "", "what is read"},
                                           {"top", "integer", "5", "from 1 to 100", ""},
                                           {"note", "text", "", "", ""}};

TEST(PlannerMessagesTest, WhenARequestIsSentThenItArrives) {
  PlannerRequest request;
  request.plan = {"/a.so", "name", {{"a", "b"}}, "/home", {{"parallelism.default", "2"}}, true};
  request.memory_bytes = 7;
  const auto read = PlannerRequestFromJson(PlannerRequestToJson(request));
  ASSERT_TRUE(read.ok());
  EXPECT_TRUE(read->plan.settled);
  EXPECT_EQ(read->plan.configuration, request.plan.configuration);
  EXPECT_EQ(read->memory_bytes, 7u);
}

TEST(PlannerMessagesTest, WhenAPlanIsAnsweredThenArgumentsAndOptionsComeWithIt) {
  PlannerAnswer answer;
  answer.plan.graph = testing::SourceToWindow(1, 2);
  answer.plan.options = {{"pipeline.max-parallelism", "64"}};
  answer.job = "word_count";
  answer.arguments = kArguments;
  const auto read = PlannerAnswerFromJson(PlannerAnswerToJson(answer));
  ASSERT_TRUE(read.ok()) << read.status().message();
  EXPECT_EQ(read->plan.graph, answer.plan.graph);
  EXPECT_EQ(read->plan.options, answer.plan.options);
  EXPECT_EQ(read->job, "word_count");
  EXPECT_EQ(read->arguments, kArguments);
}

TEST(PlannerMessagesTest, WhenProblemsAreAnsweredThenTheArgumentsAreThereAllTheSame) {
  PlannerAnswer answer;
  answer.problems = {{"argument --input is missing", "give it"}};
  answer.job = "word_count";
  answer.arguments = kArguments;
  const auto read = PlannerAnswerFromJson(PlannerAnswerToJson(answer));
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->problems, answer.problems);
  EXPECT_EQ(read->arguments, kArguments);
}

}  // namespace
}  // namespace penstock
