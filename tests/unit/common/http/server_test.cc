#include "common/http/server.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <future>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/http/client.h"

namespace penstock {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::StartsWith;

class HttpServerTest : public testing::Test {
 protected:
  void Start(HttpServerOptions options, HttpHandler handler) {
    auto server = HttpServer::Start(std::move(options), std::move(handler));
    ASSERT_TRUE(server.ok()) << server.status().message();
    server_ = std::move(*server);
  }
  void TearDown() override {
    if (server_) server_->Stop(milliseconds(0));
  }

  std::string Url(const std::string& target) const {
    return "http://127.0.0.1:" + std::to_string(server_->port()) + target;
  }

  /// A plain connection, for what a client should not do.
  int Connect() const {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(server_->port());
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    return fd;
  }
  /// Sends, then reads until the server closes.
  std::string Talk(const std::string& text) const {
    const int fd = Connect();
    EXPECT_EQ(::send(fd, text.data(), text.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
    std::string answer;
    char buffer[4096];
    for (ssize_t n = 0; (n = ::read(fd, buffer, sizeof(buffer))) > 0;) {
      answer.append(buffer, static_cast<std::size_t>(n));
    }
    ::close(fd);
    return answer;
  }

  /// A handler for one request, which leaves the answer to the test.
  HttpHandler Hold() {
    return [this](HttpRequest, HttpResponder responder) { held_.set_value(std::move(responder)); };
  }

  std::promise<HttpResponder> held_;
  std::unique_ptr<HttpServer> server_;
};

void Echo(HttpRequest request, HttpResponder responder) {
  responder.Send(
      {.content_type = "text/plain",
       .headers = {{"X-Method", request.method}},
       .body = request.path.empty() ? request.body : request.path.back() + request.body});
}

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
  Start({.max_header_bytes = 1024, .max_target_bytes = 100, .max_body_bytes = 10}, Echo);
  EXPECT_EQ(CallHttp({.method = "POST", .url = Url("/"), .body = std::string(11, 'x')})->status,
            413);
  EXPECT_EQ(CallHttp({.method = "POST", .url = Url("/"), .body = std::string(10, 'x')})->status,
            200);
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
  Start({.idle_timeout = milliseconds(20)}, Echo);
  EXPECT_EQ(Talk("GET / HTT"), "");
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

TEST_F(HttpServerTest, WhenThereAreTooManyConnectionsThenTheNextIsToldSo) {
  Start({.max_connections = 1}, Echo);
  const int held = Connect();
  EXPECT_THAT(Talk(""), StartsWith("HTTP/1.1 503"));
  ::close(held);
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
