#include "cli/redaction.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace penstock {
namespace {

TEST(RedactionTest, WhenASecretStandsAnywhereThenItIsTakenOut) {
  const Redaction redaction({"0123456789abcdef", "short"});
  EXPECT_EQ(redaction.Apply("a 0123456789abcdef0123456789abcdef b short"),
            "a [redacted][redacted] b short");
  EXPECT_TRUE(redaction.Finds("x0123456789abcdefx"));
  EXPECT_FALSE(redaction.Finds("short"));
}

struct Case {
  const char* before;
  const char* after;
};

class NamedSecretTest : public testing::TestWithParam<Case> {};

TEST_P(NamedSecretTest, WhenAValueIsNamedLikeASecretThenOnlyItIsTakenOut) {
  EXPECT_EQ(Redaction({}).Apply(GetParam().before), GetParam().after);
}

INSTANTIATE_TEST_SUITE_P(
    Forms, NamedSecretTest,
    testing::Values(Case{"db.password=hunter2 next", "db.password=[redacted] next"},
                    Case{"PASSWORD: hunter2\nnext", "PASSWORD: [redacted]\nnext"},
                    Case{"--token hunter2 next", "--token [redacted] next"},
                    Case{"http://h/#token=hunter2", "http://h/#token=[redacted]"},
                    Case{"{\"clientSecret\":\"hun\\\"ter2\",\"a\":1}",
                         "{\"clientSecret\":\"[redacted]\",\"a\":1}"},
                    Case{"{\"key\":\"ssl.password\",\"value\":\"hunter2\"}",
                         "{\"key\":\"ssl.password\",\"value\":\"[redacted]\"}"},
                    Case{"[\"--api_key\",\"hunter2\",\"--rate\",\"5\"]",
                         "[\"--api_key\",\"[redacted]\",\"--rate\",\"5\"]"},
                    Case{"Authorization: Bearer hunter2\r\n",
                         "Authorization: Bearer [redacted]\r\n"},
                    Case{"-D s3.access-key=hunter2 -D a=b", "-D s3.access-key=[redacted] -D a=b"}));

TEST(RedactionTest, WhenWordsOnlySoundLikeSecretsThenTextStays) {
  for (const char* text : {"the token is missing", "tokens per second: ", "\"token\":null",
                           "a tokenizer splits words", "secret", "bearer ", ""}) {
    EXPECT_EQ(Redaction({}).Apply(text), text);
  }
}

}  // namespace
}  // namespace penstock
