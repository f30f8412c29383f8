#include "coordinator/rest/router.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace penstock {
namespace {

class RouterTest : public testing::Test {
 protected:
  RouterTest() {
    router_.Add("GET", "/jobs/overview",
                [](const RestCall& c) { c.responder.Send({.body = "o"}); });
    router_.Add("GET", "/jobs/:job",
                [](const RestCall& c) { c.responder.Send({.body = c.Parameter("job")}); });
    router_.Add("PATCH", "/jobs/:job",
                [](const RestCall& c) { c.responder.Send({.status = 202}); });
  }

  HttpResponse Ask(const std::string& method, const std::string& target) {
    HttpRequest request{.method = method, .target = target};
    EXPECT_TRUE(ParseTarget(request).ok());
    HttpResponse answer;
    router_.Handle(request, HttpResponder([&](HttpResponse sent) { answer = std::move(sent); }));
    return answer;
  }

  Router router_;
};

TEST_F(RouterTest, WhenPrefixedOrNotThenTheSameRoute) {
  EXPECT_EQ(Ask("GET", "/jobs/abc?x=1").body, "abc");
  EXPECT_EQ(Ask("GET", "/v1/jobs/abc").body, "abc");
}

TEST_F(RouterTest, WhenTwoRoutesMatchThenTheFirstAdded) {
  EXPECT_EQ(Ask("GET", "/v1/jobs/overview").body, "o");
}

TEST_F(RouterTest, WhenTheMethodIsWrongThenRefusedWithTheAllowedOnes) {
  const HttpResponse answer = Ask("DELETE", "/jobs/abc");
  EXPECT_EQ(answer.status, 405);
  EXPECT_EQ(answer.headers.at(0).second, "GET, PATCH");
}

TEST_F(RouterTest, WhenOptionsAreAskedForThenTheMethodsAreNamed) {
  const HttpResponse answer = Ask("OPTIONS", "/jobs/abc");
  EXPECT_EQ(answer.status, 204);
  EXPECT_EQ(answer.headers.at(0).second, "OPTIONS, GET, PATCH");
}

TEST_F(RouterTest, WhenThePathIsUnknownThenNotFound) {
  EXPECT_EQ(Ask("GET", "/jobs/abc/nothing").status, 404);
  EXPECT_EQ(Ask("GET", "/").status, 404);
}

}  // namespace
}  // namespace penstock
