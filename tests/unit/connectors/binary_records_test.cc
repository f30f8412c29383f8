#include "connectors/format/binary_records.h"

#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/file/file_sink.h"
#include "connectors/file/file_source.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/connectors/source_driver.h"

namespace penstock {
namespace {

using testing::FakeContext;
using ::testing::HasSubstr;

struct Trade {
  Timestamp time;
  std::int32_t price = 0;
  std::uint8_t venue = 0;
  bool operator==(const Trade&) const = default;
};
struct Note {
  std::string name;
  std::optional<int> value;
  std::vector<double> samples;
  bool operator==(const Note&) const = default;
};

std::vector<Trade> SomeTrades(int count) {
  std::vector<Trade> trades;
  for (int i = 0; i < count; ++i) {
    trades.push_back({{i * 1000}, -i, static_cast<std::uint8_t>(i)});
  }
  return trades;
}

template <typename T>
std::string FileOf(const std::vector<T>& records) {
  const BinaryRecords<T> format;
  std::string bytes = format.Header();
  for (const T& record : records) format.AppendRow(record, bytes);
  return bytes;
}

class BinaryRecordsTest : public ::testing::Test {
 protected:
  template <typename T>
  std::vector<T> Read(const std::string& path, std::uint64_t split_size = 1 << 20,
                      std::size_t restart_every = 0) {
    return driver_.ReadAll(FileSource::binary<T>(path).split_size(split_size), restart_every);
  }

  TempDir dir_;
  FakeContext context_;
  testing::SourceDriver driver_{context_};
};

TEST_F(BinaryRecordsTest, WhenRecordsHaveOneSizeThenAFileIsCutAnywhereAndEachIsReadOnce) {
  const auto trades = SomeTrades(40);
  const std::string bytes = FileOf(trades);
  const std::string path = testing::WriteWhole(dir_ / "t.bin", bytes);
  for (std::uint64_t size = 1; size <= bytes.size() + 1; ++size) {
    ASSERT_EQ(trades, Read<Trade>(path, size)) << size;
  }
  EXPECT_EQ(1U, driver_.splits);
  EXPECT_EQ(trades, Read<Trade>(path, 100, 3));
  EXPECT_GT(driver_.splits, 1U);
}

TEST_F(BinaryRecordsTest, WhenRecordsHaveDifferentSizesThenTheyAreReadAsWritten) {
  const std::vector<Note> notes = {{"", {}, {}}, {"a\nb", 7, {1.5, -2}}, {"c", 0, {}}};
  const std::string path = testing::WriteWhole(dir_ / "n.bin", FileOf(notes));
  EXPECT_EQ(notes, Read<Note>(path, 10, 1));
  EXPECT_EQ(1U, driver_.splits);
}

TEST_F(BinaryRecordsTest, WhenTheLayoutIsAnotherThenBothAreShown) {
  const std::string path = testing::WriteWhole(dir_ / "t.bin", FileOf(SomeTrades(1)));
  EXPECT_TRUE(Read<Note>(path).empty());
  EXPECT_EQ(path +
                ": the binary records are (time timestamp, price i32, venue u8), the job reads "
                "(name string, value optional, value? i32, samples list, samples[] f64)",
            driver_.status.message());
}

TEST_F(BinaryRecordsTest, WhenAFileIsCutOffOrForeignThenItIsAnError) {
  const std::string bytes = FileOf(SomeTrades(2));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const std::string path = testing::WriteWhole(dir_ / "t.bin", bytes.substr(0, size));
    const bool whole_records = size == bytes.size() - 13 || size == bytes.size() - 26;
    Read<Trade>(path);
    EXPECT_EQ(whole_records, driver_.status.ok()) << size;
  }
  Read<Trade>(testing::WriteWhole(dir_ / "x.bin", "{\"id\":1}\n"));
  EXPECT_THAT(driver_.status.message(), HasSubstr("the header is missing"));
}

TEST_F(BinaryRecordsTest, WhenTheHeaderIsDamagedThenItIsRefused) {
  const std::string bytes = FileOf(SomeTrades(2));
  for (std::size_t at = 0; at < bytes.size() - 26; ++at) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    Read<Trade>(testing::WriteWhole(dir_ / "t.bin", damaged));
    EXPECT_FALSE(driver_.status.ok()) << at;
  }
}

// Golden: changes with the version only, see docs/formats/records.md.
TEST_F(BinaryRecordsTest, WhenRecordsAreWrittenThenTheBytesAreGolden) {
  const std::string golden =
      ReadFile(PosixFileSystem(), PENSTOCK_GOLDEN "/records-v1/trades.bin").value();
  EXPECT_EQ(golden, FileOf(SomeTrades(3)));
  EXPECT_EQ(SomeTrades(3), Read<Trade>(PENSTOCK_GOLDEN "/records-v1/trades.bin"));
}

TEST_F(BinaryRecordsTest, WhenASinkWritesThenTheSourceReadsTheSame) {
  const auto trades = SomeTrades(1000);
  auto writer = std::move(FileSink::binary<Trade>(dir_ / "out")
                              .compression(Compression::kLz4)
                              .part_size(1000)
                              .NewWriter(context_, ""))
                    .value();
  TypedBatch<Trade> batch;
  for (const Trade& trade : trades) batch.Append(trade, {});
  ASSERT_TRUE(writer->Write(batch).ok());
  std::vector<std::string> parts;
  ASSERT_TRUE(writer->PreCommit(CheckpointId(1), parts).ok());
  for (const std::string& part : parts) ASSERT_TRUE(writer->Commit(part).ok());
  EXPECT_EQ(trades, Read<Trade>(dir_ / "out", 1 << 20, 300));
}

}  // namespace
}  // namespace penstock
