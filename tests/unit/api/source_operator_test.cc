#include "api/runtime/source_operator.h"

#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "connectors/basic/sequence_source.h"
#include "tests/support/operator_harness.h"

namespace penstock {
namespace {

using testing::HarnessSetup;
using testing::OperatorHarness;
using Numbers = std::vector<std::uint64_t>;

std::uint64_t Same(std::uint64_t i) { return i; }
using Sequence = SequenceSource<decltype(&Same)>;
using Harness = OperatorHarness<std::uint64_t, std::uint64_t>;

Harness::Make MakeSource(Sequence source) {
  auto shared = std::make_shared<const Sequence>(std::move(source));
  return [shared] { return std::make_unique<SourceOperatorOf<std::uint64_t>>(shared); };
}

Numbers UpTo(std::uint64_t count) {
  Numbers numbers;
  for (std::uint64_t i = 0; i < count; ++i) numbers.push_back(i);
  return numbers;
}

/// What one of its splits reads, as said: "fail", "wait", "end" or a number.
class ScriptedSource final : public Source<std::string> {
 public:
  explicit ScriptedSource(std::vector<std::vector<std::string>> splits)
      : splits_(std::move(splits)) {}

  std::string name() const override { return "scripted"; }
  Delivery delivery() const override { return Delivery::kReplayable; }
  Status Validate(FileSystem&) const override { return Status::Ok(); }
  Result<std::vector<SourceSplit>> Splits(OperatorContext&) const override {
    if (splits_.empty()) return Status::NotFound("no splits");
    std::vector<SourceSplit> splits;
    for (std::size_t i = 0; i < splits_.size(); ++i) splits.push_back({std::to_string(i), ""});
    return splits;
  }
  Result<std::unique_ptr<SplitReader<std::string>>> NewReader(
      OperatorContext&, const SourceSplit& split) const override {
    return std::unique_ptr<SplitReader<std::string>>(
        std::make_unique<Reader>(splits_[std::stoul(split.id)]));
  }

 private:
  class Reader final : public SplitReader<std::string> {
   public:
    explicit Reader(std::vector<std::string> script) : script_(std::move(script)) {}
    Result<ReadResult> Read(TypedBatch<std::string>& batch) override {
      if (next_ == script_.size()) return ReadResult::kEnd;
      const std::string& step = script_[next_++];
      if (step == "fail") return Status::External("disk on fire");
      if (step == "wait") return ReadResult::kNothingYet;
      batch.Append(step, {});
      return ReadResult::kMore;
    }
    void SnapshotPosition(std::string&) const override {}

   private:
    const std::vector<std::string> script_;
    std::size_t next_ = 0;
  };

  const std::vector<std::vector<std::string>> splits_;
};

OperatorHarness<std::string, std::string>::Make MakeScripted(
    std::vector<std::vector<std::string>> splits) {
  auto source = std::make_shared<const ScriptedSource>(std::move(splits));
  return [source] { return std::make_unique<SourceOperatorOf<std::string>>(source); };
}

TEST(SourceOperatorTest, WhenPolledToTheEndThenAllRecordsAreReadInOrder) {
  Harness harness(MakeSource(sequence(5000, &Same)));
  EXPECT_EQ(harness.PollAll(), SourcePoll::kExhausted);
  EXPECT_EQ(harness.values(), UpTo(5000));
  EXPECT_EQ(harness.counter("numRecordsOut"), 5000u);
  EXPECT_EQ(harness.Poll(), SourcePoll::kExhausted);
}

TEST(SourceOperatorTest, WhenRestoredAfterEveryPollThenNothingIsLostOrRepeated) {
  Harness harness(MakeSource(sequence(5000, &Same).splits(3)), {.restore_after_every_call = true});
  EXPECT_EQ(harness.PollAll(), SourcePoll::kExhausted);
  Numbers values = harness.values();
  std::sort(values.begin(), values.end());
  EXPECT_EQ(values, UpTo(5000));
  EXPECT_TRUE(harness.status().ok()) << harness.status().message();
}

TEST(SourceOperatorTest, WhenRestoredFromAnEarlierSnapshotThenItReadsOnFromThere) {
  Harness harness(MakeSource(sequence(5000, &Same)));
  harness.Poll();
  const std::size_t before = harness.records().size();
  const testing::HarnessSnapshot snapshot = harness.Snapshot();
  harness.PollAll();
  harness.Restore(snapshot);
  harness.PollAll();
  EXPECT_EQ(harness.records().size(), 5000 + 5000 - before);
  EXPECT_EQ(harness.records()[5000].record, before);
}

TEST(SourceOperatorTest, WhenParallelThenSubtasksShareTheSplits) {
  Numbers all;
  for (std::uint32_t subtask = 0; subtask < 2; ++subtask) {
    Harness harness(MakeSource(sequence(1000, &Same).splits(3)),
                    {.subtask = subtask, .parallelism = 2});
    harness.PollAll();
    const Numbers values = harness.values();
    all.insert(all.end(), values.begin(), values.end());
  }
  std::sort(all.begin(), all.end());
  EXPECT_EQ(all, UpTo(1000));
}

TEST(SourceOperatorTest, WhenThereAreFewerSplitsThanSubtasksThenTheOthersAreExhausted) {
  Harness harness(MakeSource(sequence(1000, &Same)), {.subtask = 1, .parallelism = 2});
  EXPECT_EQ(harness.Poll(), SourcePoll::kExhausted);
  harness.SnapshotAndRestore();
  EXPECT_EQ(harness.Poll(), SourcePoll::kExhausted);
  EXPECT_TRUE(harness.records().empty());
}

TEST(SourceOperatorTest, WhenRateIsLimitedThenRecordsComeAsTimePasses) {
  Harness harness(MakeSource(sequence(25, &Same).rate(10)));
  EXPECT_EQ(harness.PollAll(), SourcePoll::kNothingYet);
  EXPECT_TRUE(harness.records().empty());
  const auto next = static_cast<SourceOperator&>(harness.op()).next_poll();
  EXPECT_EQ(next - harness.clock().Now(), std::chrono::milliseconds(100));
  harness.clock().Advance(std::chrono::seconds(1));
  EXPECT_EQ(harness.PollAll(), SourcePoll::kNothingYet);
  EXPECT_EQ(harness.values(), UpTo(10));
  harness.clock().Advance(std::chrono::seconds(2));
  EXPECT_EQ(harness.PollAll(), SourcePoll::kExhausted);
  EXPECT_EQ(harness.values(), UpTo(25));
}

TEST(SourceOperatorTest, WhenASplitHasNothingYetThenTheNextOneGoesOn) {
  OperatorHarness<std::string, std::string> harness(MakeScripted({{"a", "wait", "b"}, {"c"}}));
  EXPECT_EQ(harness.PollAll(), SourcePoll::kNothingYet);
  EXPECT_EQ(harness.values(), (std::vector<std::string>{"a", "c"}));
  harness.clock().Advance(std::chrono::milliseconds(1));
  EXPECT_EQ(harness.PollAll(), SourcePoll::kExhausted);
  EXPECT_EQ(harness.values(), (std::vector<std::string>{"a", "c", "b"}));
}

TEST(SourceOperatorTest, WhenReadingFailsThenTheAttemptFailsNamingTheSplit) {
  OperatorHarness<std::string, std::string> harness(MakeScripted({{"a"}, {"fail"}}));
  EXPECT_EQ(harness.PollAll(), SourcePoll::kNothingYet);
  EXPECT_EQ(harness.status().message(), "split 1: disk on fire");
}

TEST(SourceOperatorTest, WhenSplitsCannotBeListedThenTheAttemptFails) {
  OperatorHarness<std::string, std::string> harness(MakeScripted({}));
  harness.Poll();
  EXPECT_EQ(harness.status().code(), ErrorCode::kNotFound);
}

TEST(SourceOperatorTest, WhenStateIsDamagedThenRestoreFails) {
  Harness harness(MakeSource(sequence(10, &Same)));
  std::string state = harness.Snapshot().state;
  for (const std::string& damaged : {std::string(), state.substr(1), state + "x"}) {
    Harness fresh(MakeSource(sequence(10, &Same)));
    EXPECT_EQ(fresh.op().Restore(damaged).code(), ErrorCode::kCorruption);
  }
}

}  // namespace
}  // namespace penstock
