#include "api/runtime/source_operator.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "connectors/basic/sequence_source.h"
#include "tests/support/operator_harness.h"

namespace penstock {
namespace {

using testing::HarnessSetup;
using testing::HarnessSnapshot;
using testing::OperatorHarness;
using Numbers = std::vector<std::uint64_t>;

std::uint64_t Same(std::uint64_t i) { return i; }
using Sequence = SequenceSource<decltype(&Same)>;
using Harness = OperatorHarness<std::uint64_t, std::uint64_t>;

Harness::Make MakeSource(Sequence source) {
  auto shared = std::make_shared<const Sequence>(std::move(source));
  return [shared] { return std::make_unique<SourceOperatorOf<std::uint64_t>>(shared); };
}

/// The ids of the splits in the state of a source, with whether they are done.
std::map<std::string, bool> SplitsIn(const HarnessSnapshot& snapshot) {
  std::map<std::string, bool> splits;
  ByteReader in(snapshot.state);
  in.Fixed<std::uint32_t>();
  for (auto count = in.Fixed<std::uint32_t>(); count > 0; --count) {
    const std::string id(in.String());
    in.String();
    splits.emplace(id, in.Fixed<std::uint8_t>() != 0);
    in.Fixed<std::int64_t>();
  }
  return splits;
}

/// All subtasks of a source, of which each has polled some times.
std::vector<HarnessSnapshot> SnapshotsOf(const Harness::Make& make, std::uint32_t parallelism,
                                         std::mt19937_64& random, Numbers& read) {
  std::vector<HarnessSnapshot> snapshots;
  for (std::uint32_t subtask = 0; subtask < parallelism; ++subtask) {
    Harness harness(make, {.subtask = subtask, .parallelism = parallelism});
    for (auto polls = random() % 6; polls > 0; --polls) harness.Poll();
    for (const std::uint64_t number : harness.values()) read.push_back(number);
    snapshots.push_back(harness.Snapshot());
  }
  return snapshots;
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

TEST(SourceOperatorTest, WhenParallelismChangesThenSplitsAreDealtInOrder) {
  const auto make = MakeSource(sequence(1000, &Same).splits(5));
  std::vector<HarnessSnapshot> two;  // subtask 0 has splits 0, 2, 4 and subtask 1 has 1, 3
  for (std::uint32_t subtask = 0; subtask < 2; ++subtask) {
    two.push_back(Harness(make, {.subtask = subtask, .parallelism = 2}).Snapshot());
  }
  const std::vector<std::map<std::string, bool>> expected{
      {{"0", false}, {"1", false}}, {{"2", false}, {"3", false}}, {{"4", false}}};
  std::vector<HarnessSnapshot> three;
  for (std::uint32_t subtask = 0; subtask < 3; ++subtask) {
    Harness harness(make, {.subtask = subtask, .parallelism = 3}, two);
    three.push_back(harness.Snapshot());
    EXPECT_EQ(SplitsIn(three.back()), expected[subtask]);
  }
  Harness one(make, {}, three);
  one.PollAll();
  Numbers values = one.values();
  std::sort(values.begin(), values.end());
  EXPECT_EQ(values, UpTo(1000));
}

TEST(SourceOperatorTest, WhenParallelismChangesAtRandomThenEachRecordIsReadOnce) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    const auto splits = static_cast<std::uint32_t>(1 + random() % 9);
    const auto before = static_cast<std::uint32_t>(1 + random() % 6);
    const auto after = static_cast<std::uint32_t>(1 + random() % 6);
    const auto make = MakeSource(sequence(20'000, &Same).splits(splits));
    Numbers read;
    const auto snapshots = SnapshotsOf(make, before, random, read);
    std::map<std::string, bool> known;
    for (std::uint32_t subtask = 0; subtask < after; ++subtask) {
      Harness harness(make, {.subtask = subtask, .parallelism = after}, snapshots);
      for (const auto& split : SplitsIn(harness.Snapshot())) {
        EXPECT_TRUE(known.insert(split).second) << "split " << split.first << " is at two subtasks";
      }
      harness.PollAll();
      for (const std::uint64_t number : harness.values()) read.push_back(number);
      EXPECT_TRUE(harness.status().ok()) << harness.status().message();
    }
    EXPECT_EQ(known.size(), splits) << "those that are done included";
    std::sort(read.begin(), read.end());
    EXPECT_EQ(read, UpTo(20'000));
  }
}

TEST(SourceOperatorTest, WhenASequenceIsGivenOtherSplitsThenItsOldOnesGoOn) {
  Harness harness(MakeSource(sequence(5000, &Same).splits(3)));
  harness.Poll();
  const std::vector<HarnessSnapshot> snapshots{harness.Snapshot()};
  Harness other(MakeSource(sequence(5000, &Same).splits(7)), {}, snapshots);
  other.PollAll();
  Numbers read = harness.values();
  for (const std::uint64_t number : other.values()) read.push_back(number);
  std::sort(read.begin(), read.end());
  EXPECT_EQ(read, UpTo(5000));
}

TEST(SourceOperatorTest, WhenTheCheckpointDoesNotKnowItThenItReadsFromTheBeginning) {
  Harness harness(MakeSource(sequence(100, &Same)), {}, {});
  harness.PollAll();
  EXPECT_EQ(harness.values(), UpTo(100));
}

TEST(SourceOperatorTest, WhenASubtaskIsMissingThenTheRestoreIsRefused) {
  const auto make = MakeSource(sequence(100, &Same).splits(2));
  std::vector<HarnessSnapshot> snapshots;
  snapshots.push_back(Harness(make, {.subtask = 0, .parallelism = 2}).Snapshot());
  Harness harness(make, {}, snapshots);
  EXPECT_EQ(harness.status().code(), ErrorCode::kCorruption);
  EXPECT_EQ(harness.status().message(), "the checkpoint lacks the state of subtask 1 of 2");
}

TEST(SourceOperatorTest, WhenStateIsDamagedThenRestoreFails) {
  Harness harness(MakeSource(sequence(10, &Same)));
  std::string state = harness.Snapshot().state;
  for (const std::string& damaged : {std::string(), state.substr(1), state + "x"}) {
    Harness fresh(MakeSource(sequence(10, &Same)));
    EXPECT_EQ(fresh.op().Restore(testing::RestoreOf(damaged)).code(), ErrorCode::kCorruption);
  }
}

}  // namespace
}  // namespace penstock
