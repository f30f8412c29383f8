#include "api/runtime/sink_operator.h"

#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "connectors/basic/print_sink.h"
#include "tests/support/operator_harness.h"

namespace penstock {
namespace {

using testing::HarnessSetup;
using testing::HarnessSnapshot;
using testing::OperatorHarness;

/// What is outside of the process: survives every instance.
struct Outside {
  std::vector<std::string> log;
  Status commit_error;
};

/// Pre-commits what was written since the last checkpoint as one unit; its state counts the units,
/// over all subtasks when they change.
class LoggingSink final : public Sink<std::string> {
 public:
  LoggingSink(Outside& outside, bool any_parallelism)
      : outside_(outside), any_parallelism_(any_parallelism) {}

  std::string name() const override { return "logging"; }
  Delivery delivery() const override { return Delivery::kTransactional; }
  Status Validate(FileSystem&) const override { return Status::Ok(); }
  Result<std::unique_ptr<SinkWriter<std::string>>> NewWriter(
      OperatorContext&, std::string_view state) const override {
    return std::unique_ptr<SinkWriter<std::string>>(std::make_unique<Writer>(outside_, state));
  }
  Result<std::unique_ptr<SinkWriter<std::string>>> RestoreWriter(
      OperatorContext& context, const OperatorRestore& writers) const override {
    if (!any_parallelism_) return Sink::RestoreWriter(context, writers);
    int units = 0;
    for (const auto& writer : writers.Considered()) units += std::stoi(std::string(writer.bytes));
    return NewWriter(context, std::to_string(units));
  }

 private:
  class Writer final : public SinkWriter<std::string> {
   public:
    Writer(Outside& outside, std::string_view state)
        : outside_(outside), units_(state.empty() ? 0 : std::stoi(std::string(state))) {
      outside_.log.push_back("open " + std::string(state));
    }
    Status Write(const TypedBatch<std::string>& batch) override {
      for (std::size_t i = 0; i < batch.size(); ++i) {
        if (batch[i] == "bad") return Status::External("disk full");
        content_ += batch[i];
      }
      return Status::Ok();
    }
    Status PreCommit(CheckpointId, std::vector<std::string>& committables) override {
      if (content_.empty()) return Status::Ok();
      committables.push_back(std::to_string(units_++) + ":" + content_);
      content_.clear();
      return Status::Ok();
    }
    Status Commit(std::string_view committable) override {
      if (!outside_.commit_error.ok()) return outside_.commit_error;
      outside_.log.push_back("commit " + std::string(committable));
      return Status::Ok();
    }
    void SnapshotState(std::string& state) const override { state = std::to_string(units_); }
    Status Close() override {
      outside_.log.push_back("close");
      return Status::Ok();
    }

   private:
    Outside& outside_;
    int units_;
    std::string content_;
  };

  Outside& outside_;
  const bool any_parallelism_;
};

class SinkOperatorTest : public ::testing::Test {
 protected:
  using Log = std::vector<std::string>;

  using Harness = OperatorHarness<std::string, std::string>;

  /// A checkpoint in which each subtask has "a<subtask>" pending.
  std::vector<HarnessSnapshot> PendingOf(std::uint32_t parallelism) {
    std::vector<HarnessSnapshot> snapshots;
    for (std::uint32_t subtask = 0; subtask < parallelism; ++subtask) {
      Harness harness(make_, {.subtask = subtask, .parallelism = parallelism});
      harness.Process("a" + std::to_string(subtask));
      snapshots.push_back(harness.Snapshot());
    }
    outside_.log.clear();
    return snapshots;
  }

  Outside outside_;
  bool any_parallelism_ = true;
  Harness::Make make_ = [this] {
    return std::make_unique<SinkOperatorOf<std::string>>(
        std::make_shared<const LoggingSink>(outside_, any_parallelism_));
  };
  Harness harness_{make_};
};

TEST_F(SinkOperatorTest, WhenCheckpointIsDecidedThenItsUnitsAreCommittedOnce) {
  harness_.Process("a");
  const auto snapshot = harness_.Snapshot();
  EXPECT_EQ(outside_.log, (Log{"open "}));
  harness_.NotifyCompleted(snapshot.checkpoint);
  harness_.NotifyCompleted(snapshot.checkpoint);
  EXPECT_EQ(outside_.log, (Log{"open ", "commit 0:a"}));
  EXPECT_EQ(harness_.counter("numRecordsIn"), 1u);
}

TEST_F(SinkOperatorTest, WhenALaterCheckpointIsDecidedThenEarlierUnitsAreCommittedInOrder) {
  harness_.Process("a");
  harness_.Snapshot();
  harness_.Process("b");
  const auto second = harness_.Snapshot();
  harness_.Process("c");
  harness_.Snapshot();
  harness_.NotifyCompleted(second.checkpoint);
  EXPECT_EQ(outside_.log, (Log{"open ", "commit 0:a", "commit 1:b"}));
}

TEST_F(SinkOperatorTest, WhenRestoredThenPendingUnitsAreCommittedBeforeTheFirstRecord) {
  harness_.Process("a");
  harness_.Snapshot();
  harness_.Process("b");
  const auto second = harness_.Snapshot();
  harness_.Process("lost with the crash");
  harness_.Restore(second);
  EXPECT_EQ(outside_.log, (Log{"open ", "open 2", "commit 0:a", "commit 1:b"}));
  harness_.Process("c");
  harness_.NotifyCompleted(harness_.Snapshot().checkpoint);
  EXPECT_EQ(outside_.log.back(), "commit 2:c");
  EXPECT_EQ(outside_.log.size(), 5u);
}

TEST_F(SinkOperatorTest, WhenUnitsAreCommittedThenLaterSnapshotsForgetThem) {
  harness_.Process("a");
  harness_.NotifyCompleted(harness_.Snapshot().checkpoint);
  harness_.SnapshotAndRestore();
  EXPECT_EQ(outside_.log, (Log{"open ", "commit 0:a", "open 1"}));
}

TEST_F(SinkOperatorTest, WhenNothingCameThenSnapshotAndRestoreWork) {
  harness_.SnapshotAndRestore();
  harness_.Close();
  EXPECT_EQ(outside_.log, (Log{"open ", "open 0", "close"}));
  EXPECT_TRUE(harness_.status().ok());
}

TEST_F(SinkOperatorTest, WhenCommitFailsThenItIsAnErrorAndTheUnitStaysPending) {
  harness_.Process("a");
  const auto snapshot = harness_.Snapshot();
  outside_.commit_error = Status::External("cannot rename");
  EXPECT_FALSE(harness_.op().NotifyCheckpointCompleted(snapshot.checkpoint).ok());
  outside_.commit_error = Status::Ok();
  harness_.NotifyCompleted(snapshot.checkpoint);
  EXPECT_EQ(outside_.log.back(), "commit 0:a");
}

TEST_F(SinkOperatorTest, WhenWritingFailsThenTheAttemptFails) {
  harness_.Process("bad");
  EXPECT_EQ(harness_.status().message(), "disk full");
}

TEST_F(SinkOperatorTest, WhenThereAreFewerSubtasksThenEachPendingUnitIsCommittedByOne) {
  const auto snapshots = PendingOf(3);
  Harness first(make_, {.subtask = 0, .parallelism = 2}, snapshots);
  EXPECT_EQ(outside_.log, (Log{"open 3", "commit 0:a0", "commit 0:a2"}));
  outside_.log.clear();
  Harness second(make_, {.subtask = 1, .parallelism = 2}, snapshots);
  EXPECT_EQ(outside_.log, (Log{"open 3", "commit 0:a1"}));
}

TEST_F(SinkOperatorTest, WhenThereAreMoreSubtasksThenEachPendingUnitIsCommittedByOne) {
  const auto snapshots = PendingOf(2);
  for (std::uint32_t subtask = 0; subtask < 3; ++subtask) {
    Harness harness(make_, {.subtask = subtask, .parallelism = 3}, snapshots);
    EXPECT_TRUE(harness.status().ok());
  }
  EXPECT_EQ(outside_.log, (Log{"open 2", "commit 0:a0", "open 2", "commit 0:a1", "open 2"}));
}

TEST_F(SinkOperatorTest, WhenTheSinkCannotChangeItsParallelismThenTheRestoreSaysWhatItWas) {
  const auto snapshots = PendingOf(2);
  any_parallelism_ = false;
  const Harness harness(make_, {.subtask = 0, .parallelism = 3}, snapshots);
  EXPECT_EQ(harness.status().message(),
            "sink \"logging\" was written with parallelism 2 and cannot go on with 3");
  EXPECT_EQ(outside_.log, Log{});
}

TEST_F(SinkOperatorTest, WhenTheCheckpointDoesNotKnowItThenItBeginsAfresh) {
  Harness harness(make_, {}, {});
  harness.Process("a");
  EXPECT_TRUE(harness.status().ok());
  EXPECT_EQ(outside_.log, (Log{"open ", "open "}));
}

TEST_F(SinkOperatorTest, WhenStateIsDamagedThenRestoreFails) {
  harness_.Process("a");
  const std::string state = harness_.Snapshot().state;
  for (const std::string& damaged : {std::string(), state.substr(1), state + "x"}) {
    SinkOperatorOf<std::string> fresh(std::make_shared<const LoggingSink>(outside_, true));
    EXPECT_EQ(fresh.Restore(testing::RestoreOf(damaged)).code(), ErrorCode::kCorruption);
  }
}

TEST(PrintSinkTest, WhenRecordIsShownThenItsPartsAreSeparatedByCommas) {
  struct Row {
    std::string name;
    int count;
    double mean;
    bool ok;
    Timestamp at;
    std::vector<int> list;
    std::optional<int> none;
  };
  std::string line;
  internal::AppendShown(Row{"JFK", 3, 2.5, true, {7}, {1, 2}, std::nullopt}, line);
  EXPECT_EQ(line, "JFK, 3, 2.5, true, 7, 1, 2, -");
}

}  // namespace
}  // namespace penstock
