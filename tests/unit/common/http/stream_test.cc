#include "common/http/stream.h"

#include <future>

#include <gmock/gmock.h>

#include "common/http/client.h"
#include "common/http/sse.h"
#include "tests/unit/common/http/server_fixture.h"

namespace penstock {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

class HttpStreamTest : public HttpServerTest {
 protected:
  /// The stream that answers the next request.
  HttpStream Begin(HttpStreamOptions options = {}) {
    return held_.get_future().get().Stream({.content_type = "text/plain"}, std::move(options));
  }
  /// Waits for the end of a stream.
  static void AwaitClose(const HttpStream& stream) {
    std::promise<void> closed;
    stream.OnClose([&] { closed.set_value(); });
    closed.get_future().get();
    EXPECT_TRUE(stream.closed());
  }
};

TEST(HttpStreamQueueTest, WhenTextIsPushedThenTheSleepingConnectionIsWokenOnce) {
  HttpStreamQueue queue({});
  int wakes = 0;
  queue.SetWake([&] { ++wakes; });
  EXPECT_EQ(wakes, 0);
  EXPECT_TRUE(queue.Push("a"));
  EXPECT_TRUE(queue.Push("b"));
  EXPECT_EQ(wakes, 1);
  std::string text;
  EXPECT_EQ(queue.Take(text), HttpStreamQueue::Next::kText);
  EXPECT_EQ(text, "ab");
  EXPECT_EQ(queue.Take(text), HttpStreamQueue::Next::kNothingYet);
  queue.Finish();
  EXPECT_EQ(wakes, 2);
  EXPECT_EQ(queue.Take(text), HttpStreamQueue::Next::kFinished);
  EXPECT_FALSE(queue.Push("late"));
}

TEST(HttpStreamQueueTest, WhenMoreIsQueuedThanAllowedThenTheClientIsDropped) {
  HttpStreamQueue queue({.max_queued_bytes = 3});
  int closed = 0;
  queue.OnClose([&] { ++closed; });
  EXPECT_TRUE(queue.Push("abc"));
  EXPECT_FALSE(queue.Push("d"));
  EXPECT_TRUE(queue.closed());
  queue.Abandon();
  EXPECT_EQ(closed, 1);
  std::string text;
  EXPECT_EQ(queue.Take(text), HttpStreamQueue::Next::kClosed);
  queue.OnClose([&] { ++closed; });
  EXPECT_EQ(closed, 2);
}

TEST(HttpStreamQueueTest, WhenTheLastWriterGoesThenTheAnswerEnds) {
  const auto queue = std::make_shared<HttpStreamQueue>(HttpStreamOptions{});
  std::string text;
  {
    const HttpStream stream(queue);
    const HttpStream copy = stream;
    EXPECT_TRUE(copy.Send("x"));
  }
  EXPECT_EQ(queue->Take(text), HttpStreamQueue::Next::kText);
  EXPECT_EQ(queue->Take(text), HttpStreamQueue::Next::kFinished);
}

TEST_F(HttpStreamTest, WhenAHandlerStreamsThenTheClientReadsEachPieceAtOnce) {
  Start({}, Hold());
  const int fd = Connect();
  SendAll(fd, kGet);
  const HttpStream stream = Begin();
  EXPECT_TRUE(stream.Send("one"));
  const std::string head = ReadUntil(fd, "3\r\none\r\n");
  EXPECT_THAT(head, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(head, HasSubstr("Transfer-Encoding: chunked\r\n"));
  EXPECT_THAT(head, HasSubstr("Content-Type: text/plain\r\n"));
  EXPECT_TRUE(stream.Send("two"));
  EXPECT_EQ(ReadUntil(fd, "3\r\ntwo\r\n"), "3\r\ntwo\r\n");
  stream.End();
  EXPECT_EQ(ReadAll(fd), "0\r\n\r\n");
  AwaitClose(stream);
}

TEST_F(HttpStreamTest, WhenTheClientSpeaksHttp10ThenTheTextIsNotCutIntoChunks) {
  Start({}, Hold());
  const int fd = Connect();
  SendAll(fd, "GET / HTTP/1.0\r\nHost: localhost\r\n\r\n");
  Begin().Send("plain");
  EXPECT_TRUE(ReadAll(fd).ends_with("\r\n\r\nplain"));
}

TEST_F(HttpStreamTest, WhenHeadIsAskedThenThereIsNoStream) {
  Start({}, Hold());
  const int fd = Connect();
  SendAll(fd, "HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const HttpStream stream = Begin();
  EXPECT_THAT(ReadAll(fd), StartsWith("HTTP/1.1 200 OK\r\n"));
  AwaitClose(stream);
}

TEST_F(HttpStreamTest, WhenTheClientGoesThenTheWriterIsTold) {
  Start({}, Hold());
  const int fd = Connect();
  SendAll(fd, kGet);
  const HttpStream stream = Begin();
  ::close(fd);
  AwaitClose(stream);
  EXPECT_FALSE(stream.Send("x"));
}

TEST_F(HttpStreamTest, WhenTheClientDoesNotReadThenItIsDroppedAtTheLimit) {
  Start({}, Hold());
  const int fd = Connect(4096);
  SendAll(fd, kGet);
  const HttpStream stream = Begin({.max_queued_bytes = 64 << 10});
  std::size_t sent = 0;
  const std::string piece(1000, 'x');
  while (stream.Send(piece)) sent += piece.size();
  AwaitClose(stream);
  EXPECT_LT(sent, 4u << 20);
  ::close(fd);
}

TEST_F(HttpStreamTest, WhenTheClientTakesNothingForTooLongThenItIsDropped) {
  Start({.stream_timeout = milliseconds(20)}, Hold());
  const int fd = Connect(4096);
  SendAll(fd, kGet);
  const HttpStream stream = Begin({.max_queued_bytes = 8 << 20});
  EXPECT_TRUE(stream.Send(std::string(4 << 20, 'x')));
  AwaitClose(stream);
  ::close(fd);
}

TEST_F(HttpStreamTest, WhenNothingIsSentThenHeartbeatsAre) {
  Start({}, Hold());
  const int fd = Connect();
  SendAll(fd, kGet);
  const HttpStream stream = Begin({.heartbeat_text = ": \n\n", .heartbeat = milliseconds(5)});
  ReadUntil(fd, "\r\n\r\n");
  EXPECT_EQ(ReadUntil(fd, "4\r\n: \n\n\r\n4\r\n: \n\n\r\n"), "4\r\n: \n\n\r\n4\r\n: \n\n\r\n");
  ::close(fd);
}

TEST_F(HttpStreamTest, WhenTheServerStopsThenTheClientHearsTheEnd) {
  Start({}, Hold());
  const int fd = Connect();
  SendAll(fd, kGet);
  const HttpStream stream = BeginEvents(held_.get_future().get());
  EXPECT_TRUE(stream.Send(SseEvent("change", "{}", 1)));
  ReadUntil(fd, "id: 1\nevent: change\ndata: {}\n\n\r\n");
  server_->Stop(std::chrono::seconds(10));
  EXPECT_THAT(ReadAll(fd), HasSubstr("event: end\ndata: {}\n\n"));
  EXPECT_TRUE(stream.closed());
}

TEST_F(HttpStreamTest, WhenTheServerHasStoppedThenAStreamIsClosedFromTheStart) {
  Start({}, Hold());
  const int fd = Connect();
  SendAll(fd, kGet);
  const HttpResponder responder = held_.get_future().get();
  server_->Stop(milliseconds(0));
  EXPECT_TRUE(responder.Stream({}, {}).closed());
  ::close(fd);
}

TEST_F(HttpStreamTest, WhenThereAreTooManyStreamsThenTheNextIsRefused) {
  std::vector<HttpStream> streams;
  Mutex mu;
  Start({.max_streams = 1}, [&](HttpRequest, const HttpResponder& responder) {
    HttpStream stream = BeginEvents(responder);
    MutexLock lock(mu);
    streams.push_back(std::move(stream));
  });
  const int first = Connect();
  SendAll(first, kGet);
  ReadUntil(first, "\r\n\r\n");
  auto refused = CallHttp({.url = Url("/")});
  ASSERT_TRUE(refused.ok());
  EXPECT_EQ(refused->status, 503);
  EXPECT_THAT(refused->body, HasSubstr("streams are taken"));
  MutexLock lock(mu);
  EXPECT_TRUE(streams.at(1).closed());
  EXPECT_FALSE(streams.at(0).closed());
  ::close(first);
}

TEST(SseTest, WhenDataHasLinesThenEachIsOne) {
  EXPECT_EQ(SseEvent("a", "1\n2\r\n3"), "event: a\ndata: 1\ndata: 2\ndata: 3\n\n");
  EXPECT_EQ(SseEvent("a", "", 7), "id: 7\nevent: a\ndata: \n\n");
}

}  // namespace
}  // namespace penstock
