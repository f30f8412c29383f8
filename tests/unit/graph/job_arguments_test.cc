#include "graph/job_arguments.h"

#include <gtest/gtest.h>

namespace penstock {
namespace {

using Arguments = std::map<std::string, std::string>;

TEST(JobArgumentsTest, WhenWrittenInAnyFormThenTheyAreNamed) {
  Result<Arguments> parsed = ParseJobArguments({"--input", "a b", "--n=-3", "--flag", "--last"});
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(*parsed,
            (Arguments{{"input", "a b"}, {"n", "-3"}, {"flag", "true"}, {"last", "true"}}));
}

TEST(JobArgumentsTest, WhenAValueIsNegativeThenItIsNotAnOption) {
  EXPECT_EQ(ParseJobArguments({"--n", "-3"}).value().at("n"), "-3");
}

TEST(JobArgumentsTest, WhenPositionalOrRepeatedThenTheyAreRefused) {
  EXPECT_FALSE(ParseJobArguments({"stray"}).ok());
  EXPECT_FALSE(ParseJobArguments({"--a", "1", "--a", "2"}).ok());
}

}  // namespace
}  // namespace penstock
