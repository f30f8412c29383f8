#include "coordinator/flame_graphs.h"

#include <gtest/gtest.h>

namespace penstock {
namespace {

TEST(FlameNodeTest, WhenHostsAnswerThenTheirStacksAreMerged) {
  FlameNode root;
  ASSERT_TRUE(root.Add(R"([{"stack":["main","f"],"count":3},{"stack":["main"],"count":1}])").ok());
  ASSERT_TRUE(root.Add(R"([{"stack":["main","g"],"count":2}])").ok());
  EXPECT_EQ(boost::json::serialize(root.ToJson("root")),
            R"({"name":"root","value":6,"children":[{"name":"main","value":6,"children":[)"
            R"({"name":"f","value":3,"children":[]},{"name":"g","value":2,"children":[]}]}]})");
}

TEST(FlameNodeTest, WhenABranchIsTinyThenItIsLeftOutButCounted) {
  FlameNode root;
  ASSERT_TRUE(root.Add(R"([{"stack":["big"],"count":5000},{"stack":["tiny"],"count":1}])").ok());
  const boost::json::object json = root.ToJson("root");
  EXPECT_EQ(json.at("value").as_uint64(), 5001u);
  EXPECT_EQ(json.at("children").as_array().size(), 1u);
}

TEST(FlameNodeTest, WhenAnAnswerIsNonsenseThenItIsRefused) {
  for (const char* answer :
       {"", "{}", "[1]", R"([{"stack":[1],"count":1}])", R"([{"stack":[]}])"}) {
    FlameNode root;
    EXPECT_EQ(root.Add(answer).code(), ErrorCode::kCorruption) << answer;
  }
}

}  // namespace
}  // namespace penstock
