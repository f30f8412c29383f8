#include "worker/exchange/gate_queue.h"

#include <deque>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/worker/exchange/number_batch.h"
#include "wire/frame.h"
#include "worker/exchange/send_credit.h"

namespace penstock::exchange {
namespace {

using Kind = GateQueue::ChannelKind;
constexpr std::size_t kBuffer = kOwnedCreditBytes;

std::unique_ptr<GateQueue> LocalGate(std::size_t channels, std::size_t pool = kLentCreditBytes) {
  return std::make_unique<GateQueue>(std::vector(channels, Kind::kLocal), nullptr, pool);
}

bool Push(GateQueue& gate, std::uint32_t channel, std::uint64_t number,
          std::size_t bytes = 16 * 1024) {
  std::unique_ptr<Batch> batch = NumberBatch::Of(number, bytes);
  return gate.TryPushBatch(channel, batch, batch->MemoryBytes());
}

std::uint64_t NumberOf(const std::optional<InputGate::Received>& received) {
  return NumberBatch::FirstOf(std::get<std::unique_ptr<Batch>>(received->element));
}

TEST(GateQueueTest, WhenBatchesAreQueuedThenTheyComeInOrder) {
  auto gate = LocalGate(1);
  for (std::uint64_t i = 0; i < 10; ++i) ASSERT_TRUE(Push(*gate, 0, i));
  for (std::uint64_t i = 0; i < 10; ++i) EXPECT_EQ(NumberOf(gate->Poll()), i);
  EXPECT_FALSE(gate->Poll().has_value());
}

TEST(GateQueueTest, WhenSeveralChannelsHaveElementsThenTheyTakeTurns) {
  auto gate = LocalGate(3);
  for (int i = 0; i < 2; ++i) {
    for (std::uint32_t channel = 0; channel < 3; ++channel) Push(*gate, channel, 0, 100);
  }
  std::vector<std::uint32_t> turns;
  while (auto received = gate->Poll()) turns.push_back(received->channel);
  EXPECT_EQ(turns, (std::vector<std::uint32_t>{0, 1, 2, 0, 1, 2}));
}

TEST(GateQueueTest, WhenReceiverStallsThenCreditBoundsTheMemory) {
  auto gate = LocalGate(2);
  std::size_t accepted = 0;
  for (std::uint32_t channel : {0U, 1U}) {
    while (Push(*gate, channel, 0)) accepted += 16 * 1024;
    EXPECT_FALSE(gate->HasRoom(channel));
  }
  EXPECT_LE(accepted, gate->capacity_bytes());
  EXPECT_EQ(accepted, gate->queued_bytes());
  // The first channel took all that is lent, the second still had what it owns.
  EXPECT_EQ(accepted, 2 * kBuffer + kLentCreditBytes);
}

TEST(GateQueueTest, WhenReceiverGoesOnThenTheStarvingSenderIsNotified) {
  auto gate = LocalGate(1);
  TaskSignal signal;
  gate->SetSenderSignal(0, &signal);
  while (Push(*gate, 0, 0)) {
  }
  int polls = 0;
  while (!gate->HasRoom(0)) {
    ASSERT_TRUE(gate->Poll().has_value());
    ++polls;
  }
  while (gate->Poll()) {
  }
  signal.Wait(std::nullopt);  // would hang without the notification
  EXPECT_LE(polls, 4);
  gate->SetSenderSignal(0, nullptr);
}

TEST(GateQueueTest, WhenBatchIsPolledThenItsCreditReturnsWithTheNextPoll) {
  auto gate = LocalGate(1, 0);
  ASSERT_TRUE(Push(*gate, 0, 1, kBuffer));
  ASSERT_TRUE(gate->Poll().has_value());
  EXPECT_FALSE(Push(*gate, 0, 2, kBuffer));
  EXPECT_FALSE(gate->Poll().has_value());
  EXPECT_TRUE(Push(*gate, 0, 2, kBuffer));
}

TEST(GateQueueTest, WhenBatchIsLargerThanAllCreditThenItGoesAlone) {
  auto gate = LocalGate(1);
  EXPECT_TRUE(Push(*gate, 0, 1, 10 * kLentCreditBytes));
  EXPECT_FALSE(Push(*gate, 0, 2, 1));
  gate->Poll();
  gate->Poll();
  EXPECT_TRUE(Push(*gate, 0, 2, kLentCreditBytes));
}

TEST(GateQueueTest, WhenLentCreditIsTakenByOneThenItComesBackForAnother) {
  auto gate = LocalGate(2);
  while (Push(*gate, 0, 0)) {
  }
  while (gate->Poll()) {
  }
  std::size_t accepted = 0;
  while (Push(*gate, 1, 0)) accepted += 16 * 1024;
  EXPECT_EQ(accepted, kBuffer + kLentCreditBytes);
}

TEST(GateQueueTest, WhenChannelIsBlockedThenTheOtherFlows) {
  auto gate = LocalGate(2);
  gate->Block(0);
  Push(*gate, 0, 10);
  Push(*gate, 1, 20);
  EXPECT_EQ(NumberOf(gate->Poll()), 20U);
  EXPECT_FALSE(gate->Poll().has_value());
  gate->UnblockAll();
  EXPECT_EQ(NumberOf(gate->Poll()), 10U);
}

TEST(GateQueueTest, WhenChannelWithElementsIsBlockedThenTheyStay) {
  auto gate = LocalGate(2);
  Push(*gate, 0, 1);
  Push(*gate, 0, 2);
  Push(*gate, 1, 3);
  EXPECT_EQ(NumberOf(gate->Poll()), 1U);
  gate->Block(0);
  EXPECT_EQ(NumberOf(gate->Poll()), 3U);
  EXPECT_FALSE(gate->Poll().has_value());
  gate->UnblockAll();
  EXPECT_EQ(NumberOf(gate->Poll()), 2U);
}

TEST(GateQueueTest, WhenGateWasEmptyThenTheReceiverIsNotified) {
  auto gate = LocalGate(2);
  TaskSignal signal;
  gate->SetReceiverSignal(&signal);
  Push(*gate, 0, 1);
  signal.Wait(std::nullopt);
  gate->Poll();
  gate->Block(0);
  Push(*gate, 0, 2);  // blocked: nothing to give
  signal.Wait(Clock::MonotonicTime{});
  gate->PushControl(1, Watermark{{1}});
  signal.Wait(std::nullopt);
  gate->SetReceiverSignal(nullptr);
}

TEST(GateQueueTest, WhenABatchHasGrownLargeThenItIsNotRecycled) {
  auto gate = LocalGate(1);
  ASSERT_TRUE(Push(*gate, 0, 1, 1024 * 1024));
  auto received = gate->Poll();
  gate->Recycle(0, std::move(std::get<std::unique_ptr<Batch>>(received->element)));
  EXPECT_EQ(gate->TakeRecycled(0), nullptr);
}

TEST(GateQueueTest, WhenBatchIsRecycledThenItsSenderGetsItBack) {
  auto gate = LocalGate(2);
  EXPECT_EQ(gate->TakeRecycled(1), nullptr);
  std::unique_ptr<Batch> batch = NumberBatch::Of(1);
  const Batch* address = batch.get();
  gate->Recycle(1, std::move(batch));
  EXPECT_EQ(gate->TakeRecycled(0), nullptr);
  EXPECT_EQ(gate->TakeRecycled(1).get(), address);
  for (int i = 0; i < 100; ++i) gate->Recycle(1, NumberBatch::Of(1));
  int kept = 0;
  while (gate->TakeRecycled(1) != nullptr) ++kept;
  EXPECT_LT(kept, 20);
}

TEST(GateQueueTest, WhenWatermarksWaitSideBySideThenTheLastOneStands) {
  auto gate = LocalGate(1);
  gate->PushControl(0, Watermark{{1}});
  gate->PushControl(0, Watermark{{2}});
  gate->PushControl(0, CheckpointBarrier{CheckpointId(1), false, 0});
  gate->PushControl(0, Watermark{{3}});
  EXPECT_EQ(std::get<Watermark>(gate->Poll()->element).time.millis, 2);
  EXPECT_TRUE(std::holds_alternative<CheckpointBarrier>(gate->Poll()->element));
  EXPECT_EQ(std::get<Watermark>(gate->Poll()->element).time.millis, 3);
  EXPECT_FALSE(gate->Poll().has_value());
}

/// Remote senders and the way between, without threads: frames and credits arrive when the test
/// says so.
class RemoteGateTest : public ::testing::Test {
 protected:
  explicit RemoteGateTest(std::size_t channels = 2)
      : credits_(channels),
        gate_(std::vector(channels, Kind::kRemote),
              [this](std::uint32_t channel, std::uint32_t bytes) {
                grants_.push_back({channel, bytes});
              }) {}

  bool Send(std::uint32_t channel, std::size_t bytes, bool backlog) {
    SendCredit& credit = credits_[channel];
    if (!credit.MaySend(static_cast<std::int64_t>(bytes))) return false;
    credit.Spend(static_cast<std::int64_t>(bytes));
    const std::uint32_t returned = backlog ? 0 : credit.TakeLent();
    const Status status = gate_.PushFrame(channel, Message::OfSize(bytes), 1, backlog, returned);
    EXPECT_TRUE(status.ok()) << status.message();
    return true;
  }
  void DeliverGrants() {
    while (!grants_.empty()) {
      credits_[grants_.front().first].Add(grants_.front().second);
      grants_.pop_front();
    }
  }
  std::size_t SendAll(std::uint32_t channel, bool backlog) {
    std::size_t sent = 0;
    while (Send(channel, kBuffer, backlog)) {
      sent += kBuffer;
      DeliverGrants();
    }
    return sent;
  }

  std::deque<SendCredit> credits_;
  std::deque<std::pair<std::uint32_t, std::uint32_t>> grants_;
  GateQueue gate_;
};

TEST_F(RemoteGateTest, WhenReceiverStallsThenCreditBoundsTheMemory) {
  EXPECT_EQ(SendAll(0, true), kBuffer + kLentCreditBytes);
  EXPECT_EQ(SendAll(1, true), kBuffer);
  EXPECT_EQ(gate_.queued_bytes(), gate_.capacity_bytes());
}

TEST_F(RemoteGateTest, WhenSenderHasNoBacklogThenNothingIsLent) {
  EXPECT_EQ(SendAll(0, false), kBuffer);
}

TEST_F(RemoteGateTest, WhenSenderCalmsDownThenItReturnsWhatWasLent) {
  ASSERT_TRUE(Send(0, kBuffer, true));
  DeliverGrants();
  ASSERT_TRUE(Send(0, 100, false));
  while (gate_.Poll()) {
  }
  EXPECT_EQ(SendAll(1, true), kBuffer + kLentCreditBytes);
}

TEST_F(RemoteGateTest, WhenTwoHaveBacklogThenTheyShareWhatIsLent) {
  SendAll(0, true);
  SendAll(1, true);
  for (int round = 0; round < 100; ++round) {
    gate_.Poll();
    DeliverGrants();
    SendAll(0, true);
    SendAll(1, true);
  }
  std::size_t queued[2] = {0, 0};
  while (auto received = gate_.Poll()) queued[received->channel] += kBuffer;
  EXPECT_GE(queued[0], 3 * kBuffer);
  EXPECT_GE(queued[1], 3 * kBuffer);
}

TEST_F(RemoteGateTest, WhenFrameIsLargerThanAllCreditThenItGoesAlone) {
  EXPECT_TRUE(Send(0, 10 * kLentCreditBytes, false));
  EXPECT_FALSE(Send(0, 1, false));
  gate_.Poll();
  gate_.Poll();
  DeliverGrants();
  EXPECT_TRUE(Send(0, 10 * kLentCreditBytes, false));
}

TEST_F(RemoteGateTest, WhenSenderUsesMoreThanItHasThenAnError) {
  ASSERT_TRUE(gate_.PushFrame(0, Message::OfSize(kBuffer), 1, false, 0).ok());
  EXPECT_FALSE(gate_.PushFrame(0, Message::OfSize(kBuffer), 1, false, 0).ok());
}

TEST_F(RemoteGateTest, WhenFramesAndControlMixAtRandomThenEverybodyGetsThrough) {
  std::mt19937 random(17);
  std::size_t to_send[2] = {20'000, 20'000};
  std::size_t received = 0;
  int idle_rounds = 0;
  while (received < 40'000) {
    bool moved = false;
    for (std::uint32_t channel : {0U, 1U}) {
      for (unsigned n = random() % 12; n > 0 && to_send[channel] > 0; --n) {
        const std::size_t bytes =
            kFrameHeaderBytes + random() % (random() % 4 == 0 ? 90'000 : 30'000);
        if (!Send(channel, bytes, random() % 2 == 0)) break;
        --to_send[channel];
        moved = true;
        if (random() % 3 == 0)
          gate_.PushControl(channel, Watermark{{1}}, credits_[channel].TakeLent());
      }
    }
    for (unsigned n = random() % 12; n > 0; --n) {
      auto element = gate_.Poll();
      if (!element) break;
      moved = true;
      received += std::holds_alternative<EncodedRecords>(element->element) ? 1 : 0;
    }
    if (random() % 2 == 0) DeliverGrants();
    idle_rounds = moved ? 0 : idle_rounds + 1;
    ASSERT_LT(idle_rounds, 200) << "nobody can go on after " << received;
  }
}

}  // namespace
}  // namespace penstock::exchange
