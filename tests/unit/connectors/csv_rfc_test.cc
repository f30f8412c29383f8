// The rules of RFC 4180, section 2, by their numbers, and what files in the wild add to them.

#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/file/file_source.h"
#include "connectors/file/row_text.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/connectors/source_driver.h"

namespace penstock {
namespace {

using testing::FakeContext;
using ::testing::HasSubstr;

struct Row {
  std::string a, b, c;
  bool operator==(const Row&) const = default;
};
using Rows = std::vector<Row>;

class CsvRfcTest : public ::testing::Test {
 protected:
  std::string Write(const std::string& content) {
    return testing::WriteWhole(dir_ / "t.csv", content);
  }
  /// Without a header line.
  Rows Read(const std::string& content) {
    return driver_.ReadAll(FileSource::csv<Row>(Write(content)).by_position().chunk_size(3));
  }
  std::string Error(const std::string& content) {
    Read(content);
    return driver_.status.message();
  }

  TempDir dir_;
  FakeContext context_;
  testing::SourceDriver driver_{context_};
};

TEST_F(CsvRfcTest, When1And2LinesEndWithCrlfAndTheLastMayNotThenBothAreRecords) {
  const Rows expected = {{"aaa", "bbb", "ccc"}, {"zzz", "yyy", "xxx"}};
  EXPECT_EQ(expected, Read("aaa,bbb,ccc\r\nzzz,yyy,xxx\r\n"));
  EXPECT_EQ(expected, Read("aaa,bbb,ccc\r\nzzz,yyy,xxx"));
  EXPECT_EQ(expected, Read("aaa,bbb,ccc\nzzz,yyy,xxx\n"));
  EXPECT_EQ(expected, Read("\xef\xbb\xbf"
                           "aaa,bbb,ccc\nzzz,yyy,xxx\n"));
}

TEST_F(CsvRfcTest, When3ThereIsAHeaderThenItNamesTheColumnsInAnyOrder) {
  const std::string path = Write("c,\"x\"\"y\",\"a\",b\r\n3,?,1,2\r\n");
  EXPECT_EQ((Rows{{"1", "2", "3"}}), driver_.ReadAll(FileSource::csv<Row>(path)));
  EXPECT_EQ("", driver_.status.message());
  driver_.ReadAll(FileSource::csv<Row>(Write("a,b\n1,2\n")));
  EXPECT_THAT(driver_.status.message(), HasSubstr("there is no column 'c'"));
}

TEST_F(CsvRfcTest, When4SpacesStandInFieldsThenTheyBelongToThem) {
  EXPECT_EQ((Rows{{" a ", "", "c "}}), Read(" a ,,c \n"));
  EXPECT_THAT(Error("a,b\n"), HasSubstr("expected 3 fields, found 2"));
  EXPECT_THAT(Error("a,b,c,\n"), HasSubstr("expected 3 fields, found 4"));
}

TEST_F(CsvRfcTest, When5FieldsAreQuotedThenTheQuotesAreNoPartOfThem) {
  EXPECT_EQ((Rows{{"aaa", "bbb", "ccc"}, {"zzz", "", "x"}}),
            Read("\"aaa\",\"bbb\",\"ccc\"\r\nzzz,\"\",x\r\n"));
  EXPECT_THAT(Error("\"a\"b,c,d\n"), HasSubstr("something follows the closing quote of field 1"));
}

TEST_F(CsvRfcTest, When6QuotedFieldsHaveLineBreaksAndCommasThenTheyAreKept) {
  EXPECT_EQ((Rows{{"aaa", "b\r\nbb", "c,c"}, {"z\n\nz", ",", "\r\n"}}),
            Read("\"aaa\",\"b\r\nbb\",\"c,c\"\r\n\"z\n\nz\",\",\",\"\r\n\"\r\n"));
  EXPECT_THAT(Error("a,\"b,c\nd,e,f\n"), HasSubstr("a quoted field is not closed"));
}

TEST_F(CsvRfcTest, When7QuotesAreDoubledThenTheyAreQuotes) {
  EXPECT_EQ((Rows{{"aaa", "b\"bb", "\""}, {"\"\"", "x", "\",\""}}),
            Read("\"aaa\",\"b\"\"bb\",\"\"\"\"\r\n\"\"\"\"\"\",x,\"\"\",\"\"\"\r\n"));
}

TEST_F(CsvRfcTest, WhenTheSeparatorIsAnotherThenCommasAreText) {
  for (const char delimiter : {';', '\t', '|'}) {
    const std::string d(1, delimiter);
    const std::string path = Write("a" + d + "b" + d + "c\n1,5" + d + "\"" + d + "\"" + d + "x\n");
    EXPECT_EQ((Rows{{"1,5", d, "x"}}),
              driver_.ReadAll(FileSource::csv<Row>(path).delimiter(delimiter)));
  }
}

TEST_F(CsvRfcTest, WhenRowsAreWrittenThenTheyAreReadAsTheyWere) {
  const Rows rows = {{"", "a b", "a,b"}, {"\"", "\r\n", "ä\t;"}, {"x\ny", "\"\"", ","}};
  std::string text = internal::CsvHeader<Row>(';');
  for (const Row& row : rows) internal::AppendCsvRow(row, ';', text);
  EXPECT_EQ(rows, driver_.ReadAll(FileSource::csv<Row>(Write(text)).delimiter(';'), 1));
}

}  // namespace
}  // namespace penstock
