#include "common/http/access.h"

#include <gtest/gtest.h>

namespace penstock {
namespace {

class AccessTest : public testing::Test {
 protected:
  /// 0 when the request may proceed.
  int Check(const std::string& method, std::map<std::string, std::string> headers) {
    headers.try_emplace("host", "127.0.0.1:8081");
    HttpRequest request{.method = method, .target = "/", .headers = std::move(headers)};
    const auto refusal = CheckRequest(request, policy_);
    return refusal ? refusal->status : 0;
  }

  AccessPolicy policy_{.token = "secret", .hosts = {"stream.example"}, .origins = {"http://dev:1"}};
};

TEST_F(AccessTest, WhenHostIsLoopbackOrConfiguredThenReadingIsAllowed) {
  for (const char* host : {"localhost", "LOCALHOST:8081", "127.0.0.1", "127.1.2.3:1", "[::1]:8081",
                           "stream.example:8081"}) {
    EXPECT_EQ(Check("GET", {{"host", host}}), 0) << host;
  }
}

TEST_F(AccessTest, WhenHostIsForeignThenItIsRefused) {
  for (const char* host : {"", "evil.example:8081", "127.0.0.1.evil.example", "128.0.0.1",
                           "localhost.evil.example", "[::2]", "127.0.0.1, evil.example"}) {
    EXPECT_EQ(Check("GET", {{"host", host}}), 403) << host;
  }
}

TEST_F(AccessTest, WhenOriginIsForeignThenEvenReadingIsRefused) {
  EXPECT_EQ(Check("GET", {{"origin", "http://127.0.0.1:8081"}}), 0);
  EXPECT_EQ(Check("GET", {{"origin", "http://dev:1"}}), 0);
  EXPECT_EQ(Check("GET", {{"origin", "http://evil.example"}}), 403);
  EXPECT_EQ(Check("GET", {{"origin", "http://127.0.0.1:9999"}}), 403);
  EXPECT_EQ(Check("GET", {{"origin", "null"}}), 403);
}

TEST_F(AccessTest, WhenSomethingChangesThenTheTokenIsNeeded) {
  EXPECT_EQ(Check("POST", {}), 401);
  EXPECT_EQ(Check("DELETE", {{"authorization", "Bearer wrong!"}}), 401);
  EXPECT_EQ(Check("DELETE", {{"authorization", "Bearer secretsecret"}}), 401);
  EXPECT_EQ(Check("PATCH", {{"authorization", "Basic secret"}}), 401);
  EXPECT_EQ(Check("PATCH", {{"authorization", "Bearer secret"}}), 0);
  policy_.token.clear();
  EXPECT_EQ(Check("PATCH", {{"authorization", "Bearer "}}), 401);
}

TEST_F(AccessTest, WhenThereIsABodyThenItsTypeMatters) {
  const auto post = [this](const char* type, const char* length) {
    return Check(
        "POST",
        {{"authorization", "Bearer secret"}, {"content-type", type}, {"content-length", length}});
  };
  EXPECT_EQ(post("application/json; charset=utf-8", "2"), 0);
  EXPECT_EQ(post("multipart/form-data; boundary=x", "2"), 0);
  EXPECT_EQ(post("text/plain", "2"), 415);
  EXPECT_EQ(post("application/x-www-form-urlencoded", "2"), 415);
  EXPECT_EQ(post("", "0"), 0);
  EXPECT_EQ(Check("POST", {{"authorization", "Bearer secret"}, {"transfer-encoding", "chunked"}}),
            415);
}

}  // namespace
}  // namespace penstock
