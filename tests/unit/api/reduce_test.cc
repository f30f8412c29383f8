#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "api/runtime/reduce_operator.h"
#include "api/text.h"
#include "tests/unit/api/keyed_driver.h"

namespace penstock {
namespace {

using testing::KeyedDriver;
using testing::OperatorSnapshot;

struct Sale {
  std::string shop;
  std::int64_t amount = 0;
  bool operator==(const Sale&) const = default;
};

Sale Sum(const Sale& a, const Sale& b) { return {a.shop, a.amount + b.amount}; }

auto NewSum() { return MakeReduce<Sale>("sum", &Sale::shop, &Sum); }

TEST(ReduceTest, WhenRecordsArriveThenEveryUpdateIsEmitted) {
  KeyedDriver<Sale, Sale> driver(NewSum());
  std::map<std::string, std::int64_t> reference;
  std::mt19937_64 random(1);
  std::size_t checked = 0;
  for (int round = 0; round < 50; ++round) {
    std::vector<std::pair<Sale, Timestamp>> expected;
    const int count = static_cast<int>(random() % 600);
    for (int i = 0; i < count; ++i) {
      Sale sale{"shop " + std::to_string(random() % 100), static_cast<std::int64_t>(random() % 9)};
      const Timestamp time{static_cast<std::int64_t>(random() % 1000)};
      expected.push_back({{sale.shop, reference[sale.shop] += sale.amount}, time});
      driver.Add(sale, time);
    }
    driver.Process();
    ASSERT_EQ(driver.output.records.size(), checked + expected.size());
    for (const auto& record : expected) EXPECT_EQ(driver.output.records[checked++], record);
  }
  driver.Watermark({5});
  EXPECT_EQ(driver.output.watermark, Timestamp{5});
}

TEST(ReduceTest, WhenRestoredThenItGoesOn) {
  KeyedDriver<Sale, Sale> before(NewSum());
  before.Add({"a", 1}, {1});
  before.Add({"a", 2}, {2});
  before.Add({"b", 5}, {3});
  const OperatorSnapshot snapshot = before.Snapshot();
  ASSERT_EQ(snapshot.tables.at(0).size(), 2U);

  KeyedDriver<Sale, Sale> after(NewSum(), snapshot);
  ASSERT_TRUE(after.opened.ok());
  after.Add({"a", 10}, {4});
  after.Process();
  ASSERT_EQ(after.output.records.size(), 1U);
  EXPECT_EQ(after.output.records[0].first, (Sale{"a", 13}));
}

struct Line {
  Text key;
  Text last;
};

TEST(ReduceTest, WhenRecordHoldsTextThenStateOwnsIt) {
  auto newest = [](const Line& current, const Line& next) { return Line{current.key, next.last}; };
  KeyedDriver<Line, Line> driver(MakeReduce<Line>("newest", &Line::key, newest));
  for (int i = 0; i < 5; ++i) {
    std::string key = "a key of more than twelve characters";
    std::string last = "a value of more than twelve characters " + std::to_string(i);
    driver.Add({Text(key), Text(last)}, {i});
    driver.Process();
  }
  const OperatorSnapshot snapshot = driver.Snapshot();
  ASSERT_EQ(snapshot.tables.at(0).size(), 1U);
  ByteReader reader(snapshot.tables[0].begin()->second);
  Line line;
  ASSERT_TRUE(Codec<Line>::Decode(reader, line));
  EXPECT_EQ(line.key, "a key of more than twelve characters");
  EXPECT_EQ(line.last, "a value of more than twelve characters 4");
}

struct Titled {
  std::int64_t key = 0;
  std::string title;
  Text before;
};

TEST(ReduceTest, WhenTextViewsAStringOfTheStateThenItIsKept) {
  auto newest = [](const Titled& current, const Titled& next) {
    return Titled{next.key, next.title, Text(current.title)};
  };
  KeyedDriver<Titled, Titled> driver(MakeReduce<Titled>("newest", &Titled::key, newest));
  for (const char* title : {"the first of the long titles", "the next of the long titles"}) {
    driver.Add({1, title, {}}, {0});
    driver.Process();
  }
  const OperatorSnapshot snapshot = driver.Snapshot();
  ByteReader reader(snapshot.tables.at(0).begin()->second);
  Titled kept;
  ASSERT_TRUE(Codec<Titled>::Decode(reader, kept));
  EXPECT_EQ(kept.before, "the first of the long titles");
}

}  // namespace
}  // namespace penstock
