#include "worker/exchange/local_channel.h"

#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/worker/exchange/number_batch.h"
#include "worker/exchange/channel_input_gate.h"

namespace penstock::exchange {
namespace {

constexpr std::uint64_t kBatches = 20'000;

struct Fixture {
  explicit Fixture(std::size_t senders)
      : queue(std::make_shared<GateQueue>(std::vector(senders, GateQueue::ChannelKind::kLocal),
                                          nullptr)),
        sender_signals(senders) {}

  LocalChannel Sender(std::uint32_t index) {
    return {queue, index, sender_signals[index], cancelled};
  }

  std::shared_ptr<std::atomic<bool>> cancelled = std::make_shared<std::atomic<bool>>(false);
  std::shared_ptr<GateQueue> queue;
  std::vector<TaskSignal> sender_signals;
  TaskSignal receiver_signal;
};

void SendNumbers(LocalChannel& channel) {
  for (std::uint64_t i = 0; i < kBatches; ++i) {
    std::unique_ptr<Batch> batch = channel.TakeRecycled();
    if (batch == nullptr) {
      batch = NumberBatch::Of(i);
    } else {
      static_cast<NumberBatch&>(*batch).Set(i);
    }
    channel.SendBatch(std::move(batch));
  }
  channel.SendControl(CheckpointBarrier{CheckpointId(1), true, 0});
}

/// Receives until every channel has sent its barrier; counts records that come out of order.
std::uint64_t ReceiveAll(InputGate& gate, TaskSignal& signal) {
  std::vector<std::uint64_t> next(gate.channel_count());
  std::uint64_t wrong = 0;
  for (std::uint32_t barriers = 0; barriers < gate.channel_count();) {
    auto received = gate.Poll();
    if (!received) {
      signal.Wait(std::nullopt);
      continue;
    }
    if (auto* batch = std::get_if<std::unique_ptr<Batch>>(&received->element)) {
      wrong += NumberBatch::FirstOf(*batch) == next[received->channel]++ ? 0 : 1;
      gate.Recycle(received->channel, std::move(*batch));
    } else {
      wrong += next[received->channel] == kBatches ? 0 : 1;
      ++barriers;
    }
  }
  return wrong;
}

TEST(LocalChannelTest, WhenThreadsSendThenAllArrivesInOrder) {
  Fixture fixture(2);
  ChannelInputGate gate(fixture.queue, fixture.receiver_signal);
  std::vector<std::thread> senders;
  for (std::uint32_t i = 0; i < 2; ++i) {
    senders.emplace_back([&fixture, i] {
      LocalChannel channel = fixture.Sender(i);
      SendNumbers(channel);
    });
  }
  EXPECT_EQ(ReceiveAll(gate, fixture.receiver_signal), 0U);
  for (std::thread& sender : senders) sender.join();
}

TEST(LocalChannelTest, WhenCancelledThenAWaitingSenderReturnsAndSendingDrops) {
  Fixture fixture(1);
  LocalChannel channel = fixture.Sender(0);
  while (channel.HasRoom()) channel.SendBatch(NumberBatch::Of(1));
  std::thread sender([&] { channel.SendBatch(NumberBatch::Of(2, 1 << 20)); });
  fixture.cancelled->store(true);
  fixture.queue->NotifyAll();
  sender.join();
  const std::size_t queued = fixture.queue->queued_bytes();
  channel.SendBatch(NumberBatch::Of(3));
  channel.SendControl(Watermark{{1}});
  EXPECT_EQ(fixture.queue->queued_bytes(), queued);
}

TEST(LocalChannelTest, WhenSenderWaitedThenItsOtherNotificationsAreNotLost) {
  Fixture fixture(1);
  LocalChannel channel = fixture.Sender(0);
  while (channel.HasRoom()) channel.SendBatch(NumberBatch::Of(1));
  std::thread receiver([&] {
    while (fixture.queue->queued_bytes() > 0) fixture.queue->Poll();
    fixture.queue->Poll();
  });
  channel.SendBatch(NumberBatch::Of(2, kOwnedCreditBytes + kLentCreditBytes));
  receiver.join();
  fixture.sender_signals[0].Wait(std::nullopt);  // would hang if the wait had eaten it
}

}  // namespace
}  // namespace penstock::exchange
