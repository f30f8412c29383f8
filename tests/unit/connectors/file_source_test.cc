#include "connectors/file/file_source.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temp_dir.h"
#include "tests/unit/connectors/source_driver.h"

namespace penstock {
namespace {

using testing::FakeContext;
using ::testing::HasSubstr;

struct Row {
  int id = 0;
  std::string name;
  bool operator==(const Row&) const = default;
};

class FileSourceTest : public ::testing::Test {
 protected:
  std::string Write(const std::string& name, const std::string& content) {
    return testing::WriteWhole(dir_ / name, content);
  }
  template <typename S>
  auto ReadAll(const S& source, std::size_t restart_every = 0) {
    return driver_.ReadAll(source, restart_every);
  }

  FileSystem& fs_ = PosixFileSystem();
  TempDir dir_;
  FakeContext context_;
  testing::SourceDriver driver_{context_};
  Status& status_ = driver_.status;
  std::size_t& splits_ = driver_.splits;
};

std::vector<Row> SomeRows(int count) {
  std::vector<Row> rows;
  for (int i = 0; i < count; ++i)
    rows.push_back({i, std::string(static_cast<std::size_t>(i % 7), 'x')});
  return rows;
}

std::string AsJson(const std::vector<Row>& rows, const std::string& separator) {
  std::string text;
  for (const Row& row : rows) {
    text += (text.empty() ? "" : separator) + "{\"id\":" + std::to_string(row.id) + ",\"name\":\"" +
            row.name + "\"}";
  }
  return text;
}

TEST_F(FileSourceTest, WhenJsonIsReadThenArrayAndLinesGiveTheSameWhateverTheChunks) {
  const std::vector<Row> rows = SomeRows(40);
  const std::string array = Write("a.json", "[" + AsJson(rows, ", ") + "]");
  const std::string lines = Write("l.json", "\xef\xbb\xbf" + AsJson(rows, "\n") + "\n\n");
  for (std::size_t chunk = 1; chunk < 60; ++chunk) {
    EXPECT_EQ(rows, ReadAll(FileSource::json<Row>(array).chunk_size(chunk)));
    EXPECT_EQ("", status_.message());
    EXPECT_EQ(rows, ReadAll(FileSource::json<Row>(lines).chunk_size(chunk)));
    EXPECT_EQ("", status_.message());
  }
}

TEST_F(FileSourceTest, WhenAReaderIsMadeAnewAfterEveryRecordThenNoneIsLostOrRepeated) {
  const std::vector<Row> rows = SomeRows(20);
  std::string csv = "name,id\r\n";
  for (const Row& row : rows) csv += "\"" + row.name + "\"," + std::to_string(row.id) + "\r\n";
  const std::string array = Write("a.json", "[" + AsJson(rows, ",") + "]");
  const std::string lines = Write("l.json", AsJson(rows, "\n"));
  const std::string table = Write("t.csv", csv);
  for (std::size_t every = 1; every <= 4; ++every) {
    EXPECT_EQ(rows, ReadAll(FileSource::json<Row>(array), every));
    EXPECT_EQ(rows, ReadAll(FileSource::json_lines<Row>(lines).split_size(50), every));
    EXPECT_EQ(rows, ReadAll(FileSource::csv<Row>(table), every));
    EXPECT_EQ(rows,
              ReadAll(FileSource::csv<Row>(table).one_line_per_record().split_size(37), every));
    EXPECT_EQ("", status_.message());
  }
}

TEST_F(FileSourceTest, WhenAFileIsCutIntoRangesThenEachLineIsReadOnce) {
  std::vector<std::string> lines;
  std::string text;
  for (int i = 0; i < 50; ++i) {
    lines.push_back(std::string(static_cast<std::size_t>(i * 5 % 11), 'a') + std::to_string(i));
    text += lines.back() + (i % 3 == 0 ? "\r\n" : "\n");
  }
  const std::string path = Write("t.txt", text);
  for (std::uint64_t size = 1; size < text.size() + 2; ++size) {
    ASSERT_EQ(lines, ReadAll(FileSource::text_lines(path).split_size(size))) << size;
  }
  EXPECT_EQ(1U, splits_);
}

TEST_F(FileSourceTest, WhenThePathIsADirectoryOrAPatternThenVisibleFilesAreReadInOrder) {
  Write("b.txt", "2\n");
  Write("a.txt", "1\n");
  Write(".hidden", "x\n");
  Write("_tmp", "x\n");
  Write("c.log", "3\n");
  EXPECT_EQ((std::vector<std::string>{"1", "2", "3"}),
            ReadAll(FileSource::text_lines(dir_.path())));
  EXPECT_EQ((std::vector<std::string>{"1", "2"}), ReadAll(FileSource::text_lines(dir_ / "*.txt")));
  EXPECT_EQ((std::vector<std::string>{"1", "2"}),
            ReadAll(FileSource::text_lines(ParentPath(dir_.path()) + "/penstock-*/[ab].txt")));
}

TEST_F(FileSourceTest, WhenThereIsNoFileThenTheMessageNamesIt) {
  for (const std::string& path : {dir_ / "none.json", dir_ / "*.json", dir_.path()}) {
    const Status status = FileSource::json<Row>(path).Validate(fs_);
    EXPECT_EQ(ErrorCode::kNotFound, status.code());
    EXPECT_EQ("there is no file " + path, status.message());
    EXPECT_NE("", status.hint());
  }
  EXPECT_FALSE(FileSource::json<Row>(Write("a", "")).time_format("%H").Validate(fs_).ok());
  EXPECT_FALSE(FileSource::json<Row>(dir_ / "a").rate(0).Validate(fs_).ok());
  EXPECT_TRUE(FileSource::json<Row>(dir_ / "a").Validate(fs_).ok());
}

constexpr const char* kMalformed =
    "{\"id\":1,\"name\":\"a\"}\n{\"id\":\"abc\"}\n{\"id\":3,\"name\":\"\xff\"}\n"
    "{\"id\":4,\"name\":\"b\"}\n";

TEST_F(FileSourceTest, WhenARecordIsMalformedThenTheJobFailsAndTheMessageLeadsToIt) {
  const std::string path = Write("m.json", kMalformed);
  EXPECT_EQ(1U, ReadAll(FileSource::json<Row>(path)).size());
  EXPECT_EQ(path + ": record 2 at byte 20: field 'id': expected a number, found \"abc\"",
            status_.message());
  EXPECT_EQ(ErrorDomain::kUser, status_.domain());
}

TEST_F(FileSourceTest, WhenMalformedRecordsAreSkippedThenTheyAreCounted) {
  const std::string path = Write("m.json", kMalformed);
  const std::vector<Row> expected = {{1, "a"}, {4, "b"}};
  EXPECT_EQ(expected, ReadAll(FileSource::json<Row>(path).on_malformed(skip())));
  EXPECT_EQ("", status_.message());
  EXPECT_EQ(2U, context_.counters["numRecordsSkipped"].value());
}

TEST_F(FileSourceTest, WhenMalformedRecordsAreDeadLettersThenTheFileHasBytesOffsetAndError) {
  const std::string path = Write("m.json", kMalformed);
  EXPECT_EQ(2U,
            ReadAll(FileSource::json<Row>(path).on_malformed(dead_letter(dir_ / "dead"))).size());
  EXPECT_EQ(2U, context_.counters["numRecordsDeadLettered"].value());
  const std::string letters =
      ReadFile(fs_, dir_ / ("dead/split-00000-" + ToString(context_.job_id()) + "-g1.jsonl"))
          .value();
  EXPECT_THAT(
      letters,
      HasSubstr(
          "{\"file\":\"" + path +
          "\",\"offset\":20,\"error\":\"field 'id': "
          "expected a number, found \\\"abc\\\"\",\"bytes\":\"{\\\"id\\\":\\\"abc\\\"}\"}\n"));
  EXPECT_THAT(letters, HasSubstr("\"bytes_base64\":\"eyJpZCI6MywibmFtZSI6Iv8ifQ==\""));
}

TEST_F(FileSourceTest, WhenTheStructureIsBrokenThenTheJobFailsWhateverThePolicy) {
  const std::string path = Write("t.json", "[{\"id\":1,\"name\":\"a\"},{\"id\":2");
  EXPECT_EQ(1U, ReadAll(FileSource::json<Row>(path).on_malformed(skip())).size());
  EXPECT_EQ(path + ": at byte 21: the JSON array is not closed before the end of the file",
            status_.message());
}

TEST_F(FileSourceTest, WhenARecordIsTooLongThenTheLimitIsNamed) {
  const std::string path = Write("t.txt", "short\n" + std::string(100, 'x') + "\nend\n");
  EXPECT_EQ(3U, ReadAll(FileSource::text_lines(path).record_limit(100).chunk_size(7)).size());
  for (const std::size_t chunk : {7, 1000}) {
    EXPECT_EQ(1U, ReadAll(FileSource::text_lines(path).record_limit(50).chunk_size(chunk)).size());
    EXPECT_EQ(path + ": the record at byte 6 is longer than the limit of 50 bytes",
              status_.message());
  }
}

TEST_F(FileSourceTest, WhenTheFileHasChangedSinceThePositionWasTakenThenItIsNamed) {
  const std::string path = Write("t.txt", "a\nb\n");
  const TextFileSource source = FileSource::text_lines(path);
  const auto splits = source.Splits(context_);
  ASSERT_TRUE(splits.ok());
  for (const std::string content : {"a\n", "a\nb\nc\n"}) {
    Write("t.txt", content);
    const Status status = source.NewReader(context_, (*splits)[0]).status();
    EXPECT_THAT(status.message(),
                HasSubstr(path + ": the file has changed: it had 4 bytes and has " +
                          std::to_string(content.size())));
  }
}

TEST_F(FileSourceTest, WhenTheFileShrinksWhileItIsReadThenItIsAnErrorAndNotTheEnd) {
  const std::string path = Write("t.txt", "aaaa\nbbbb\ncccc\n");
  const TextFileSource source = FileSource::text_lines(path).chunk_size(5);
  const auto splits = source.Splits(context_);
  auto reader = source.NewReader(context_, (*splits)[0]);
  ASSERT_TRUE(reader.ok());
  ASSERT_EQ(0, ::truncate(path.c_str(), 5));
  TypedBatch<std::string> batch;
  const auto result = (*reader)->Read(batch);
  EXPECT_THAT(result.status().message(), HasSubstr("had 15 bytes and has 5 now"));
}

TEST_F(FileSourceTest, WhenRecordsAreLargeThenABatchHoldsFewOfThem) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += std::string(50'000, 'x') + "\n";
  const auto source = FileSource::text_lines(Write("large.txt", text));
  const auto splits = source.Splits(context_).value();
  auto reader = std::move(source.NewReader(context_, splits[0])).value();
  TypedBatch<std::string> batch;
  EXPECT_EQ(ReadResult::kMore, reader->Read(batch).value());
  EXPECT_EQ(2U, batch.size());
}

TEST_F(FileSourceTest, WhenTheRateIsLimitedThenRecordsComeSteadily) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "x\n";
  const TextFileSource source = FileSource::text_lines(Write("t.txt", text)).rate(100);
  const auto splits = source.Splits(context_);
  auto reader = source.NewReader(context_, (*splits)[0]);
  ASSERT_TRUE(reader.ok());
  const auto start = context_.manual_clock.Now();
  for (std::size_t read = 0; read < 200; ++read) {
    TypedBatch<std::string> batch;
    ASSERT_EQ(ReadResult::kMore, (*reader)->Read(batch).value());
    ASSERT_EQ(1U, batch.size()) << read;
    ASSERT_EQ(ReadResult::kNothingYet, (*reader)->Read(batch).value());
    const auto due = start + std::chrono::milliseconds(10 * (read + 1));
    ASSERT_EQ(due, (*reader)->next_read());
    context_.manual_clock.Advance(due - context_.manual_clock.Now());
  }
  // After a pause of an hour at most a tenth of a second is made up for.
  context_.manual_clock.Advance(std::chrono::hours(1));
  TypedBatch<std::string> batch;
  ASSERT_TRUE((*reader)->Read(batch).ok());
  EXPECT_EQ(11U, batch.size());
}

}  // namespace
}  // namespace penstock
