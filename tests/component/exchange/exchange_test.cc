#include "worker/exchange/exchange.h"

#include <zmq.h>

#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "graph/exchange_memory.h"
#include "tests/component/exchange/two_hosts.h"
#include "tests/unit/worker/exchange/number_batch.h"
#include "wire/frame.h"
#include "worker/exchange/handshake.h"

namespace penstock {
namespace {

using ::testing::HasSubstr;

void ExpectOk(const std::pair<Status, Status>& outcomes) {
  ASSERT_TRUE(outcomes.first.ok()) << outcomes.first.message();
  ASSERT_TRUE(outcomes.second.ok()) << outcomes.second.message();
}

void SendText(OutputChannel& channel, std::string_view text) {
  channel.buffer().append(text);
  channel.SendBuffer(1);
}

InputGate::Received Next(InputGate& gate, TaskSignal& signal) {
  while (true) {
    if (auto received = gate.Poll()) return std::move(*received);
    signal.Wait(std::nullopt);
  }
}

TEST(ExchangeTest, WhenConnectedThenRecordsAndControlArriveInOrder) {
  TwoHosts hosts;
  hosts.Bind();
  ExpectOk(hosts.Connect());
  TaskSignal sender, receiver;
  auto outputs = hosts.Outputs(0, sender);
  auto gate = hosts.Input(1, receiver);
  ASSERT_EQ(outputs.size(), 2U);
  EXPECT_TRUE(outputs[0]->local());
  ASSERT_FALSE(outputs[1]->local());
  EXPECT_EQ(hosts.exchanges[0]->TakeInput({VertexId(0), 0}, sender), nullptr) << "a source";

  SendText(*outputs[1], "one");
  outputs[1]->SendControl(Watermark{{5}});
  SendText(*outputs[1], "two");
  outputs[1]->SendControl(CheckpointBarrier{CheckpointId(9), true, 1});
  EXPECT_EQ(std::get<EncodedRecords>(Next(*gate, receiver).element).bytes, "one");
  EXPECT_EQ(std::get<Watermark>(Next(*gate, receiver).element).time.millis, 5);
  EXPECT_EQ(std::get<EncodedRecords>(Next(*gate, receiver).element).bytes, "two");
  EXPECT_TRUE(std::get<CheckpointBarrier>(Next(*gate, receiver).element).final);
}

/// What a channel carries in the random test: equal on both sides.
std::string RandomText(std::mt19937& random) {
  const std::size_t size = random() % 50 == 0 ? random() % 200'000 : random() % 40'000;
  return std::string(size, static_cast<char>('a' + random() % 26)) + std::to_string(random());
}

constexpr int kFrames = 1000;

void SendRandom(OutputChannel& remote, unsigned seed) {
  std::mt19937 random(seed);
  for (int i = 0; i < kFrames; ++i) SendText(remote, RandomText(random));
  remote.SendControl(CheckpointBarrier{CheckpointId(1), true, 0});
}

int CountEqual(InputGate& gate, TaskSignal& signal, unsigned seed) {
  std::mt19937 random(seed);
  int equal = 0;
  while (true) {
    InputGate::Received received = Next(gate, signal);
    auto* records = std::get_if<EncodedRecords>(&received.element);
    if (records == nullptr) return equal;
    equal += records->bytes == RandomText(random) ? 1 : 0;
  }
}

TEST(ExchangeTest, WhenRandomBuffersGoBothWaysThenAllArriveEqual) {
  TwoHosts hosts;
  hosts.Bind();
  ExpectOk(hosts.Connect());
  std::vector<std::thread> senders;
  for (std::uint32_t i = 0; i < 2; ++i) {
    senders.emplace_back([&hosts, i] {
      TaskSignal signal;
      auto outputs = hosts.Outputs(i, signal);
      SendRandom(*outputs[1 - i], i);
    });
  }
  int equal[2] = {0, 0};
  std::vector<std::thread> receivers;
  for (std::uint32_t i = 0; i < 2; ++i) {
    receivers.emplace_back([&hosts, &equal, i] {
      TaskSignal signal;
      auto gate = hosts.Input(i, signal);
      equal[i] = CountEqual(*gate, signal, 1 - i);
    });
  }
  for (auto& thread : senders) thread.join();
  for (auto& thread : receivers) thread.join();
  EXPECT_EQ(equal[0], kFrames);
  EXPECT_EQ(equal[1], kFrames);
}

TEST(ExchangeTest, WhenReceiverStallsThenCreditStopsTheSenderUntilItGoesOn) {
  TwoHosts hosts;
  hosts.Bind();
  ExpectOk(hosts.Connect());
  TaskSignal receiver;
  auto gate = hosts.Input(1, receiver);
  std::atomic<int> sent{0};
  constexpr int kAll = 100;
  std::thread sender([&] {
    TaskSignal signal;
    auto outputs = hosts.Outputs(0, signal);
    const std::string full(kWireBufferBytes - kFrameHeaderBytes, 'x');
    for (int i = 0; i < kAll; ++i, ++sent) SendText(*outputs[1], full);
  });
  constexpr int kWindow = 1 + kLentCreditBytes / kOwnedCreditBytes;
  while (gate->queued_bytes() < kWindow * kWireBufferBytes) std::this_thread::yield();
  EXPECT_LE(sent, kWindow);
  EXPECT_LE(gate->queued_bytes(), gate->capacity_bytes());
  for (int i = 0; i < kAll; ++i) {
    EXPECT_TRUE(std::holds_alternative<EncodedRecords>(Next(*gate, receiver).element));
    EXPECT_LE(gate->queued_bytes(), gate->capacity_bytes());
  }
  sender.join();
}

TEST(ExchangeTest, WhenChannelIsBlockedThenTheOtherFlows) {
  TwoHosts hosts;
  hosts.Bind();
  ExpectOk(hosts.Connect());
  TaskSignal local_sender, remote_sender, receiver;
  auto gate = hosts.Input(1, receiver);
  auto from_host_0 = hosts.Outputs(0, remote_sender);
  auto from_host_1 = hosts.Outputs(1, local_sender);
  gate->Block(0);
  SendText(*from_host_0[1], "held");
  from_host_1[1]->SendBatch(NumberBatch::Of(8));
  EXPECT_EQ(Next(*gate, receiver).channel, 1U);
  while (gate->queued_bytes() == 0) std::this_thread::yield();
  EXPECT_FALSE(gate->Poll().has_value());
  gate->UnblockAll();
  EXPECT_EQ(std::get<EncodedRecords>(Next(*gate, receiver).element).bytes, "held");
}

TEST(ExchangeTest, WhenPeerEndsAbruptlyThenTheOtherFailsAtOnce) {
  for (std::uint32_t dying : {0U, 1U}) {
    TwoHosts hosts;
    hosts.Bind();
    ExpectOk(hosts.Connect());
    const auto start = std::chrono::steady_clock::now();
    hosts.exchanges[dying]->Cancel();
    hosts.exchanges[dying]->Stop();
    const Status failure = hosts.FailureOf(1 - dying);
    EXPECT_EQ(failure.code(), ErrorCode::kUnavailable);
    EXPECT_THAT(failure.message(), HasSubstr(ToString(hosts.options[dying].host)));
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(500));
  }
}

TEST(ExchangeTest, WhenPeerStopsProperlyThenAllArrivesAndNothingFails) {
  for (std::uint32_t stopping : {0U, 1U}) {
    TwoHosts hosts;
    hosts.Bind();
    ExpectOk(hosts.Connect());
    TaskSignal sender, receiver;
    auto gate = hosts.Input(1 - stopping, receiver);
    {
      auto outputs = hosts.Outputs(stopping, sender);
      SendText(*outputs[1 - stopping], "last words");
    }
    hosts.exchanges[stopping]->Stop();
    EXPECT_EQ(std::get<EncodedRecords>(Next(*gate, receiver).element).bytes, "last words");
    hosts.exchanges[1 - stopping]->Stop();
    auto failure = hosts.failures[1 - stopping].get_future();
    EXPECT_EQ(failure.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  }
}

TEST(ExchangeTest, WhenSecretIsWrongThenConnectingFailsAndNamesThePeer) {
  TwoHosts hosts;
  for (auto& options : hosts.options) options.connect_timeout = std::chrono::milliseconds(300);
  hosts.options[0].cluster_secret = "guess";
  hosts.Bind();
  auto [first, second] = hosts.Connect();
  EXPECT_THAT(second.message(), HasSubstr(ToString(hosts.options[0].host)));
  EXPECT_THAT(second.message(), HasSubstr("another cluster secret"));
  EXPECT_THAT(first.message(), HasSubstr(ToString(hosts.options[1].host)));
}

TEST(ExchangeTest, WhenGenerationDiffersThenConnectingFails) {
  TwoHosts hosts;
  for (auto& options : hosts.options) options.connect_timeout = std::chrono::milliseconds(300);
  hosts.options[0].generation = Generation(2);
  hosts.Bind();
  auto [first, second] = hosts.Connect();
  EXPECT_FALSE(first.ok());
  EXPECT_FALSE(second.ok());
}

TEST(ExchangeTest, WhenPeerIsNotThereThenConnectingFailsSoon) {
  TwoHosts hosts;
  hosts.Bind();
  hosts.exchanges[1]->Stop();
  const auto start = std::chrono::steady_clock::now();
  const Status status = hosts.ConnectOne(0);
  EXPECT_EQ(status.code(), ErrorCode::kUnavailable);
  EXPECT_THAT(status.message(), HasSubstr(ToString(hosts.options[1].host)));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(3));
}

TEST(ExchangeTest, WhenMemoryIsTooSmallThenConnectingFailsAndSaysWhatToDo) {
  TwoHosts hosts;
  hosts.options[0].memory_bytes = 100'000;
  hosts.Bind();
  const Status status = hosts.ConnectOne(0);
  EXPECT_EQ(status.code(), ErrorCode::kResourceExhausted);
  EXPECT_EQ(status.domain(), ErrorDomain::kUser);
  EXPECT_THAT(status.hint(), HasSubstr("worker.memory"));
}

TEST(ExchangeTest, WhenCancelledThenAWaitingSenderReturns) {
  TwoHosts hosts;
  hosts.Bind();
  ExpectOk(hosts.Connect());
  std::promise<void> waiting;
  std::thread sender([&] {
    TaskSignal signal;
    auto outputs = hosts.Outputs(0, signal);
    const std::string full(kWireBufferBytes, 'x');
    for (int i = 0; i < 100; ++i) {
      if (i == 8) waiting.set_value();
      SendText(*outputs[1], full);
    }
  });
  waiting.get_future().wait();
  hosts.exchanges[0]->Cancel();
  sender.join();
}

/// Host 0 is the test itself: a raw socket that says hello and then whatever it likes.
class ImpostorTest : public ::testing::Test {
 protected:
  ImpostorTest() : context_(zmq_ctx_new()), socket_(zmq_socket(context_, ZMQ_DEALER)) {
    hosts_.options[1].connect_timeout = std::chrono::seconds(1);
    hosts_.exchanges[1] = NewExchange(hosts_.options[1]);
    hosts_.assignments[1].endpoint = hosts_.exchanges[1]->Bind().value();
    const std::string id = exchange::RoutingId(Self());
    const int no_linger = 0;
    zmq_setsockopt(socket_, ZMQ_ROUTING_ID, id.data(), id.size());
    zmq_setsockopt(socket_, ZMQ_LINGER, &no_linger, sizeof(no_linger));
    zmq_connect(socket_, hosts_.assignments[1].endpoint.c_str());
  }
  ~ImpostorTest() override {
    zmq_close(socket_);
    zmq_ctx_term(context_);
  }

  exchange::Identity Self() const {
    return {hosts_.options[0].job, hosts_.options[0].generation, hosts_.options[0].host, "secret"};
  }
  void Send(exchange::Message message) { zmq_msg_send(message.get(), socket_, 0); }
  void SendHello() { Send(exchange::GreetingFrame(Self(), FrameKind::kHello)); }
  /// A frame on the channel from subtask 0 to subtask 1.
  std::string DataFrame(std::uint64_t sequence, Generation generation) {
    std::string frame(kFrameHeaderBytes, '\0');
    frame += "payload";
    SealFrame({.kind = FrameKind::kData,
               .channel = hosts_.plan.OutputsOf({VertexId(0), 0}, 0)[1]->id,
               .job = hosts_.options[0].job,
               .generation = generation,
               .sequence = sequence,
               .record_count = 1},
              frame.data(), frame.size());
    return frame;
  }
  Status FailureAfter(const std::string& frame) {
    SendHello();
    const Status connected = hosts_.ConnectOne(1);
    EXPECT_TRUE(connected.ok()) << connected.message();
    Send(exchange::Message::CopyOf(frame));
    return hosts_.FailureOf(1);
  }

  TwoHosts hosts_;
  void* context_;
  void* socket_;
};

TEST_F(ImpostorTest, WhenFrameIsMissingThenTheAttemptFails) {
  EXPECT_THAT(FailureAfter(DataFrame(1, Generation(3))).message(),
              HasSubstr("expected sequence number 0, found 1"));
}

TEST_F(ImpostorTest, WhenFrameIsDamagedThenTheAttemptFails) {
  std::string frame = DataFrame(0, Generation(3));
  frame.back() ^= 1;
  const Status failure = FailureAfter(frame);
  EXPECT_EQ(failure.code(), ErrorCode::kCorruption);
  EXPECT_THAT(failure.message(), HasSubstr("checksum"));
}

TEST_F(ImpostorTest, WhenGenerationIsStaleThenTheAttemptFails) {
  EXPECT_EQ(FailureAfter(DataFrame(0, Generation(2))).code(), ErrorCode::kFenced);
}

TEST_F(ImpostorTest, WhenDataComesBeforeAHelloThenItIsDroppedAndThePeerIgnored) {
  Send(exchange::Message::CopyOf(DataFrame(0, Generation(3))));
  SendHello();
  const Status status = hosts_.ConnectOne(1);
  EXPECT_THAT(status.message(), HasSubstr("expected a hello frame, found data"));
}

TEST_F(ImpostorTest, WhenAStrangerKnocksThenNothingHappens) {
  SendHello();
  ASSERT_TRUE(hosts_.ConnectOne(1).ok());
  void* stranger = zmq_socket(context_, ZMQ_DEALER);
  const int no_linger = 0;
  zmq_setsockopt(stranger, ZMQ_LINGER, &no_linger, sizeof(no_linger));
  zmq_connect(stranger, hosts_.assignments[1].endpoint.c_str());
  zmq_send(stranger, "rubbish", 7, 0);
  zmq_close(stranger);
  // Its frame still arrives, and nothing has failed.
  Send(exchange::Message::CopyOf(DataFrame(0, Generation(3))));
  TaskSignal signal;
  auto gate = hosts_.Input(1, signal);
  EXPECT_EQ(std::get<EncodedRecords>(Next(*gate, signal).element).bytes, "payload");
}

}  // namespace
}  // namespace penstock
