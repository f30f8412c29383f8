#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "api/runtime/stateless_operators.h"
#include "api/runtime/timestamp_operator.h"
#include "tests/support/operator_harness.h"

namespace penstock {
namespace {

using testing::Emitted;
using testing::OperatorHarness;

struct Event {
  std::int64_t value = 0;
  Text name;
  Timestamp at;
};

template <template <typename, typename> class Op, typename T, typename F>
std::function<std::unique_ptr<Operator>()> Make(F f) {
  return [f] { return std::make_unique<Op<T, F>>(f); };
}

std::vector<Emitted<std::int64_t>> Numbers(std::int64_t count) {
  std::vector<Emitted<std::int64_t>> numbers;
  for (std::int64_t i = 0; i < count; ++i) numbers.push_back({i, {i * 10}});
  return numbers;
}

TEST(MapOperatorTest, WhenTypeChangesThenValuesAreMappedAndTimestampsKept) {
  OperatorHarness<std::int64_t, std::string> harness(
      Make<MapOperator, std::int64_t>([](std::int64_t n) { return std::to_string(n); }));
  harness.ProcessAll(Numbers(3));
  EXPECT_EQ(harness.records(),
            (std::vector<Emitted<std::string>>{{"0", {0}}, {"1", {10}}, {"2", {20}}}));
}

TEST(MapOperatorTest, WhenTypeStaysThenTheSameBatchIsPassedOn) {
  struct SameBatch final : Output {
    void Emit(Batch& batch) override { seen = &batch; }
    void EmitWatermark(Timestamp) override {}
    void EmitStatus(bool) override {}
    Batch* seen = nullptr;
  } output;
  auto op = Make<MapOperator, std::int64_t>([](std::int64_t n) { return n + 1; })();
  testing::TestContext context;
  ASSERT_TRUE(op->Open(context, output).ok());
  TypedBatch<std::int64_t> batch;
  batch.Append(41, {});
  op->ProcessBatch(batch);
  EXPECT_EQ(output.seen, &batch);
  EXPECT_EQ(batch[0], 42);
}

TEST(UpdateOperatorTest, WhenRecordsAreChangedInPlaceThenTextOfTheFunctionIsKept) {
  std::string scratch;
  OperatorHarness<Event, Event> harness(Make<UpdateOperator, Event>([&scratch](Event& record) {
    scratch = "a name that is too long to be inline, " + std::to_string(record.value);
    record.name = Text(scratch);
    ++record.value;
  }));
  harness.ProcessAll({{{1, Text("x"), {}}, {10}}, {{2, Text("y"), {}}, {20}}});
  ASSERT_TRUE(harness.status().ok());
  ASSERT_EQ(harness.records().size(), 2u);
  EXPECT_EQ(harness.records()[0].record.value, 2);
  EXPECT_EQ(harness.records()[0].record.name.view(), "a name that is too long to be inline, 1");
  EXPECT_EQ(harness.records()[1].record.name.view(), "a name that is too long to be inline, 2");
  EXPECT_EQ(harness.records()[1].timestamp, Timestamp{20});
}

TEST(UpdateOperatorTest, WhenAFunctionTakesAConstReferenceThenItIsNoUpdate) {
  static_assert(ChangesInPlace<decltype([](int& n) { ++n; }), int>);
  static_assert(!ChangesInPlace<decltype([](const int&) {}), int>);
  static_assert(!ChangesInPlace<decltype([](int& n) { return n; }), int>);
}

TEST(MapOperatorTest, WhenMoreThanABatchThenAllIsEmitted) {
  OperatorHarness<std::int64_t, std::string> harness(
      Make<MapOperator, std::int64_t>([](std::int64_t n) { return std::to_string(n); }));
  harness.ProcessAll(Numbers(5000));
  ASSERT_EQ(harness.records().size(), 5000u);
  EXPECT_EQ(harness.records()[4999].record, "4999");
}

TEST(MapOperatorTest, WhenFunctionIsAMemberOrFunctionPointerThenItIsCalled) {
  OperatorHarness<Event, std::int64_t> member(Make<MapOperator, Event>(&Event::value));
  member.Process({5, "", {}});
  EXPECT_EQ(member.values(), std::vector<std::int64_t>{5});
  std::int64_t (*twice)(std::int64_t) = [](std::int64_t n) { return 2 * n; };
  OperatorHarness<std::int64_t, std::int64_t> pointer(Make<MapOperator, std::int64_t>(twice));
  pointer.Process(4);
  EXPECT_EQ(pointer.values(), std::vector<std::int64_t>{8});
}

TEST(MapOperatorTest, WhenFunctionReusesAStringForTextThenEachRecordKeepsItsOwn) {
  auto map = [scratch = std::string()](std::int64_t n) mutable {
    scratch = "a rather long name of " + std::to_string(n);
    return Event{n, Text(scratch), {}};
  };
  OperatorHarness<std::int64_t, Event> harness(Make<MapOperator, std::int64_t>(map));
  harness.ProcessAll(Numbers(3));
  ASSERT_EQ(harness.records().size(), 3u);
  EXPECT_EQ(harness.records()[0].record.name, "a rather long name of 0");
  EXPECT_EQ(harness.records()[2].record.name, "a rather long name of 2");
}

struct Titled {
  std::string title;
  Text shown;
};

TEST(MapOperatorTest, WhenTextViewsTheOldRecordThenTheNewOneKeepsIt) {
  auto map = [](const Titled& old) { return Titled{"a new one", Text(old.title)}; };
  OperatorHarness<Titled, Titled> harness(Make<MapOperator, Titled>(map));
  harness.ProcessAll({{{"a title of many characters", {}}, {0}}});
  ASSERT_EQ(harness.records().size(), 1u);
  EXPECT_EQ(harness.records()[0].record.shown, "a title of many characters");
}

TEST(FilterOperatorTest, WhenRecordsAreDroppedThenTheOthersStayInOrderWithTheirTimestamps) {
  OperatorHarness<std::int64_t, std::int64_t> harness(
      Make<FilterOperator, std::int64_t>([](std::int64_t n) { return n % 3 == 1; }));
  harness.ProcessAll(Numbers(9));
  EXPECT_EQ(harness.records(),
            (std::vector<Emitted<std::int64_t>>{{1, {10}}, {4, {40}}, {7, {70}}}));
}

TEST(FilterOperatorTest, WhenRecordsHoldTextThenItStaysRight) {
  OperatorHarness<Event, Event> harness(
      Make<FilterOperator, Event>([](const Event& event) { return event.value > 0; }));
  harness.ProcessAll(
      {{{0, "dropped, and rather long", {}}, {}}, {{1, "kept, and rather long", {}}, {}}});
  ASSERT_EQ(harness.records().size(), 1u);
  EXPECT_EQ(harness.records()[0].record.name, "kept, and rather long");
}

TEST(FlatMapOperatorTest, WhenManyAreCollectedThenAllAreEmittedWithTheRecordsTimestamp) {
  auto repeat = [](std::int64_t n, Collector<std::int64_t>& out) {
    for (std::int64_t i = 0; i < n; ++i) out.collect(n);
  };
  OperatorHarness<std::int64_t, std::int64_t> harness([repeat] {
    return std::make_unique<FlatMapOperator<std::int64_t, std::int64_t, decltype(repeat)>>(repeat);
  });
  harness.ProcessAll({{0, {1}}, {3, {2}}, {4000, {3}}});
  ASSERT_EQ(harness.records().size(), 4003u);
  EXPECT_EQ(harness.records()[2], (Emitted<std::int64_t>{3, {2}}));
  EXPECT_EQ(harness.records()[4002], (Emitted<std::int64_t>{4000, {3}}));
}

TEST(StatelessOperatorTest, WhenWatermarkComesThenItIsForwarded) {
  OperatorHarness<std::int64_t, std::int64_t> harness(
      Make<FilterOperator, std::int64_t>([](std::int64_t) { return true; }));
  harness.Watermark({5});
  EXPECT_EQ(harness.watermarks(), std::vector<Timestamp>{{5}});
}

auto MakeTimestamps(Millis bound) {
  return [plan = MakeStampingPlan<Event>(bounded_out_of_orderness(bound), &Event::at)] {
    return std::make_unique<TimestampOperator>(plan);
  };
}

TEST(TimestampOperatorTest, WhenRecordsComeThenTimestampsAreSetAndTheWatermarkFollows) {
  OperatorHarness<Event, Event> harness(MakeTimestamps(Millis(100)));
  harness.ProcessAll({{{1, "", {1000}}, {}}, {{2, "", {900}}, {}}});
  EXPECT_EQ(harness.records()[0].timestamp, Timestamp{1000});
  EXPECT_EQ(harness.records()[1].timestamp, Timestamp{900});
  EXPECT_EQ(harness.watermarks(), std::vector<Timestamp>{{899}});
  harness.Process({3, "", {950}});
  EXPECT_EQ(harness.watermarks().size(), 1u) << "it has not advanced";
  harness.Process({4, "", {1001}});
  EXPECT_EQ(harness.watermarks().back(), Timestamp{900});
}

TEST(TimestampOperatorTest, WhenUpstreamSendsWatermarksThenOnlyTheLastOneIsForwarded) {
  OperatorHarness<Event, Event> harness(MakeTimestamps(Millis(100)));
  harness.Watermark({5000});
  EXPECT_TRUE(harness.watermarks().empty());
  harness.Watermark(Timestamp::Max());
  EXPECT_EQ(harness.watermarks(), std::vector<Timestamp>{Timestamp::Max()});
}

TEST(TimestampOperatorTest, WhenRestoredThenAnOlderRecordDoesNotLowerTheWatermark) {
  OperatorHarness<Event, Event> harness(MakeTimestamps(Millis(100)));
  harness.Process({1, "", {1000}});
  harness.SnapshotAndRestore();
  EXPECT_EQ(harness.watermarks().size(), 1u) << "nothing is emitted during a restore";
  harness.Process({2, "", {500}});
  EXPECT_EQ(harness.watermarks(), (std::vector<Timestamp>{{899}, {899}}));
  EXPECT_TRUE(harness.status().ok());
}

TEST(TimestampOperatorTest, WhenParallelismChangesThenTheLeastAdvancedSubtaskCounts) {
  std::vector<testing::HarnessSnapshot> snapshots;
  for (std::uint32_t subtask = 0; subtask < 2; ++subtask) {
    OperatorHarness<Event, Event> harness(MakeTimestamps(Millis(100)),
                                          {.subtask = subtask, .parallelism = 2});
    harness.Process({1, "", {1000 + 1000 * subtask}});
    snapshots.push_back(harness.Snapshot());
  }
  for (const std::uint32_t parallelism : {1U, 3U}) {
    OperatorHarness<Event, Event> harness(MakeTimestamps(Millis(100)), {.parallelism = parallelism},
                                          snapshots);
    harness.Process({2, "", {500}});
    EXPECT_EQ(harness.watermarks(), (std::vector<Timestamp>{{899}}));
  }
  OperatorHarness<Event, Event> same(MakeTimestamps(Millis(100)), {.subtask = 1, .parallelism = 2},
                                     snapshots);
  same.Process({2, "", {500}});
  EXPECT_EQ(same.watermarks(), (std::vector<Timestamp>{{1899}}));
}

TEST(TimestampOperatorTest, WhenStateIsDamagedThenRestoreFails) {
  OperatorHarness<Event, Event> harness(MakeTimestamps(Millis(100)));
  EXPECT_EQ(harness.op().Restore(testing::RestoreOf("1234567")).code(), ErrorCode::kCorruption);
}

}  // namespace
}  // namespace penstock
