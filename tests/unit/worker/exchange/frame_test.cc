#include "wire/frame.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace penstock {
namespace {

using ::testing::HasSubstr;

FrameHeader SomeHeader() {
  return {.kind = FrameKind::kData,
          .channel = ChannelId(0x0a0b0c0d),
          .job = JobId(0x1112131415161718, 0x2122232425262728),
          .generation = Generation(0x31),
          .sequence = 0x41,
          .record_count = 2,
          .backlog_bytes = 0x51,
          .credit_bytes = 0x61};
}

std::string SomeFrame(std::string_view payload = "payload") {
  std::string frame(kFrameHeaderBytes, '\0');
  frame += payload;
  SealFrame(SomeHeader(), frame.data(), frame.size());
  return frame;
}

TEST(FrameTest, WhenSealedThenOpensToTheSame) {
  const std::string bytes = SomeFrame();
  Result<Frame> frame = OpenFrame(bytes);
  ASSERT_TRUE(frame.ok()) << frame.status().message();
  EXPECT_EQ(frame->header, SomeHeader());
  EXPECT_EQ(frame->payload, "payload");
}

TEST(FrameTest, WhenPayloadIsEmptyThenOpensToTheSame) {
  Result<Frame> frame = OpenFrame(SomeFrame(""));
  ASSERT_TRUE(frame.ok());
  EXPECT_TRUE(frame->payload.empty());
}

// The layout of docs/formats/frames.md, version 1.
TEST(FrameTest, WhenSealedThenBytesAreAsDocumented) {
  const std::string frame = SomeFrame();
  const unsigned char golden[] = {
      'P',  'S',  'F',  'R',  0x01, 0x00, 0x00, 0x00,  // magic, version
      0x4b, 0x59, 0x60, 0x9a, 0x65, 0x29, 0xdc, 0xed,  // checksum
      0x01, 0x00, 0x00, 0x00, 0x0d, 0x0c, 0x0b, 0x0a,  // kind, channel
      0x18, 0x17, 0x16, 0x15, 0x14, 0x13, 0x12, 0x11,  // job
      0x28, 0x27, 0x26, 0x25, 0x24, 0x23, 0x22, 0x21,  //
      0x31, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,  // generation
      0x41, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,  // sequence
      0x07, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00,  // payload bytes, records
      0x51, 0x00, 0x00, 0x00, 0x61, 0x00, 0x00, 0x00,  // backlog, credit
      'p',  'a',  'y',  'l',  'o',  'a',  'd'};
  EXPECT_EQ(frame, std::string(reinterpret_cast<const char*>(golden), sizeof(golden)));
}

TEST(FrameTest, WhenAnyByteIsChangedThenRefused) {
  const std::string good = SomeFrame();
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 0x10);
    Result<Frame> frame = OpenFrame(bad);
    ASSERT_FALSE(frame.ok()) << "byte " << i;
    EXPECT_EQ(frame.status().code(), ErrorCode::kCorruption);
    EXPECT_THAT(frame.status().message(), HasSubstr("expected"));
    EXPECT_THAT(frame.status().message(), HasSubstr("found"));
  }
}

TEST(FrameTest, WhenCutOrExtendedThenRefused) {
  const std::string good = SomeFrame();
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(OpenFrame(good.substr(0, size)).ok()) << size;
  }
  EXPECT_FALSE(OpenFrame(good + "x").ok());
}

TEST(FrameTest, WhenKindIsUnknownThenRefused) {
  FrameHeader header = SomeHeader();
  header.kind = static_cast<FrameKind>(99);
  std::string frame(kFrameHeaderBytes, '\0');
  SealFrame(header, frame.data(), frame.size());
  EXPECT_THAT(OpenFrame(frame).status().message(), HasSubstr("unknown kind 99"));
}

}  // namespace
}  // namespace penstock
