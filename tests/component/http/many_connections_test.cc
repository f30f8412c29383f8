#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include <gmock/gmock.h>

#include "common/http/client.h"
#include "tests/unit/common/http/server_fixture.h"

namespace penstock {
namespace {

using testing::EndsWith;
using testing::StartsWith;

constexpr std::size_t kMany = 1000;
constexpr std::string_view kGet = "GET /active HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// One process is both ends here: two descriptors for each connection.
class ManyConnectionsTest : public HttpServerTest {
 protected:
  void SetUp() override {
    rlimit limit{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
    if (limit.rlim_max < 4 * kMany) GTEST_SKIP() << "too few descriptors are allowed";
    limit.rlim_cur = std::max<rlim_t>(limit.rlim_cur, 4 * kMany);
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
  }
  void TearDown() override {
    for (const int fd : open_) ::close(fd);
    HttpServerTest::TearDown();
  }
  /// Connections that send `text` and nothing more.
  void OpenMany(std::string_view text) {
    for (std::size_t i = 0; i < kMany; ++i) {
      open_.push_back(Connect());
      if (!text.empty()) SendAll(open_.back(), text);
    }
  }
  /// Requests on one kept connection, and on new ones.
  void ExpectActiveAnswered() {
    const int kept = Connect();
    for (int i = 0; i < 100; ++i) {
      SendAll(kept, kGet);
      EXPECT_THAT(ReadUntil(kept, "active"), StartsWith("HTTP/1.1 200")) << i;
      EXPECT_EQ(CallHttp({.url = Url("/new")})->body, "new") << i;
    }
    ::close(kept);
  }
  /// How many of those the server has not closed.
  std::size_t StillOpen() const {
    std::size_t count = 0;
    for (const int fd : open_) {
      char c = 0;
      const ssize_t n = ::recv(fd, &c, 1, MSG_DONTWAIT);
      if (n < 0 && errno == EAGAIN) ++count;
    }
    return count;
  }

  std::vector<int> open_;
};

TEST_F(ManyConnectionsTest, WhenAThousandAreIdleThenActiveOnesAreAnsweredAndAllStay) {
  Start({}, Echo);
  OpenMany("");
  ExpectActiveAnswered();
  EXPECT_EQ(StillOpen(), kMany);
  SendAll(open_.front(), kGet);
  EXPECT_THAT(ReadUntil(open_.front(), "active"), EndsWith("active"));
}

TEST_F(ManyConnectionsTest, WhenAThousandNeverFinishTheirHeadersThenActiveOnesAreAnswered) {
  Start({}, Echo);
  OpenMany("GET / HTTP/1.1\r\nHost: loc");
  ExpectActiveAnswered();
}

TEST_F(ManyConnectionsTest, WhenMoreAreIdleThanFitThenTheOldestGiveWay) {
  Start({.max_connections = 100}, Echo);
  OpenMany("");
  ExpectActiveAnswered();
  EXPECT_LE(StillOpen(), 200u);
}

TEST_F(ManyConnectionsTest, WhenManyDoNotReadTheirAnswersThenActiveOnesAreAnswered) {
  const std::string large(4 << 20, 'x');
  Start({}, [&](HttpRequest request, HttpResponder responder) {
    if (request.path.front() != "large") return Echo(std::move(request), std::move(responder));
    responder.Send({.content_type = "text/plain", .body = large});
  });
  for (int i = 0; i < 50; ++i) {
    open_.push_back(Connect(4096));
    SendAll(open_.back(), "GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }
  ExpectActiveAnswered();
}

TEST_F(ManyConnectionsTest, WhenAnAnswerIsNotReadInTimeThenTheClientIsCutOff) {
  const std::string large(16 << 20, 'x');
  Start({.idle_timeout = std::chrono::milliseconds(200),
         .transfer_timeout = std::chrono::milliseconds(50)},
        [&](HttpRequest, const HttpResponder& responder) {
          responder.Send({.content_type = "text/plain", .body = large});
        });
  const int fd = Connect(4096);
  SendAll(fd, kGet);
  // Returns when the idle time-out, which is longer, has passed.
  EXPECT_EQ(Talk(""), "");
  EXPECT_LT(ReadAll(fd).size(), large.size());
}

TEST_F(ManyConnectionsTest, WhenRequestsArePipelinedThenAllAreAnsweredInOrder) {
  Start({}, Echo);
  std::string requests;
  std::string expected;
  for (int i = 0; i < 200; ++i) {
    requests += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: localhost\r\n" +
                (i == 199 ? "Connection: close\r\n\r\n" : "\r\n");
    expected += std::to_string(i);
  }
  const std::string answers = Talk(requests);
  std::string bodies;
  for (std::size_t at = 0; (at = answers.find("\r\n\r\n", at)) != std::string::npos;) {
    at += 4;
    bodies += answers.substr(at, answers.find("HTTP/1.1", at) - at);
  }
  EXPECT_EQ(bodies, expected);
}

}  // namespace
}  // namespace penstock
