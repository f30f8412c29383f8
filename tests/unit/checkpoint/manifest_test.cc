#include "checkpoint/manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace penstock {
namespace {

using testing::HasSubstr;

CheckpointManifest Sample() {
  CheckpointManifest manifest;
  manifest.job = JobId(0x0123456789abcdef, 0xfedcba9876543210);
  manifest.job_name = "word count";
  manifest.generation = Generation(3);
  manifest.checkpoint = CheckpointId(7);
  manifest.final = true;
  manifest.created_millis = 1700000000123;
  manifest.graph_hash = 0x1122334455667788;
  manifest.vertices = {{VertexId(0), 1, 4096}, {VertexId(1), 2, 4096}};
  manifest.tasks = {{{VertexId(0), 0}, {{"0-0.meta", 12, 99}}},
                    {{VertexId(1), 1}, {{"1-1.meta", 5, 1}, {"1-1/000001.sst", 1024, 2}}}};
  return manifest;
}

std::string Hex(std::string_view bytes) {
  std::string hex;
  for (const char c : bytes) {
    constexpr char kDigits[] = "0123456789abcdef";
    hex += kDigits[static_cast<unsigned char>(c) >> 4];
    hex += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return hex;
}

TEST(ManifestTest, WhenDecodedThenEqualsWhatWasEncoded) {
  const auto decoded = DecodeManifest(EncodeManifest(Sample()), "M");
  ASSERT_TRUE(decoded.ok()) << decoded.status().message();
  EXPECT_EQ(*decoded, Sample());
  EXPECT_EQ(TotalBytes(*decoded), 12u + 5u + 1024u);
}

TEST(ManifestTest, WhenEncodedThenBytesAreThoseOfVersionOne) {
  EXPECT_EQ(Hex(EncodeManifest(Sample())),
            "5053544b4d414e4901000000d100000000000000efcdab89674523011032547698badcfe0a000000"
            "776f726420636f756e7403000000000000000700000000000000017b68e5cf8b0100008877665544"
            "33221102000000000000000100000000100000010000000200000000100000020000000000000000"
            "0000000100000008000000302d302e6d6574610c0000000000000063000000000000000100000001"
            "0000000200000008000000312d312e6d657461050000000000000001000000000000000e00000031"
            "2d312f3030303030312e73737400040000000000000200000000000000976d2103128f4f8c");
}

TEST(ManifestTest, WhenAnyByteIsFlippedThenRefused) {
  const std::string good = EncodeManifest(Sample());
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 0x10);
    EXPECT_FALSE(DecodeManifest(bad, "M").ok()) << "byte " << i;
  }
}

TEST(ManifestTest, WhenTruncatedOrExtendedThenRefusedWithBothLengths) {
  const std::string good = EncodeManifest(Sample());
  for (std::size_t length = 0; length < good.size(); ++length) {
    EXPECT_EQ(DecodeManifest(good.substr(0, length), "M").status().code(), ErrorCode::kCorruption);
  }
  const auto extended = DecodeManifest(good + "x", "/c/MANIFEST");
  EXPECT_THAT(extended.status().message(), HasSubstr("/c/MANIFEST is damaged: expected a body of"));
}

TEST(ManifestTest, WhenFromANewerReleaseThenSaysSo) {
  std::string newer = EncodeManifest(Sample());
  newer[8] = 2;
  const auto decoded = DecodeManifest(newer, "M");
  EXPECT_THAT(decoded.status().message(), HasSubstr("format version 2"));
  EXPECT_EQ(decoded.status().domain(), ErrorDomain::kUser);
}

TEST(ManifestTest, WhenANameLeavesTheDirectoryThenUnsafe) {
  for (const char* name : {"", "/etc/passwd", "..", "a/../b", "a//b", "a/", "./a", "MANIFEST"}) {
    EXPECT_FALSE(IsSafeFileName(name)) << name;
  }
  EXPECT_TRUE(IsSafeFileName("a/b..c"));
}

}  // namespace
}  // namespace penstock
