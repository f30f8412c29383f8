#include "worker/exchange/control_codec.h"

#include <gtest/gtest.h>

namespace penstock::exchange {
namespace {

template <typename T>
T RoundTrip(const T& element) {
  std::string bytes;
  AppendControl(element, bytes);
  Result<StreamElement> parsed = ParseControl(bytes);
  EXPECT_TRUE(parsed.ok());
  return std::get<T>(*parsed);
}

TEST(ControlCodecTest, WhenEncodedThenDecodesToTheSame) {
  EXPECT_EQ(RoundTrip(Watermark{{-5}}).time.millis, -5);
  EXPECT_EQ(RoundTrip(Watermark{Timestamp::Max()}).time, Timestamp::Max());
  EXPECT_TRUE(RoundTrip(WatermarkStatus{true}).idle);
  EXPECT_FALSE(RoundTrip(WatermarkStatus{false}).idle);
  const CheckpointBarrier barrier = RoundTrip(CheckpointBarrier{CheckpointId(7), true, 123});
  EXPECT_EQ(barrier.checkpoint, CheckpointId(7));
  EXPECT_TRUE(barrier.final);
  EXPECT_EQ(barrier.triggered, 123);
}

TEST(ControlCodecTest, WhenCutExtendedOrUnknownThenRefused) {
  std::string bytes;
  AppendControl(CheckpointBarrier{CheckpointId(7), false, 1}, bytes);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(ParseControl(bytes.substr(0, size)).status().code(), ErrorCode::kCorruption);
  }
  EXPECT_FALSE(ParseControl(bytes + "x").ok());
  EXPECT_FALSE(ParseControl("\x77").ok());
}

}  // namespace
}  // namespace penstock::exchange
