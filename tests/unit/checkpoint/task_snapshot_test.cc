#include "checkpoint/task_snapshot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/bytes.h"
#include "common/checksum.h"
#include "common/file_system.h"

namespace penstock {
namespace {

using ::testing::HasSubstr;

SnapshotMetadata Example() {
  SnapshotMetadata metadata;
  metadata.checkpoint = CheckpointId(7);
  metadata.subtask = {VertexId(1), 2};
  metadata.parallelism = 3;
  metadata.max_parallelism = 4096;
  metadata.key_hash_version = 1;
  metadata.input_watermarks = {INT64_MIN, 5};
  metadata.operators = {{"counts",
                         "reduce",
                         "own",
                         {{"n", "value", {{"value", "string"}}, {}, {{"n", "i64"}}, "", 0}}}};
  metadata.parts = {{{1366, 2731}, {0x01020304}, {{"1-2-17.sst", 6, 1, 9, "a", "z", 0xabcdef}}},
                    {{2731, 2740}, {}, {}}};
  return metadata;
}

std::string Hex(std::string_view bytes) {
  std::string hex;
  for (const char byte : bytes) {
    for (const int shift : {4, 0}) {
      hex += "0123456789abcdef"[(static_cast<unsigned char>(byte) >> shift) & 15];
    }
  }
  return hex;
}

/// Written by this version once; a change of it needs a new format version.
constexpr const char* kVersion2 =
    "5053544b534e41500200000007000000000000000100000002000000030000000010000001000000"
    "02000000000000000000008005000000000000000100000006000000636f756e7473060000007265"
    "64756365030000006f776e01000000010000006e0500000076616c7565010000000500000076616c"
    "756506000000737472696e670000000001000000010000006e030000006936340200000056050000"
    "ab0a00000100000004030201010000000a000000312d322d31372e73737406000000010000000000"
    "000009000000000000000100000061010000007aefcdab0000000000ab0a0000b40a000000000000"
    "000000005abfbba3484c9978";

TEST(TaskSnapshotTest, WhenEncodedThenTheBytesAreThoseOfVersion2) {
  EXPECT_EQ(Hex(EncodeSnapshotMetadata(Example())), kVersion2);
}

TEST(TaskSnapshotTest, WhenDecodedThenItIsWhatWasEncoded) {
  const auto decoded = DecodeSnapshotMetadata(EncodeSnapshotMetadata(Example()));
  ASSERT_TRUE(decoded.ok()) << decoded.status().message();
  EXPECT_EQ(*decoded, Example());
}

TEST(TaskSnapshotTest, WhenAnyByteIsChangedOrMissingThenItIsRefused) {
  const std::string good = EncodeSnapshotMetadata(Example());
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 0x40);
    EXPECT_FALSE(DecodeSnapshotMetadata(bad).ok()) << i;
    EXPECT_FALSE(DecodeSnapshotMetadata(std::string_view(good).substr(0, i)).ok()) << i;
  }
}

TEST(TaskSnapshotTest, WhenWrittenByVersion1ThenItIsRead) {
  const auto bytes = ReadFile(PosixFileSystem(), PENSTOCK_GOLDEN "/checkpoint-v1/1-0-0.meta");
  ASSERT_TRUE(bytes.ok()) << bytes.status().message();
  const auto metadata = DecodeSnapshotMetadata(*bytes);
  ASSERT_TRUE(metadata.ok()) << metadata.status().message();
  EXPECT_EQ(metadata->version, 1U);
  EXPECT_EQ(metadata->checkpoint, CheckpointId(15));
  EXPECT_EQ(metadata->parallelism, 2U);
  ASSERT_EQ(metadata->operators.front().tables.size(), 1U);
  const SnapshotTable& table = metadata->operators.front().tables[0];
  EXPECT_EQ(table.kind, "panes");
  EXPECT_EQ(table.file, "1-0-1.sst");
  EXPECT_GT(table.entries, 100U);
  EXPECT_TRUE(metadata->parts.empty());
}

TEST(TaskSnapshotTest, WhenWrittenByANewerVersionThenItSaysSo) {
  std::string bytes = EncodeSnapshotMetadata(Example());
  bytes[8] = 3;
  bytes.resize(bytes.size() - 8);
  ByteWriter(bytes).Fixed(Checksum(bytes));
  EXPECT_THAT(DecodeSnapshotMetadata(bytes).status().message(), HasSubstr("format version 3"));
}

}  // namespace
}  // namespace penstock
