#include <cstdlib>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/file/file_content.h"
#include "connectors/file/file_sink.h"
#include "connectors/file/file_source.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/connectors/source_driver.h"

namespace penstock {
namespace {

using testing::FakeContext;
using ::testing::HasSubstr;

std::string Packed(Compression compression, const std::string& content, std::size_t step) {
  auto encoder = std::move(NewEncoder(compression)).value();
  std::string packed;
  for (std::size_t at = 0; at < content.size(); at += step) {
    EXPECT_TRUE(encoder->Encode(content.substr(at, step), packed).ok());
  }
  EXPECT_TRUE(encoder->Finish(packed).ok());
  return packed;
}

/// Lines that neither repeat nor are random.
std::vector<std::string> SomeLines(int count) {
  std::vector<std::string> lines;
  for (int i = 0; i < count; ++i) {
    lines.push_back(std::to_string(i * 7919 % 100'003) +
                    std::string(static_cast<std::size_t>(i % 13), 'x'));
  }
  return lines;
}

std::string Joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

class CompressionTest : public ::testing::TestWithParam<Compression> {
 protected:
  std::string Write(const std::string& name, const std::string& content) {
    return testing::WriteWhole(dir_ / (name + std::string(ExtensionOf(GetParam()))), content);
  }
  std::string Message(const std::string& path) {
    driver_.ReadAll(FileSource::text_lines(path));
    return driver_.status.message();
  }

  TempDir dir_;
  FakeContext context_;
  testing::SourceDriver driver_{context_};
};

TEST_P(CompressionTest, WhenAFileIsCompressedThenItsExtensionTellsAndItIsReadWholeByOneSubtask) {
  const auto lines = SomeLines(20'000);
  const std::string path = Write("t.txt", Packed(GetParam(), Joined(lines), 1000));
  EXPECT_LT(PosixFileSystem().FileSize(path).value(), Joined(lines).size());
  for (const std::size_t chunk : {100, 5'000, 1'000'000}) {
    EXPECT_EQ(lines,
              driver_.ReadAll(FileSource::text_lines(path).chunk_size(chunk).split_size(100)));
    EXPECT_EQ("", driver_.status.message());
    EXPECT_EQ(1U, driver_.splits);
  }
}

TEST_P(CompressionTest, WhenTheExtensionSaysNothingThenTheJobMay) {
  const auto lines = SomeLines(10);
  const std::string path =
      testing::WriteWhole(dir_ / "odd.name", Packed(GetParam(), Joined(lines), 100));
  EXPECT_EQ(lines, driver_.ReadAll(FileSource::text_lines(path).compression(GetParam())));
}

TEST_P(CompressionTest, WhenAReaderIsMadeAnewThenItGoesOnAtTheDecompressedOffset) {
  const auto lines = SomeLines(500);
  const std::string path = Write("t.txt", Packed(GetParam(), Joined(lines), 100));
  for (const std::size_t every : {1, 17, 499}) {
    EXPECT_EQ(lines, driver_.ReadAll(FileSource::text_lines(path).chunk_size(64), every));
    EXPECT_EQ("", driver_.status.message());
  }
}

TEST_P(CompressionTest, WhenFramesFollowOneAnotherThenTheyAreOneContent) {
  const std::string both = Packed(GetParam(), "a\nb", 10) + Packed(GetParam(), "c\nd\n", 10);
  EXPECT_EQ((std::vector<std::string>{"a", "bc", "d"}),
            driver_.ReadAll(FileSource::text_lines(Write("t.txt", both))));
  EXPECT_TRUE(driver_.ReadAll(FileSource::text_lines(Write("e.txt", ""))).empty());
  EXPECT_EQ("", driver_.status.message());
}

TEST_P(CompressionTest, WhenAFileIsCutOffAnywhereThenTheErrorNamesItAndThePlace) {
  const std::string packed = Packed(GetParam(), Joined(SomeLines(50)), 100);
  for (std::size_t size = 1; size < packed.size(); ++size) {
    const std::string path = Write("cut.txt", packed.substr(0, size));
    const std::string message = Message(path);
    ASSERT_THAT(message, HasSubstr(path + ": the " + std::string(NameOf(GetParam())) + " data "))
        << size;
    ASSERT_THAT(message, HasSubstr("at byte " + std::to_string(size) + " of the file")) << size;
  }
}

TEST_P(CompressionTest, WhenAByteIsFlippedThenItIsFound) {
  const std::string packed = Packed(GetParam(), Joined(SomeLines(200)), 1000);
  const std::size_t middle = packed.size() / 2;
  for (const std::size_t at : {std::size_t{0}, middle, packed.size() - 1}) {
    std::string damaged = packed;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
    const std::string path = Write("bad.txt", damaged);
    EXPECT_THAT(Message(path), HasSubstr(path + ": the ")) << at;
    EXPECT_EQ(RetryHint::kNever, driver_.status.retry());
  }
  EXPECT_THAT(Message(Write("bad.txt", packed + "rubbish that is long enough to be looked at")),
              HasSubstr("damaged"));
}

TEST_P(CompressionTest, WhenJsonIsCompressedThenArraysAndLinesAreTold) {
  struct Row {
    int id = 0;
  };
  for (const std::string json : {"[{\"id\":1},{\"id\":2}]", "{\"id\":1}\n{\"id\":2}\n"}) {
    const std::string path = Write("j.json", Packed(GetParam(), json, 100));
    const auto rows = driver_.ReadAll(FileSource::json<Row>(path));
    ASSERT_EQ(2U, rows.size()) << driver_.status.message();
    EXPECT_EQ(2, rows[1].id);
  }
}

TEST_P(CompressionTest, WhenASinkCompressesThenEveryPartIsAFileOfItsOwn) {
  const auto lines = SomeLines(60'000);
  auto writer = std::move(FileSink::text(dir_ / "out")
                              .compression(GetParam())
                              .part_size(20'000)
                              .NewWriter(context_, ""))
                    .value();
  for (std::size_t i = 0; i < lines.size();) {
    TypedBatch<std::string> batch;
    while (batch.room() > 0 && i < lines.size()) batch.Append(lines[i++], {});
    ASSERT_TRUE(writer->Write(batch).ok());
  }
  std::vector<std::string> parts;
  ASSERT_TRUE(writer->PreCommit(CheckpointId(1), parts).ok());
  EXPECT_GT(parts.size(), 1U);
  for (const std::string& part : parts) ASSERT_TRUE(writer->Commit(part).ok());
  EXPECT_EQ(parts.size(), PosixFileSystem().List(dir_ / "out").value().size());
  EXPECT_EQ(lines, driver_.ReadAll(FileSource::text_lines(
                       dir_ / ("out/part-*.txt" + std::string(ExtensionOf(GetParam()))))));
}

INSTANTIATE_TEST_SUITE_P(All, CompressionTest,
                         ::testing::Values(Compression::kGzip, Compression::kZstd,
                                           Compression::kLz4),
                         [](const auto& test) { return std::string(NameOf(test.param)); });

TEST(CompressionNameTest, WhenAFileHasNoneOfTheExtensionsThenItIsPlain) {
  EXPECT_EQ(Compression::kNone, CompressionOf("a.json"));
  EXPECT_EQ(Compression::kNone, CompressionOf("gz"));
  EXPECT_EQ(Compression::kGzip, CompressionOf("a.json.gz"));
}

/// What other programs make of it.
TEST(ForeignToolTest, WhenGzipReadsWhatWeWriteAndWritesWhatWeReadThenBothAgree) {
  TempDir dir;
  const std::string text = Joined(SomeLines(1000));
  testing::WriteWhole(dir / "ours.gz", Packed(Compression::kGzip, text, 100));
  testing::WriteWhole(dir / "plain", text);
  const std::string command =
      "cd " + dir.path() + " && gzip -dc ours.gz | cmp - plain && gzip -c plain > theirs.gz";
  ASSERT_EQ(0, std::system(command.c_str()));
  auto content = OpenContent(PosixFileSystem(), dir / "theirs.gz", Compression::kGzip);
  ASSERT_TRUE(content.ok());
  std::string read(text.size() + 1, '\0');
  ASSERT_EQ(text.size(), (*content)->Read(0, read.data(), read.size()).value());
  EXPECT_EQ(text, read.substr(0, text.size()));
  ASSERT_EQ(5U, (*content)->Read(3, read.data(), 5).value());  // back to an earlier place
  EXPECT_EQ(text.substr(3, 5), read.substr(0, 5));
}

}  // namespace
}  // namespace penstock
