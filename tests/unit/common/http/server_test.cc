#include "common/http/server.h"

#include <future>
#include <thread>

#include <gmock/gmock.h>

#include "common/http/client.h"
#include "tests/unit/common/http/server_fixture.h"

namespace penstock {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::StartsWith;

TEST_F(HttpServerTest, WhenCalledThenTheHandlerAnswers) {
  Start({}, Echo);
  const std::string large(3 << 20, 'x');
  auto response = CallHttp({.method = "POST", .url = Url("/a/b%20c?d=e"), .body = large});
  ASSERT_TRUE(response.ok()) << response.status().message();
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->content_type, "text/plain");
  EXPECT_EQ(response->body, "b c" + large);
  EXPECT_THAT(response->headers, testing::Contains(testing::Pair("x-method", "POST")));
}

TEST_F(HttpServerTest, WhenAnsweredLaterFromAnotherThreadThenTheClientGetsIt) {
  Start({}, Hold());
  std::thread answerer([&] { held_.get_future().get().Send({.status = 202, .body = "later"}); });
  auto response = CallHttp({.url = Url("/")});
  answerer.join();
  ASSERT_TRUE(response.ok());
  EXPECT_EQ(response->status, 202);
  EXPECT_EQ(response->body, "later");
}

TEST_F(HttpServerTest, WhenTheHandlerForgetsOrThrowsThenTheAnswerIs500) {
  Start({}, [](HttpRequest request, HttpResponder) {
    if (request.path.front() == "throw") throw std::runtime_error("oops");
  });
  EXPECT_EQ(CallHttp({.url = Url("/forget")})->status, 500);
  EXPECT_EQ(CallHttp({.url = Url("/throw")})->status, 500);
}

TEST_F(HttpServerTest, WhenKeptAliveThenTwoRequestsShareAConnection) {
  Start({}, Echo);
  const std::string answer = Talk(
      "GET /one HTTP/1.1\r\nHost: localhost\r\n\r\n"
      "GET /two HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr("\r\n\r\noneHTTP/1.1 200"));
  EXPECT_THAT(answer, HasSubstr("\r\n\r\ntwo"));
}

TEST_F(HttpServerTest, WhenHeadIsAskedThenOnlyTheLengthIsSent) {
  Start({}, Echo);
  const std::string answer =
      Talk("HEAD /abc HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr("Content-Length: 3\r\n"));
  EXPECT_THAT(answer, HasSubstr("X-Method: GET\r\n"));
  EXPECT_TRUE(answer.ends_with("\r\n\r\n"));
}

TEST_F(HttpServerTest, WhenLimitsAreExceededThenTheCodeSaysWhich) {
  Start({.max_header_bytes = 1024,
         .max_target_bytes = 100,
         .max_body_bytes = 10,
         .max_upload_bytes = 20},
        Echo);
  EXPECT_EQ(CallHttp({.method = "POST", .url = Url("/"), .body = std::string(11, 'x')})->status,
            413);
  EXPECT_EQ(CallHttp({.method = "POST", .url = Url("/"), .body = std::string(10, 'x')})->status,
            200);
  HttpCall upload{.method = "POST", .url = Url("/"), .body = std::string(20, 'x')};
  upload.headers = {{"Content-Type", "multipart/form-data; boundary=x"}};
  EXPECT_EQ(CallHttp(upload)->status, 200);
  upload.body += "x";
  EXPECT_EQ(CallHttp(upload)->status, 413);
  EXPECT_EQ(CallHttp({.url = Url("/" + std::string(100, 'x'))})->status, 414);
  EXPECT_EQ(CallHttp({.url = Url("/"), .headers = {{"X", std::string(2000, 'x')}}})->status, 431);
  EXPECT_THAT(Talk("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
                   "b\r\n12345678901\r\n0\r\n\r\n"),
              StartsWith("HTTP/1.1 413"));
}

TEST_F(HttpServerTest, WhenTheRequestIsMalformedThenItIsRefused) {
  Start({}, Echo);
  EXPECT_THAT(Talk("nonsense\r\n\r\n"), StartsWith("HTTP/1.1 400"));
  EXPECT_EQ(CallHttp({.url = Url("/a/..")})->status, 400);
}

TEST_F(HttpServerTest, WhenAClientIsSlowThenItIsCutOff) {
  Start({.header_timeout = milliseconds(20)}, Echo);
  EXPECT_EQ(Talk("GET / HTT"), "");
}

TEST_F(HttpServerTest, WhenAClientSaysNothingThenItIsCutOff) {
  Start({.idle_timeout = milliseconds(20)}, Echo);
  EXPECT_EQ(Talk(""), "");
}

TEST_F(HttpServerTest, WhenABodyDoesNotComeThenTheClientIsCutOff) {
  Start({.transfer_timeout = milliseconds(20)}, Echo);
  EXPECT_EQ(Talk("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nx"), "");
}

TEST_F(HttpServerTest, WhenAPolicyIsSetThenItIsAskedBeforeTheBodyIsRead) {
  std::atomic<int> calls = 0;
  Start({.access = AccessPolicy{.token = "t"}}, [&](HttpRequest request, HttpResponder responder) {
    ++calls;
    Echo(std::move(request), std::move(responder));
  });
  EXPECT_THAT(Talk("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n"),
              StartsWith("HTTP/1.1 401"));
  EXPECT_EQ(CallHttp({.url = Url("/"), .headers = {{"Origin", "http://evil"}}})->status, 403);
  EXPECT_EQ(calls, 0);
  auto allowed =
      CallHttp({.method = "POST",
                .url = Url("/"),
                .headers = {{"Authorization", "Bearer t"}, {"Content-Type", "application/json"}},
                .body = "{}"});
  ASSERT_TRUE(allowed.ok());
  EXPECT_EQ(allowed->body, "{}");
  EXPECT_EQ(calls, 1);
}

TEST_F(HttpServerTest, WhenTheClientExpectsContinueThenItIsToldTo) {
  Start({}, Echo);
  const std::string answer = Talk(
      "POST / HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 2\r\n"
      "Connection: close\r\n\r\nok");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200"));
}

TEST_F(HttpServerTest, WhenAllConnectionsAreBusyThenTheNextIsToldSo) {
  Start({.max_connections = 1}, Hold());
  auto call = std::async(std::launch::async, [this] { return CallHttp({.url = Url("/")}); });
  const HttpResponder responder = held_.get_future().get();
  EXPECT_THAT(Talk(""), StartsWith("HTTP/1.1 503"));
  responder.Send({.body = "done"});
  EXPECT_EQ(call.get()->body, "done");
}

TEST_F(HttpServerTest, WhenAConnectionIsIdleThenANewOneTakesItsPlace) {
  Start({.max_connections = 1}, Echo);
  const int idle = Connect();
  EXPECT_EQ(CallHttp({.url = Url("/new")})->body, "new");
  EXPECT_EQ(ReadAll(idle), "");
}

TEST_F(HttpServerTest, WhenTooMuchIsPendingThenAnUploadIsRefused) {
  Start({.max_body_bytes = 10, .max_upload_bytes = 10, .max_pending_bytes = 15}, Hold());
  auto call = std::async(std::launch::async, [this] {
    return CallHttp({.method = "POST", .url = Url("/"), .body = std::string(10, 'x')});
  });
  const HttpResponder responder = held_.get_future().get();
  const HttpCall second{.method = "POST", .url = Url("/"), .body = std::string(6, 'x')};
  EXPECT_EQ(CallHttp(second)->status, 503);
  responder.Send({});
  EXPECT_EQ(call.get()->status, 200);
}

TEST_F(HttpServerTest, WhenThePortIsTakenThenTheErrorHasAHint) {
  Start({}, Echo);
  auto second = HttpServer::Start({.port = server_->port()}, Echo);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.status().code(), ErrorCode::kConflict);
  EXPECT_THAT(second.status().message(), HasSubstr("is in use"));
  EXPECT_THAT(second.status().hint(), HasSubstr("rest.port"));
}

TEST_F(HttpServerTest, WhenStoppedThenRequestsUnderWayAreAnswered) {
  Start({}, Hold());
  auto call = std::async(std::launch::async, [this] { return CallHttp({.url = Url("/")}); });
  const HttpResponder responder = held_.get_future().get();
  std::thread answerer([responder] { responder.Send({.body = "in time"}); });
  server_->Stop(std::chrono::seconds(10));
  answerer.join();
  auto response = call.get();
  ASSERT_TRUE(response.ok()) << response.status().message();
  EXPECT_EQ(response->body, "in time");
}

TEST_F(HttpServerTest, WhenAnsweredAfterTheServerHasGoneThenNothingHappens) {
  Start({}, Hold());
  auto call = std::async(std::launch::async, [this] { return CallHttp({.url = Url("/")}); });
  const HttpResponder responder = held_.get_future().get();
  server_->Stop(milliseconds(0));
  EXPECT_EQ(call.get().status().code(), ErrorCode::kUnavailable);
  server_.reset();
  responder.Send({});
}

TEST_F(HttpServerTest, WhenNobodyListensThenTheClientSaysUnavailable) {
  Start({}, Echo);
  const std::string url = Url("/");
  server_->Stop(milliseconds(0));
  auto response = CallHttp({.url = url});
  EXPECT_EQ(response.status().code(), ErrorCode::kUnavailable);
  EXPECT_THAT(response.status().hint(), HasSubstr("cluster start"));
}

TEST_F(HttpServerTest, WhenTheAnswerTakesTooLongThenTheClientSaysTimeout) {
  Start({}, Hold());
  EXPECT_EQ(CallHttp({.url = Url("/"), .timeout = milliseconds(20)}).status().code(),
            ErrorCode::kTimeout);
}

TEST(HttpClientTest, WhenTheUrlIsBadThenNothingIsSent) {
  for (const char* url :
       {"", "127.0.0.1:1", "https://127.0.0.1", "http://", "http://a:b/", "http://a:99999/",
        "http://127.0.0.1:1/a b", "http://u@127.0.0.1:1/", "http://127.0.0.1:1/\r\nX: y"}) {
    EXPECT_EQ(CallHttp({.url = url}).status().code(), ErrorCode::kInvalidArgument) << url;
  }
}

}  // namespace
}  // namespace penstock
