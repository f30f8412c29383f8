#include "common/http/message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace penstock {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(ParseTargetTest, WhenATargetIsGivenThenPathAndQueryAreDecodedOnce) {
  HttpRequest request{.method = "GET",
                      .target = "/v1/jobs/a%20b%2525/?mode=can+cel&get=a&get=b%26&x"};
  ASSERT_TRUE(ParseTarget(request).ok());
  EXPECT_THAT(request.path, ElementsAre("v1", "jobs", "a b%25"));
  EXPECT_EQ(request.Query("mode"), "can cel");
  EXPECT_EQ(request.Query("get"), "a,b&");
  EXPECT_EQ(request.query.count("x"), 1u);
  EXPECT_EQ(request.Query("none"), "");
}

TEST(ParseTargetTest, WhenThePathIsTheRootThenThereAreNoSegments) {
  HttpRequest request{.method = "GET", .target = "/"};
  ASSERT_TRUE(ParseTarget(request).ok());
  EXPECT_TRUE(request.path.empty());
}

TEST(ParseTargetTest, WhenTheTargetIsHostileThenItIsRefused) {
  const std::string longest = "/" + std::string(1025, 'a');
  for (const std::string& target :
       {std::string("/../etc"), std::string("/a/%2e%2e/b"), std::string("/a%2fb"),
        std::string("/a%5cb"), std::string("/a%00"), std::string("/a%0ab"), std::string("//a"),
        std::string("/."), std::string("/%"), std::string("/%4"), std::string("/%zz"),
        std::string("a"), std::string(""), std::string("http://host/a"), std::string("/a?b=%00"),
        longest}) {
    HttpRequest request{.method = "GET", .target = target};
    EXPECT_FALSE(ParseTarget(request).ok()) << target;
  }
}

TEST(PercentEncodeTest, WhenEncodedThenItDecodesBack) {
  EXPECT_EQ(PercentEncode("a b/ü~"), "a%20b%2F%C3%BC~");
  EXPECT_EQ(*PercentDecode(PercentEncode("100% \"&+"), true), "100% \"&+");
}

TEST(ErrorResponseTest, WhenAStatusIsAnErrorThenCodeAndHintAreInTheBody) {
  const HttpResponse response = ErrorResponse(Status::NotFound("no job", "see 'list'"));
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.body,
            "{\"error\":{\"code\":\"not_found\",\"message\":\"no job\",\"hint\":\"see 'list'\"},"
            "\"errors\":[\"no job\"]}");
}

}  // namespace
}  // namespace penstock
