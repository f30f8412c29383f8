#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/file/file_source.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/connectors/source_driver.h"

namespace penstock {
namespace {

using namespace std::chrono_literals;
using testing::FakeContext;
using ::testing::HasSubstr;
using Strings = std::vector<std::string>;

class WatchedFilesTest : public ::testing::Test {
 protected:
  using Reader = std::unique_ptr<SplitReader<std::string>>;

  /// As a producer should: written under a hidden name, then renamed.
  void Appear(const std::string& name, const std::string& content) {
    testing::WriteWhole(dir_ / ".tmp", content);
    ASSERT_TRUE(fs_.Rename(dir_ / ".tmp", dir_ / name).ok());
  }
  TextFileSource Source() { return FileSource::text_lines(dir_.path()).watch(1s); }
  Reader Open(const SourceSplit& split) {
    auto reader = Source().NewReader(context_, split);
    EXPECT_EQ("", reader.status().message());
    return std::move(reader).value();
  }
  Reader OpenOnly() { return Open(Source().Splits(context_).value().at(0)); }
  Reader Restored(const Reader& reader) {
    SourceSplit split{"watch-0", ""};
    reader->SnapshotPosition(split.state);
    return Open(split);
  }
  /// Until there is nothing, or `limit` records have been read.
  Strings Drain(const Reader& reader, std::size_t limit = 1000) {
    Strings lines;
    while (lines.size() < limit) {
      TypedBatch<std::string> batch;
      while (batch.room() > limit - lines.size()) batch.Append("filler", {});
      const std::size_t filler = batch.size();
      const auto result = reader->Read(batch);
      EXPECT_EQ("", result.status().message());
      for (std::size_t i = filler; i < batch.size(); ++i) lines.push_back(batch[i]);
      if (!result.ok() || *result == ReadResult::kNothingYet) break;
    }
    return lines;
  }

  FileSystem& fs_ = PosixFileSystem();
  TempDir dir_;
  FakeContext context_;
};

TEST_F(WatchedFilesTest, WhenFilesAppearThenEachIsReadOnceAndAtTheInterval) {
  Appear("b", "2\n");
  Appear("a", "1\n");
  const Reader reader = OpenOnly();
  EXPECT_EQ((Strings{"1", "2"}), Drain(reader));
  EXPECT_EQ(context_.manual_clock.Now() + 1s, reader->next_read());
  Appear("0", "3\n");
  EXPECT_EQ(Strings{}, Drain(reader));
  context_.manual_clock.Advance(1s);
  EXPECT_EQ(Strings{"3"}, Drain(reader));
  context_.manual_clock.Advance(1s);
  EXPECT_EQ(Strings{}, Drain(reader));
}

TEST_F(WatchedFilesTest, WhenTheReaderIsMadeAnewAtAnyPlaceThenNoLineIsLostOrRepeated) {
  Appear("a", "1\n2\n3\n");
  Appear("b", "");
  Appear("c", "4\n5\n");
  for (std::size_t every = 1; every <= 5; ++every) {
    Reader reader = OpenOnly();
    Strings lines;
    for (int i = 0; i < 12; ++i) {
      for (std::string& line : Drain(reader, every)) lines.push_back(std::move(line));
      reader = Restored(reader);
    }
    EXPECT_EQ((Strings{"1", "2", "3", "4", "5"}), lines) << every;
  }
}

TEST_F(WatchedFilesTest, WhenFilesAreMovedAwayThenTheStateForgetsThem) {
  const Reader reader = OpenOnly();
  std::string empty;
  reader->SnapshotPosition(empty);
  for (int i = 0; i < 10; ++i) Appear(std::to_string(i), "x\n");
  EXPECT_EQ(10U, Drain(reader).size());
  std::string full;
  reader->SnapshotPosition(full);
  EXPECT_EQ(empty.size() + 10 * 8, full.size());
  for (int i = 0; i < 9; ++i) ASSERT_TRUE(fs_.Remove(dir_ / std::to_string(i)).ok());
  context_.manual_clock.Advance(1s);
  EXPECT_EQ(Strings{}, Drain(reader));
  std::string less;
  reader->SnapshotPosition(less);
  EXPECT_EQ(empty.size() + 8, less.size());
}

TEST_F(WatchedFilesTest, WhenTheDirectoryIsAwayForAWhileThenNothingIsReadAgain) {
  Appear("a", "1\n");
  const Reader reader = OpenOnly();
  EXPECT_EQ(Strings{"1"}, Drain(reader));
  const std::string elsewhere = dir_.path() + "-unmounted";
  ASSERT_TRUE(fs_.Rename(dir_.path(), elsewhere).ok());
  context_.manual_clock.Advance(1s);
  EXPECT_EQ(Strings{}, Drain(reader));
  ASSERT_TRUE(fs_.Rename(elsewhere, dir_.path()).ok());
  context_.manual_clock.Advance(1s);
  EXPECT_EQ(Strings{}, Drain(reader));
}

TEST_F(WatchedFilesTest, WhenSeveralSubtasksWatchThenTheyShareTheFiles) {
  context_.subtasks = 3;
  Strings expected;
  for (int i = 0; i < 30; ++i) {
    expected.push_back(std::to_string(i));
    Appear(expected.back(), expected.back() + "\n");
  }
  const auto splits = Source().Splits(context_).value();
  ASSERT_EQ(3U, splits.size());
  Strings all;
  for (const SourceSplit& split : splits) {
    const Strings lines = Drain(Open(split));
    EXPECT_GT(lines.size(), 2U);
    all.insert(all.end(), lines.begin(), lines.end());
  }
  EXPECT_THAT(all, ::testing::UnorderedElementsAreArray(expected));
}

TEST_F(WatchedFilesTest, WhenDeadLettersComeFromSeveralFilesThenEachHasAFileOfItsOwn) {
  struct Row {
    int id = 0;
  };
  for (const char* name : {"a", "b"}) Appear(name, "{\"id\":1}\nrubbish\n");
  const auto source =
      FileSource::json_lines<Row>(dir_.path()).on_malformed(dead_letter(dir_ / "dead")).watch(1s);
  auto reader = std::move(source.NewReader(context_, source.Splits(context_).value()[0])).value();
  for (int i = 0; i < 5; ++i) {
    TypedBatch<Row> batch;
    ASSERT_EQ("", reader->Read(batch).status().message());
  }
  EXPECT_EQ(2U, fs_.List(dir_ / "dead").value().size());
}

TEST_F(WatchedFilesTest, WhenADescriptionCannotWorkThenItIsRefused) {
  EXPECT_TRUE(Source().Validate(fs_).ok());
  EXPECT_TRUE(FileSource::text_lines(dir_ / "*.txt").watch(1s).Validate(fs_).ok());
  EXPECT_FALSE(FileSource::text_lines(dir_ / "none").watch(1s).Validate(fs_).ok());
  EXPECT_FALSE(FileSource::text_lines(dir_.path()).watch(0s).Validate(fs_).ok());
  const auto split = Source().Splits(context_).value()[0];
  EXPECT_THAT(FileSource::text_lines(dir_.path()).NewReader(context_, split).status().message(),
              HasSubstr("watches for files"));
  EXPECT_EQ(ErrorCode::kCorruption,
            Source().NewReader(context_, {"watch-0", "abc"}).status().code());
}

}  // namespace
}  // namespace penstock
