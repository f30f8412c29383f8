#include <poll.h>
#include <sys/socket.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/net/tcp_sink.h"
#include "connectors/net/tcp_source.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/connectors/fake_context.h"

namespace penstock {
namespace {

using namespace std::chrono_literals;
using testing::FakeContext;
using ::testing::HasSubstr;
using Strings = std::vector<std::string>;

struct Tick {
  int id = 0;
  std::string name;
  bool operator==(const Tick&) const = default;
};

/// The other end of a connection, in the thread of the test.
class Peer {
 public:
  explicit Peer(TcpSocket socket) : socket_(std::move(socket)) {}

  static Peer To(std::uint16_t port) {
    Peer peer(std::move(TcpSocket::Connect({"127.0.0.1", port})).value());
    while (!peer.socket_.Connected().value()) Wait(peer.socket_, POLLOUT);
    return peer;
  }

  void Send(std::string_view bytes) {
    while (!bytes.empty()) {
      const SocketResult sent = socket_.Write(bytes).value();
      bytes.remove_prefix(sent.bytes);
      if (sent.bytes == 0) Wait(socket_, POLLOUT);
    }
  }
  /// Waits for that many bytes at least.
  std::string Receive(std::size_t size) {
    std::string all;
    while (all.size() < size && ReceiveSome(all)) {
    }
    return all;
  }
  /// Until the other side ends.
  std::string ReceiveAll() {
    std::string all;
    while (ReceiveSome(all)) {
    }
    return all;
  }
  /// The other side sees an error instead of an orderly end.
  void Reset() {
    const linger none{1, 0};
    ::setsockopt(socket_.fd(), SOL_SOCKET, SO_LINGER, &none, sizeof(none));
    const TcpSocket closed = std::move(socket_);
  }

  static void Wait(const TcpSocket& socket, short events) {
    pollfd ready{socket.fd(), events, 0};
    ASSERT_GT(::poll(&ready, 1, 10'000), 0) << "nothing happens on the connection";
  }

 private:
  bool ReceiveSome(std::string& all) {
    Wait(socket_, POLLIN);
    char buffer[4096];
    const SocketResult got = socket_.Read(buffer, sizeof(buffer)).value();
    all.append(buffer, got.bytes);
    return got.step != SocketStep::kClosed;
  }

  TcpSocket socket_;
};

/// What a source or sink connects to.
class Server {
 public:
  Server() : listener_(std::move(TcpSocket::Listen({"127.0.0.1", 0})).value()) {}

  std::uint16_t port() const { return listener_.LocalPort().value(); }
  Peer Accept() {
    Peer::Wait(listener_, POLLIN);
    return Peer(std::move(listener_.Accept().value()->socket));
  }

 private:
  TcpSocket listener_;
};

/// A port that nobody listens on.
std::uint16_t FreePort() { return Server().port(); }

template <typename T>
class Reading {
 public:
  template <typename S>
  Reading(const S& source, FakeContext& context) : context_(context) {
    EXPECT_EQ("", source.Validate(PosixFileSystem()).message());
    auto reader = source.NewReader(context, source.Splits(context).value()[0]);
    EXPECT_EQ("", reader.status().message());
    reader_ = std::move(reader).value();
  }

  /// Reads once; the clock goes to the time that the source asks for.
  ReadResult Step() {
    TypedBatch<T> batch;
    const auto result = reader_->Read(batch);
    EXPECT_EQ("", result.status().message());
    for (std::size_t i = 0; i < batch.size(); ++i) records.push_back(batch[i]);
    if (result.ok() && *result == ReadResult::kNothingYet) {
      EXPECT_GT(reader_->next_read(), context_.manual_clock.Now());
      context_.manual_clock.Advance(reader_->next_read() - context_.manual_clock.Now());
    }
    return result.ok() ? *result : ReadResult::kEnd;
  }
  /// Until it is so; bytes on loopback arrive soon.
  void Until(const std::function<bool()>& so) {
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    while (!so()) {
      Step();
      ASSERT_LT(std::chrono::steady_clock::now(), deadline);
    }
  }
  void UntilRecords(std::size_t count) {
    Until([&] { return records.size() >= count; });
  }

  std::vector<T> records;

 private:
  FakeContext& context_;
  std::unique_ptr<SplitReader<T>> reader_;
};

class TcpTest : public ::testing::Test {
 protected:
  std::uint64_t Count(const std::string& name) { return context_.counters[name].value(); }

  FakeContext context_;
};

TEST_F(TcpTest, WhenAServerSendsLinesThenTheyAreRecordsHoweverTheyArrive) {
  Server server;
  Reading<std::string> reading(tcp_source("127.0.0.1", server.port(), text_records()), context_);
  EXPECT_EQ(ReadResult::kNothingYet, reading.Step());
  Peer peer = server.Accept();
  peer.Send("one\r\ntw");
  reading.UntilRecords(1);
  EXPECT_EQ(Strings{"one"}, reading.records);
  peer.Send("o\n\nfour\n");
  reading.UntilRecords(4);
  EXPECT_EQ((Strings{"one", "two", "", "four"}), reading.records);
}

TEST_F(TcpTest, WhenNobodyListensThenTheSourceTriesAgainLaterAndNeverWaits) {
  const std::uint16_t port = FreePort();
  Reading<std::string> reading(tcp_source("localhost", port, text_records()), context_);
  const auto start = context_.manual_clock.Now();
  reading.Until([&] { return Count("numConnectionsLost") == 4; });
  const auto waited = context_.manual_clock.Now() - start;
  EXPECT_GE(waited, 50ms + 100ms + 200ms);
  EXPECT_LT(waited, 2s);
}

TEST_F(TcpTest, WhenTheConnectionIsLostThenTheSourceConnectsAgainAndCountsWhatWasCutOff) {
  Server server;
  Reading<std::string> reading(tcp_source("127.0.0.1", server.port(), text_records()), context_);
  reading.Step();
  {
    Peer peer = server.Accept();
    peer.Send("one\ncut o");
    reading.UntilRecords(1);
  }
  reading.Until([&] { return Count("numConnectionsLost") == 1; });
  EXPECT_EQ(1U, Count("numRecordsCutOff"));
  reading.Step();
  reading.Step();
  Peer peer = server.Accept();
  peer.Send("two\n");
  reading.UntilRecords(2);
  EXPECT_EQ((Strings{"one", "two"}), reading.records);
  peer.Reset();
  reading.Until([&] { return Count("numConnectionsLost") == 2; });
}

TEST_F(TcpTest, WhenTheInputIsToEndWithTheConnectionThenItDoes) {
  Server server;
  Reading<Tick> reading(tcp_source("127.0.0.1", server.port(), json_records<Tick>()).until_closed(),
                        context_);
  reading.Step();
  server.Accept().Send("{\"id\":1,\"name\":\"a\"}\n");
  while (reading.Step() != ReadResult::kEnd) {
  }
  EXPECT_EQ((std::vector<Tick>{{1, "a"}}), reading.records);
}

TEST_F(TcpTest, WhenManyClientsSendAtOnceThenEachOnesRecordsComeWholeAndInOrder) {
  constexpr int kClients = 20;
  constexpr int kRecords = 200;
  const std::uint16_t port = FreePort();
  Reading<Tick> reading(tcp_listen_source(port, csv_records<Tick>()), context_);
  std::vector<Peer> peers;
  for (int i = 0; i < kClients; ++i) peers.push_back(Peer::To(port));
  for (int r = 0; r < kRecords; ++r) {
    for (int i = 0; i < kClients; ++i) {
      const std::string row = std::to_string(r) + ",\"client\n" + std::to_string(i) + "\"\n";
      peers[static_cast<std::size_t>(i)].Send(row.substr(0, row.size() / 2));
      peers[static_cast<std::size_t>(i)].Send(row.substr(row.size() / 2));
    }
    reading.Step();
  }
  reading.UntilRecords(kClients * kRecords);
  std::map<std::string, int> next;
  for (const Tick& tick : reading.records) EXPECT_EQ(next[tick.name]++, tick.id) << tick.name;
  EXPECT_EQ(kClients, static_cast<int>(next.size()));
}

TEST_F(TcpTest, WhenOneClientSendsRubbishThenOnlyItsRecordsOrConnectionAreLost) {
  const std::uint16_t port = FreePort();
  Reading<Tick> reading(tcp_listen_source(port, json_records<Tick>()).record_limit(50), context_);
  Peer good = Peer::To(port);
  Peer bad = Peer::To(port);
  bad.Send("rubbish\n{\"id\":2,\"name\":\"b\"}\n" + std::string(100, 'x'));
  reading.UntilRecords(1);
  reading.Until([&] { return Count("numConnectionsLost") == 1; });
  EXPECT_EQ(1U, Count("numRecordsSkipped"));
  good.Send("{\"id\":1,\"name\":\"a\"}\n");
  reading.UntilRecords(2);
  EXPECT_EQ((std::vector<Tick>{{2, "b"}, {1, "a"}}), reading.records);
}

TEST_F(TcpTest, WhenThereAreTooManyClientsThenTheNextOneIsSentAway) {
  const std::uint16_t port = FreePort();
  Reading<std::string> reading(tcp_listen_source(port, text_records()).most_clients(1), context_);
  Peer first = Peer::To(port);
  Peer second = Peer::To(port);
  reading.Until([&] { return Count("numConnectionsLost") == 1; });
  EXPECT_EQ("", second.ReceiveAll());
  first.Send("x\n");
  reading.UntilRecords(1);
}

TEST_F(TcpTest, WhenThePortIsTakenThenTheErrorNamesIt) {
  Server server;
  const auto source = tcp_listen_source(server.port(), text_records());
  const Status status = source.NewReader(context_, source.Splits(context_).value()[0]).status();
  EXPECT_THAT(status.message(), HasSubstr("127.0.0.1:" + std::to_string(server.port()) +
                                          ": cannot listen: Address already in use"));
  EXPECT_EQ(RetryHint::kLater, status.retry());
  EXPECT_NE("", status.hint());
}

TEST_F(TcpTest, WhenTheRateIsLimitedThenTheRestWaits) {
  Server server;
  Reading<std::string> reading(tcp_source("127.0.0.1", server.port(), text_records()).rate(10),
                               context_);
  reading.Step();
  Peer peer = server.Accept();
  peer.Send("1\n2\n3\n4\n5\n6\n");
  reading.UntilRecords(1);
  const auto start = context_.manual_clock.Now();
  reading.UntilRecords(6);
  EXPECT_GE(context_.manual_clock.Now() - start, 390ms);
}

template <typename F>
std::unique_ptr<SinkWriter<typename F::Record>> Open(const TcpSink<F>& sink, FakeContext& context) {
  EXPECT_TRUE(sink.Validate(PosixFileSystem()).ok());
  return std::move(sink.NewWriter(context, "")).value();
}

template <typename T>
Status Write(SinkWriter<T>& writer, const std::vector<T>& records) {
  TypedBatch<T> batch;
  for (const T& record : records) batch.Append(record, {});
  return writer.Write(batch);
}

template <typename T>
Status Checkpoint(SinkWriter<T>& writer) {
  Strings parts;
  const Status status = writer.PreCommit(CheckpointId(1), parts);
  EXPECT_TRUE(parts.empty());
  return status;
}

TEST_F(TcpTest, WhenASinkIsCheckpointedThenThePeersMachineHasAllRows) {
  Server server;
  auto writer = Open(tcp_sink("127.0.0.1", server.port(), json_records<Tick>()), context_);
  ASSERT_TRUE(Write<Tick>(*writer, {{1, "a"}, {2, "b"}}).ok());
  ASSERT_EQ("", Checkpoint(*writer).message());
  Peer peer = server.Accept();
  ASSERT_TRUE(Write<Tick>(*writer, {{3, "c"}}).ok());
  ASSERT_EQ("", writer->Close().message());
  EXPECT_EQ("{\"id\":1,\"name\":\"a\"}\n{\"id\":2,\"name\":\"b\"}\n{\"id\":3,\"name\":\"c\"}\n",
            peer.ReceiveAll());
}

TEST_F(TcpTest, WhenThePeerBreaksTheConnectionThenWhatItHasNotAcknowledgedComesAgain) {
  Server server;
  auto writer = Open(tcp_sink("127.0.0.1", server.port(), text_records()), context_);
  ASSERT_TRUE(Write<std::string>(*writer, {"one"}).ok());
  ASSERT_EQ("", Checkpoint(*writer).message());
  server.Accept().Reset();
  // More than any socket buffer holds, so that most is not acknowledged.
  const std::string large(100'000, 'x');
  for (int i = 0; i < 8; ++i) ASSERT_TRUE(Write<std::string>(*writer, {large}).ok());
  EXPECT_EQ(1U, Count("numConnectionsLost"));
  context_.manual_clock.Advance(1s);
  ASSERT_TRUE(Write<std::string>(*writer, {"end"}).ok());
  Peer peer = server.Accept();
  const std::string got = peer.Receive(100'001);
  EXPECT_TRUE(got.starts_with(large + "\n"));
}

TEST_F(TcpTest, WhenThePeerIsAwayForTooLongThenTheAttemptFailsAndSaysWhy) {
  const std::uint16_t port = FreePort();
  auto writer = Open(tcp_sink("127.0.0.1", port, text_records()).patience(20ms), context_);
  ASSERT_TRUE(Write<std::string>(*writer, {"one"}).ok());
  const Status status = Checkpoint(*writer);
  EXPECT_EQ("tcp 127.0.0.1:" + std::to_string(port) +
                ": no row could be delivered for 20 ms: cannot connect: Connection refused",
            status.message());
  EXPECT_EQ(RetryHint::kLater, status.retry());
}

TEST_F(TcpTest, WhenThePeerTakesNothingThenTheSinkWaitsInsteadOfGrowing) {
  Server server;
  auto writer = Open(tcp_sink("127.0.0.1", server.port(), text_records()).patience(20ms), context_);
  ASSERT_TRUE(Write<std::string>(*writer, {"first"}).ok());
  Peer peer = server.Accept();
  const std::string large(500'000, 'x');
  Status status;
  int taken = 0;
  for (; status.ok() && taken < 1000; ++taken) status = Write<std::string>(*writer, {large});
  EXPECT_THAT(status.message(), HasSubstr("the peer takes nothing"));
  EXPECT_LT(taken, 1000);
}

TEST_F(TcpTest, WhenPenstockTalksToItselfThenBinaryRecordsComeThroughWithTheirHeader) {
  const std::uint16_t port = FreePort();
  Reading<Tick> reading(tcp_listen_source(port, binary_records<Tick>()), context_);
  FakeContext sender;
  auto writer = Open(tcp_sink("127.0.0.1", port, binary_records<Tick>()), sender);
  const std::vector<Tick> ticks = {{1, "a\nb"}, {2, ""}};
  ASSERT_TRUE(Write(*writer, ticks).ok());
  ASSERT_EQ("", Checkpoint(*writer).message());
  reading.UntilRecords(2);
  EXPECT_EQ(ticks, reading.records);
  Peer stranger = Peer::To(port);
  stranger.Send("{\"id\":1}\n");
  reading.Until([&] { return Count("numConnectionsLost") == 1; });
}

TEST_F(TcpTest, WhenASourceOrSinkIsDescribedThenItsPromiseIsTrue) {
  const auto source = tcp_source("::1", 9, text_records());
  EXPECT_EQ("text from tcp [::1]:9", source.name());
  EXPECT_EQ(Delivery::kNotReplayable, source.delivery());
  EXPECT_EQ("text at tcp 127.0.0.1:9", tcp_listen_source(9, text_records()).name());
  EXPECT_EQ(Delivery::kAtLeastOnce, tcp_sink("h", 9, text_records()).delivery());
  FileSystem& fs = PosixFileSystem();
  EXPECT_FALSE(tcp_source("h", 0, text_records()).Validate(fs).ok());
  EXPECT_FALSE(tcp_source("", 1, text_records()).Validate(fs).ok());
  EXPECT_FALSE(tcp_source("h", 1, text_records()).rate(0).Validate(fs).ok());
  EXPECT_FALSE(tcp_source("h", 1, json_records<Tick>().time_format("%q")).Validate(fs).ok());
}

}  // namespace
}  // namespace penstock
