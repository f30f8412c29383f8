#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/bottleneck_command.h"
#include "cli/checkpoint_progress.h"

namespace penstock {
namespace {

namespace json = boost::json;
using testing::HasSubstr;

TEST(CheckpointProgressTest, WhenASavepointIsInFlightThenItSaysWhatIsWaitedFor) {
  EXPECT_EQ(CheckpointProgress(json::parse(R"({"history": [
    {"id": 7, "status": "IN_PROGRESS", "checkpoint_type": "SAVEPOINT", "num_subtasks": 8,
     "num_acknowledged_subtasks": 3, "state_size": 1288490189},
    {"id": 6, "status": "COMPLETED"}]})")),
            "savepoint 7: 3 of 8 tasks acknowledged, 1.2 GiB");
}

TEST(CheckpointProgressTest, WhenNoneIsInFlightThenNothingIsSaid) {
  EXPECT_EQ(CheckpointProgress(json::parse(R"({"history": [{"id": 6, "status": "COMPLETED"}]})")),
            "");
  EXPECT_EQ(CheckpointProgress(json::value()), "");
}

TEST(BottleneckTest, WhenThereIsOneThenItsReasonAndHintAreSaid) {
  const std::string text = DescribeBottleneck(json::parse(R"({
    "bottleneck": {"vertex": "2", "name": "Window", "busy-ratio": 0.98, "reason": "it is busy",
                   "hint": "raise its parallelism"},
    "watermark-holder": {"vertex": "1", "name": "Source", "subtask": 3, "split": "b.csv",
                         "lag": 90000, "since": 45000, "reason": "the split is idle"}})"));
  EXPECT_EQ(text,
            "bottleneck: Window, busy 98 % of its time\nreason: it is busy\n"
            "hint: raise its parallelism\n\n"
            "watermark held by: Source, subtask 3, split b.csv\n"
            "it has not advanced for 45.0 s and is 1 min 30 s behind\nreason: the split is idle\n");
}

TEST(BottleneckTest, WhenThereIsNoneThenThatIsSaid) {
  const std::string text =
      DescribeBottleneck(json::parse(R"({"bottleneck": null, "watermark-holder": null})"));
  EXPECT_THAT(text, HasSubstr("No task is a bottleneck"));
  EXPECT_THAT(text, HasSubstr("No watermark is held back"));
}

}  // namespace
}  // namespace penstock
