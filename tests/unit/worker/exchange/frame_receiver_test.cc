#include "worker/exchange/frame_receiver.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "worker/exchange/control_codec.h"

namespace penstock::exchange {
namespace {

using ::testing::HasSubstr;

constexpr std::uint32_t kPeer = 3;
const JobId kJob(1, 2);
const Generation kGeneration(5);

class FrameReceiverTest : public ::testing::Test {
 protected:
  FrameReceiverTest() : receiver_(kJob, kGeneration) {
    gate_ = std::make_shared<GateQueue>(std::vector{GateQueue::ChannelKind::kRemote},
                                        [](std::uint32_t, std::uint32_t) {});
    credit_ = std::make_shared<SendCredit>();
    receiver_.AddInput(ChannelId(7), kPeer, gate_, 0);
    receiver_.AddOutput(ChannelId(8), kPeer, credit_);
  }

  static FrameHeader Header(FrameKind kind, std::uint64_t sequence) {
    return {.kind = kind,
            .channel = ChannelId(kind == FrameKind::kCredit ? 8 : 7),
            .job = kJob,
            .generation = kGeneration,
            .sequence = sequence,
            .record_count = 1};
  }
  Status Receive(const FrameHeader& header, std::string_view payload = "x",
                 std::uint32_t peer = kPeer) {
    std::string bytes(kFrameHeaderBytes, '\0');
    bytes += payload;
    SealFrame(header, bytes.data(), bytes.size());
    Message message = Message::CopyOf(bytes);
    Result<Frame> opened = OpenFrame(message.bytes());
    if (!opened.ok()) return opened.status();
    return receiver_.Receive(peer, *opened, std::move(message));
  }

  std::shared_ptr<GateQueue> gate_;
  std::shared_ptr<SendCredit> credit_;
  FrameReceiver receiver_;
};

TEST_F(FrameReceiverTest, WhenFramesAreRightThenTheGateGetsThem) {
  std::string barrier;
  AppendControl(CheckpointBarrier{CheckpointId(4), false, 0}, barrier);
  ASSERT_TRUE(Receive(Header(FrameKind::kData, 0), "hello").ok());
  ASSERT_TRUE(Receive(Header(FrameKind::kControl, 1), barrier).ok());
  EXPECT_EQ(std::get<EncodedRecords>(gate_->Poll()->element).bytes, "hello");
  EXPECT_EQ(std::get<CheckpointBarrier>(gate_->Poll()->element).checkpoint, CheckpointId(4));
}

TEST_F(FrameReceiverTest, WhenFrameIsMissingThenAnErrorSaysExpectedAndFound) {
  ASSERT_TRUE(Receive(Header(FrameKind::kData, 0)).ok());
  const Status status = Receive(Header(FrameKind::kData, 2));
  EXPECT_EQ(status.code(), ErrorCode::kCorruption);
  EXPECT_THAT(status.message(), HasSubstr("channel 7"));
  EXPECT_THAT(status.message(), HasSubstr("expected sequence number 1, found 2"));
}

TEST_F(FrameReceiverTest, WhenFrameIsRepeatedThenAnError) {
  ASSERT_TRUE(Receive(Header(FrameKind::kData, 0)).ok());
  EXPECT_FALSE(Receive(Header(FrameKind::kData, 0)).ok());
}

TEST_F(FrameReceiverTest, WhenGenerationIsStaleThenFenced) {
  FrameHeader header = Header(FrameKind::kData, 0);
  header.generation = Generation(4);
  const Status status = Receive(header);
  EXPECT_EQ(status.code(), ErrorCode::kFenced);
  EXPECT_THAT(status.message(), HasSubstr("expected 5, found 4"));
}

TEST_F(FrameReceiverTest, WhenJobIsAnotherThenFenced) {
  FrameHeader header = Header(FrameKind::kData, 0);
  header.job = JobId(9, 9);
  EXPECT_EQ(Receive(header).code(), ErrorCode::kFenced);
}

TEST_F(FrameReceiverTest, WhenChannelIsUnknownOrOfAnotherPeerThenAnError) {
  EXPECT_FALSE(Receive(Header(FrameKind::kData, 0), "x", kPeer + 1).ok());
  EXPECT_FALSE(Receive(Header(FrameKind::kCredit, 0), "", kPeer + 1).ok());
  FrameHeader header = Header(FrameKind::kData, 0);
  header.channel = ChannelId(70);
  EXPECT_FALSE(Receive(header).ok());
}

TEST_F(FrameReceiverTest, WhenControlElementIsNoneThenAnError) {
  EXPECT_EQ(Receive(Header(FrameKind::kControl, 0), "?").code(), ErrorCode::kCorruption);
}

TEST_F(FrameReceiverTest, WhenCreditArrivesThenTheSenderHasIt) {
  credit_->Spend(kOwnedCreditBytes);
  EXPECT_FALSE(credit_->MaySend(1));
  FrameHeader header = Header(FrameKind::kCredit, 0);
  header.credit_bytes = 100;
  ASSERT_TRUE(Receive(header, "").ok());
  EXPECT_TRUE(credit_->MaySend(100));
  EXPECT_FALSE(credit_->MaySend(101));
  EXPECT_FALSE(Receive(header, "").ok()) << "a repeated credit";
}

}  // namespace
}  // namespace penstock::exchange
