#include "connectors/file/row_text.h"

#include <limits>

#include <gtest/gtest.h>

#include "connectors/file/record_parser.h"

namespace penstock {
namespace {

struct Mixed {
  int number = 0;
  double real = 0;
  std::string text;
  Timestamp time;
  std::optional<std::string> remark;
  bool flag = false;
  bool operator==(const Mixed&) const = default;
};

std::string Csv(const Mixed& row) {
  std::string text;
  internal::AppendCsvRow(row, ',', text);
  return text;
}

std::string Json(const Mixed& row) {
  std::string text;
  internal::AppendJsonRow(row, text);
  return text;
}

TEST(RowTextTest, WhenRowsAreWrittenAsCsvThenQuotesStandWhereTheyMust) {
  EXPECT_EQ("number,real,text,time,remark,flag\n", internal::CsvHeader<Mixed>(','));
  EXPECT_EQ("-1,0.1,plain,1970-01-01T00:00:00Z,,false\n", Csv({-1, 0.1, "plain", {}, {}, false}));
  EXPECT_EQ("0,1e+300,\"a,\"\"b\"\"\n\",1970-01-01T00:00:00Z,\"\",true\n",
            Csv({0, 1e300, "a,\"b\"\n", {}, "", true}));
}

TEST(RowTextTest, WhenRowsAreWrittenAsJsonThenTextIsEscaped) {
  EXPECT_EQ(R"({"number":1,"real":2.5,"text":"a\"\\\n\u0001é\ufffd","time":"1970-01-01T00:00:00Z",)"
            R"("remark":null,"flag":true})"
            "\n",
            Json({1, 2.5, "a\"\\\n\001é\xff", {}, {}, true}));
  EXPECT_EQ(std::string::npos,
            Json({1, std::numeric_limits<double>::quiet_NaN(), "", {}, {}, true}).find("nan"));
}

TEST(RowTextTest, WhenWhatWasWrittenIsReadThenItIsTheSame) {
  const std::vector<Mixed> rows = {
      {1, 0.1 + 0.2, "", {1234567890123}, "", true},
      {std::numeric_limits<int>::min(), -5e-324, "a\r\nb,\"", {-1}, std::nullopt, false}};
  auto csv = NewCsvParser(RecordFieldsOf<Mixed>(), {}, {.by_name = false}, "");
  const auto json = NewJsonParser(RecordFieldsOf<Mixed>(), {});
  for (const Mixed& row : rows) {
    Arena arena;
    Mixed read;
    std::string text = Csv(row);
    text.pop_back();
    ASSERT_EQ("", (*csv)->Parse(text, &read, arena).message());
    EXPECT_EQ(row, read);
    text = Json(row) + std::string(RecordParser::kPadding, ' ');
    read = {};
    ASSERT_EQ("", json->Parse(std::string_view(text).substr(0, text.find("}\n") + 1), &read, arena)
                      .message());
    EXPECT_EQ(row, read);
  }
}

}  // namespace
}  // namespace penstock
