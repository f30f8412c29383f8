#include "worker/task/task_input.h"

#include <deque>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/worker/task/fakes.h"

namespace penstock {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Gives what it was given, in order, and remembers what was blocked.
class ListedGate final : public InputGate {
 public:
  struct Log {
    std::vector<std::uint32_t> blocked;
  };
  ListedGate(std::deque<Received> elements, Log& log) : elements_(std::move(elements)), log_(log) {}

  std::uint32_t channel_count() const override { return 2; }
  std::optional<Received> Poll() override {
    if (elements_.empty()) return std::nullopt;
    Received next = std::move(elements_.front());
    elements_.pop_front();
    return next;
  }
  void Recycle(std::uint32_t, std::unique_ptr<Batch>) override {}
  void Block(std::uint32_t channel) override { log_.blocked.push_back(channel); }
  void UnblockAll() override {}
  std::size_t queued_bytes() const override { return 0; }
  std::size_t capacity_bytes() const override { return 0; }

 private:
  std::deque<Received> elements_;
  Log& log_;
};

class CountingReceiver final : public BarrierReceiver {
 public:
  Status OnAligned(const CheckpointBarrier&, std::int64_t) override {
    ++aligned;
    return Status::Ok();
  }
  void OnAborted(CheckpointId) override {}
  int aligned = 0;
};

class TaskInputTest : public ::testing::Test {
 protected:
  /// Both channels reach 10 and their barriers; channel 0 runs ahead to 20 before channel 1's.
  std::vector<Timestamp> WatermarksAtSnapshot(CheckpointMode mode) {
    const CheckpointBarrier barrier{CheckpointId(1), false, 0};
    std::deque<InputGate::Received> elements;
    elements.push_back({0, Watermark{{10}}});
    elements.push_back({0, barrier});
    elements.push_back({0, Watermark{{20}}});
    elements.push_back({1, Watermark{{10}}});
    elements.push_back({1, barrier});
    JobVertex vertex;
    vertex.operators = {{.index = 0, .name = "nothing", .kind = "transform"}};
    OperatorChain chain(identity_, vertex, {});
    std::vector<OperatorSpec> specs(1);
    specs[0].make = [] { return std::make_unique<Nothing>(); };
    EXPECT_TRUE(chain.Open(specs).ok());
    auto gate = std::make_unique<ListedGate>(std::move(elements), log_);
    const std::vector<InputChannelType> channels(gate->channel_count(), {0, &type_});
    TaskInput input(std::move(gate), channels, chain, SystemClock::Instance(), receiver_, mode);
    for (bool worked = true; worked;) EXPECT_TRUE(input.Step(worked).ok());
    EXPECT_EQ(receiver_.aligned, 1);
    return input.watermarks();
  }

  class Nothing final : public Operator {
   public:
    Status Open(OperatorContext&, Output&) override { return Status::Ok(); }
    void ProcessBatch(Batch&) override {}
    void ProcessWatermark(Timestamp) override {}
  };

  const TaskIdentity identity_{.job = JobId(1, 2),
                               .job_name = "job",
                               .generation = Generation(1),
                               .subtask = {},
                               .parallelism = 1,
                               .max_parallelism = 16,
                               .file_system = PosixFileSystem(),
                               .clock = SystemClock::Instance()};
  BlankType type_;
  CountingReceiver receiver_;
  ListedGate::Log log_;
};

TEST_F(TaskInputTest, WhenAtLeastOnceThenASnapshotHasTheWatermarksBeforeTheBarriers) {
  EXPECT_THAT(WatermarksAtSnapshot(CheckpointMode::kAtLeastOnce),
              ElementsAre(Timestamp{10}, Timestamp{10}));
  EXPECT_THAT(log_.blocked, IsEmpty());
}

TEST_F(TaskInputTest, WhenExactlyOnceThenTheFirstChannelIsBlocked) {
  WatermarksAtSnapshot(CheckpointMode::kExactlyOnce);
  EXPECT_THAT(log_.blocked, ElementsAre(0U));
}

}  // namespace
}  // namespace penstock
