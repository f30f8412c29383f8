#include "connectors/file/file_sink.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/temp_dir.h"
#include "tests/unit/connectors/fake_context.h"

namespace penstock {
namespace {

using testing::FakeContext;

struct Row {
  std::string name;
  double value = 0;
};

class FileSinkTest : public ::testing::Test {
 protected:
  /// Writes the rows, commits, and returns the content of the one part.
  template <typename T, typename S>
  std::string Written(const S& sink, const std::vector<T>& rows, const std::string& part) {
    auto writer = std::move(sink.NewWriter(context_, "")).value();
    TypedBatch<T> batch;
    for (const T& row : rows) batch.Append(row, {});
    EXPECT_TRUE(writer->Write(batch).ok());
    std::vector<std::string> committables;
    EXPECT_TRUE(writer->PreCommit(CheckpointId(1), committables).ok());
    for (const std::string& committable : committables) {
      EXPECT_TRUE(writer->Commit(committable).ok());
    }
    std::string state;
    writer->SnapshotState(state);
    EXPECT_FALSE(state.empty());  // a restored writer must be told from a fresh one
    EXPECT_TRUE(writer->Close().ok());
    return ReadFile(PosixFileSystem(), dir_ / part).value();
  }

  TempDir dir_;
  FakeContext context_;
};

TEST_F(FileSinkTest, WhenRowsAreWrittenThenEachFormatHasItsText) {
  const std::vector<Row> rows = {{"a b", 1.5}, {"c\"", 2}};
  context_.subtask_index = 7;
  EXPECT_EQ("name,value\na b,1.5\n\"c\"\"\",2\n",
            Written(FileSink::csv<Row>(dir_ / "csv/"), rows, "csv/part-00007-00000000.csv"));
  EXPECT_EQ("a b;1.5\n\"c\"\"\";2\n",
            Written(FileSink::csv<Row>(dir_ / "plain").without_header().delimiter(';'), rows,
                    "plain/part-00007-00000000.csv"));
  EXPECT_EQ(
      "{\"name\":\"a b\",\"value\":1.5}\n{\"name\":\"c\\\"\",\"value\":2}\n",
      Written(FileSink::json_lines<Row>(dir_ / "json"), rows, "json/part-00007-00000000.jsonl"));
  EXPECT_EQ("x\ny\n", Written<std::string>(FileSink::text(dir_ / "text"), {"x", "y"},
                                           "text/part-00007-00000000.txt"));
}

TEST_F(FileSinkTest, WhenItIsDescribedThenItSaysWhatItIsAndIsTransactional) {
  const auto sink = FileSink::csv<Row>("/data/out/");
  EXPECT_EQ("csv files in /data/out", sink.name());
  EXPECT_EQ(Delivery::kTransactional, sink.delivery());
  EXPECT_FALSE(FileSink::csv<Row>("").Validate(PosixFileSystem()).ok());
  EXPECT_TRUE(FileSink::csv<Row>(dir_ / "new").Validate(PosixFileSystem()).ok());
}

TEST_F(FileSinkTest, WhenAFreshWriterFindsOldOutputThenItIsRefused) {
  const auto sink = FileSink::text(dir_ / "text");
  Written<std::string>(sink, {"x"}, "text/part-00000-00000000.txt");
  EXPECT_EQ(ErrorCode::kAlreadyExists, sink.NewWriter(context_, "").status().code());
}

}  // namespace
}  // namespace penstock
