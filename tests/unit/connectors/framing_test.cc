#include "connectors/file/framing.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace penstock {
namespace {

using Strings = std::vector<std::string>;

/// The records of a text as a reader sees it that gets `step` more bytes whenever it asks; the last
/// entry is the problem, if there is one.
Strings Records(Framing framing, const std::string& text, std::size_t step) {
  Strings records;
  std::size_t offset = 0;
  std::size_t known = 0;
  while (true) {
    const std::string_view bytes(text.data() + offset, known - offset);
    const Frame frame = NextFrame(framing, bytes, {records.empty(), known == text.size()});
    if (frame.kind == Frame::Kind::kEnd) return records;
    if (frame.kind == Frame::Kind::kBroken) {
      records.push_back("broken at " + std::to_string(offset + frame.begin) + ": " + frame.problem);
      return records;
    }
    if (frame.kind == Frame::Kind::kNeedMore) {
      EXPECT_LT(known, text.size());
      if (known == text.size()) return records;
      known = std::min(text.size(), known + step);
      continue;
    }
    records.emplace_back(bytes.substr(frame.begin, frame.end - frame.begin));
    offset += frame.next;
  }
}

void ExpectRecords(Framing framing, const std::string& text, const Strings& expected) {
  for (std::size_t step = 1; step <= text.size() + 1; ++step) {
    EXPECT_EQ(expected, Records(framing, text, step)) << text << " by " << step;
  }
}

TEST(FramingTest, WhenTextIsCutIntoLinesThenEveryLineIsARecordWhateverTheChunks) {
  ExpectRecords(Framing::kLines, "", {});
  ExpectRecords(Framing::kLines, "a\n\nbc\r\nd", {"a", "", "bc", "d"});
  ExpectRecords(Framing::kLines, "a\n", {"a"});
}

TEST(FramingTest, WhenLinesAreBlankThenTheyAreNoRecords) {
  ExpectRecords(Framing::kNonEmptyLines, "\n\na\n \t\r\nb\n\n", {"a", "b"});
  ExpectRecords(Framing::kNonEmptyLines, "\n \n", {});
}

TEST(FramingTest, WhenACsvFieldIsQuotedThenItMayHoldLineBreaks) {
  ExpectRecords(Framing::kCsv, "a,b\r\n\"x\ny\",\"\"\"\n\"\n\nc,d",
                {"a,b", "\"x\ny\",\"\"\"\n\"", "c,d"});
  ExpectRecords(Framing::kCsv, "a\n\"b\nc\n",
                {"a", "broken at 2: a quoted field is not closed before the end of the file"});
}

TEST(FramingTest, WhenAnArrayIsCutThenItsElementsAreRecords) {
  ExpectRecords(Framing::kJsonArray, " [ {\"a\":[1,2],\"b\":\"},]\\\\\\\"\"} ,\n{} , 3 ] \n",
                {"{\"a\":[1,2],\"b\":\"},]\\\\\\\"\"}", "{}", "3"});
  ExpectRecords(Framing::kJsonArray, "[]", {});
  ExpectRecords(Framing::kJsonArray, "[ \n ] ", {});
}

TEST(FramingTest, WhenAnArrayIsBrokenThenThePlaceIsTold) {
  ExpectRecords(Framing::kJsonArray, "{}", {"broken at 0: expected '[', a JSON array"});
  ExpectRecords(Framing::kJsonArray, "[{}",
                {"broken at 1: the JSON array is not closed before the end of the file"});
  ExpectRecords(Framing::kJsonArray, "[{},",
                {"{}", "broken at 4: the JSON array is not closed before the end of the file"});
  ExpectRecords(Framing::kJsonArray, "[1] x",
                {"1", "broken at 4: something follows the end of the JSON array"});
}

}  // namespace
}  // namespace penstock
