#include "worker/task/task.h"

#include <fstream>
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/worker/task/fakes.h"

namespace penstock {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// What the operators of a test share with it.
struct Shared {
  std::vector<std::string> calls;
  std::map<std::string, std::string> restored;
  std::string value_type = "int64";
  bool throws = false;
  bool throws_in_background = false;
};

/// Emits two batches and ends; counts them in a table.
class TwoBatches final : public SourceOperator {
 public:
  explicit TwoBatches(Shared& shared) : shared_(shared), table_("numbers", shared.value_type) {}

  Status Open(OperatorContext& context, Output& output) override {
    output_ = &output;
    table_.throws = shared_.throws_in_background;
    context.RegisterTable(table_);
    return Status::Ok();
  }
  Status Restore(std::string_view state) override {
    shared_.calls.push_back("restore " + std::string(state));
    shared_.restored = table_.entries;
    return Status::Ok();
  }
  SourcePoll Poll() override {
    if (polled_ == 2) return SourcePoll::kExhausted;
    BlankBatch batch;
    batch.timestamps() = {{polled_}, {polled_}};
    output_->Emit(batch);
    output_->EmitWatermark({++polled_});
    table_.entries["key" + std::to_string(polled_)] = "v";
    return SourcePoll::kMore;
  }
  Clock::MonotonicTime next_poll() const override { return {}; }
  Status SnapshotState(CheckpointId, std::string& state) override {
    state = "polled " + std::to_string(polled_);
    return Status::Ok();
  }
  Status NotifyCheckpointCompleted(CheckpointId id) override {
    shared_.calls.push_back("completed " + ToString(id));
    return Status::Ok();
  }
  Status Close() override {
    shared_.calls.push_back("close");
    return Status::Ok();
  }

 private:
  Shared& shared_;
  TextTable table_;
  Output* output_ = nullptr;
  std::int64_t polled_ = 0;
};

class PassOn final : public Operator {
 public:
  explicit PassOn(Shared& shared) : shared_(shared) {}
  Status Open(OperatorContext&, Output& output) override {
    output_ = &output;
    return Status::Ok();
  }
  void ProcessBatch(Batch& batch) override {
    if (shared_.throws) throw std::runtime_error("no such airport");
    output_->Emit(batch);
  }
  void ProcessWatermark(Timestamp watermark) override { output_->EmitWatermark(watermark); }

 private:
  Shared& shared_;
  Output* output_ = nullptr;
};

/// Plays the coordinator: when the source ends, a final checkpoint is taken and completed.
class FinalCheckpoint final : public TaskListener {
 public:
  void OnDeployed(SubtaskId) override {
    task->Post(StartTasks{});
    if (stop) task->Post(*stop);
  }
  void OnExhausted(SubtaskId) override { task->Post(TriggerMail{{CheckpointId(1), true, ""}, 0}); }
  void OnAcknowledged(CheckpointAcknowledged acknowledged) override {
    snapshot = acknowledged.snapshot;
    task->Post(CheckpointCompleted{CheckpointId(1), true});
  }
  void OnDeclined(CheckpointDeclined declined) override { error = declined.reason; }
  void OnFinished(SubtaskId) override { finished = true; }
  void OnFailed(HostFailed failed) override {
    error = failed.error;
    operator_name = failed.operator_name;
  }

  Task* task = nullptr;
  std::optional<StopSources> stop;  // before the first record
  TaskSnapshot snapshot;
  bool finished = false;
  Status error;
  std::string operator_name;
};

class TaskTest : public ::testing::Test {
 protected:
  TaskTest() {
    std::filesystem::create_directories(directory());
    vertex_.operators = {{.index = 0, .name = "numbers", .uid = "numbers", .kind = "source"},
                         {.index = 1, .name = "pass on", .kind = "transform", .input = 0}};
    specs_.resize(2);
    specs_[0].make = [this] { return std::make_unique<TwoBatches>(shared_); };
    specs_[1].make = [this] { return std::make_unique<PassOn>(shared_); };
  }

  std::string directory() const { return scratch_.path() + "/1"; }

  /// Runs a task on this thread to its end.
  void Run(std::optional<TaskRestorePoint> restore = std::nullopt) {
    std::vector<std::unique_ptr<OutputChannel>> channels;
    channels.push_back(std::make_unique<RecordingChannel>(sent_));
    TaskParts parts{.identity = {JobId(1, 2),
                                 "job",
                                 Generation(1),
                                 {},
                                 1,
                                 16,
                                 false,
                                 PosixFileSystem(),
                                 SystemClock::Instance()},
                    .vertex = vertex_,
                    .specs = specs_,
                    .signal = std::make_unique<TaskSignal>(),
                    .input = nullptr,
                    .edges = {},
                    .restore = std::move(restore),
                    .buffer_timeout = std::chrono::hours(1),
                    .pending_directory = scratch_.path()};
    parts.edges.push_back({1, std::make_unique<PartitionOutput>(std::move(channels), edge_,
                                                                Distribution::kRebalance, 16, 0)});
    Task task(std::move(parts), executor_, listener_);
    listener_.task = &task;
    task.Run();
  }

  TaskRestorePoint FinalRestore() const { return {directory(), listener_.snapshot, true}; }

  ScratchDirectory scratch_;
  Shared shared_;
  JobVertex vertex_;
  std::vector<OperatorSpec> specs_;
  BlankEdge edge_;
  InlineExecutor executor_;
  FinalCheckpoint listener_;
  std::vector<std::string> sent_;
};

TEST_F(TaskTest, WhenASourceEndsThenItsLastElementsAreSentInOrderAndItFinishes) {
  Run();
  EXPECT_TRUE(listener_.error.ok()) << listener_.error.message();
  EXPECT_TRUE(listener_.finished);
  ASSERT_GE(sent_.size(), 3U);
  EXPECT_EQ(sent_.front().substr(0, 7), "records");
  EXPECT_EQ(sent_[sent_.size() - 2], "watermark max");
  EXPECT_EQ(sent_.back(), "barrier 1 final");
  EXPECT_THAT(shared_.calls, ElementsAre("completed 1", "close"));
}

TEST_F(TaskTest, WhenASourceIsStoppedThenOnlyDrainingSendsTheMaximumWatermark) {
  listener_.stop = StopSources{.drain = false};
  Run();
  EXPECT_THAT(sent_, ElementsAre("barrier 1 final"));
  sent_.clear();
  listener_.stop = StopSources{.drain = true};
  Run();
  EXPECT_THAT(sent_, ElementsAre("watermark max", "barrier 1 final"));
  EXPECT_TRUE(listener_.finished);
}

TEST_F(TaskTest, WhenAFinalCheckpointIsRestoredThenStateIsBackAndNothingIsSent) {
  Run();
  sent_.clear();
  shared_.calls.clear();
  Run(FinalRestore());
  EXPECT_TRUE(listener_.error.ok()) << listener_.error.message();
  EXPECT_THAT(shared_.calls, ElementsAre("restore polled 2", "close"));
  EXPECT_EQ(shared_.restored, (std::map<std::string, std::string>{{"key1", "v"}, {"key2", "v"}}));
  EXPECT_TRUE(sent_.empty());
}

TEST_F(TaskTest, WhenAFieldHasChangedThenTheRestoreIsRefusedAndBothListsAreShown) {
  Run();
  shared_.value_type = "double";
  Run(FinalRestore());
  EXPECT_THAT(listener_.error.message(), HasSubstr("(n int64)"));
  EXPECT_THAT(listener_.error.message(), HasSubstr("(n double)"));
}

TEST_F(TaskTest, WhenAnOperatorIsUnknownToTheSnapshotThenTheRestoreNamesBoth) {
  Run();
  vertex_.operators[0].uid = "renamed";
  Run(FinalRestore());
  EXPECT_THAT(listener_.error.message(), HasSubstr("'numbers'"));
  EXPECT_THAT(listener_.error.message(), HasSubstr("'renamed'"));
}

TEST_F(TaskTest, WhenAByteOfAnyFileIsFlippedThenTheRestoreIsRefused) {
  Run();
  for (const SnapshotFile& file : listener_.snapshot.files) {
    const std::string path = directory() + "/" + file.name;
    std::string bytes = ReadFile(PosixFileSystem(), path).value();
    bytes[bytes.size() / 2] ^= 1;
    std::ofstream(path, std::ios::binary) << bytes;
    listener_.error = Status::Ok();
    Run(FinalRestore());
    EXPECT_EQ(listener_.error.code(), ErrorCode::kCorruption) << path;
    bytes[bytes.size() / 2] ^= 1;
    std::ofstream(path, std::ios::binary) << bytes;
  }
}

TEST_F(TaskTest, WhenDecodingARecordThrowsThenTheErrorNamesTheReadingOperator) {
  const TaskIdentity identity{JobId(1, 2),
                              "job",
                              Generation(1),
                              {},
                              1,
                              16,
                              false,
                              PosixFileSystem(),
                              SystemClock::Instance()};
  JobVertex vertex;
  vertex.operators = {{.index = 1, .name = "pass on", .kind = "transform"}};
  OperatorChain chain(identity, vertex, {});
  ASSERT_TRUE(chain.Open(specs_).ok());
  BlankBatch batch;
  const Status status = chain.ProcessEncoded(BlankType(), {"bytes", 1}, batch);
  EXPECT_THAT(status.message(), HasSubstr("operator 'pass on'"));
  EXPECT_THAT(status.message(), HasSubstr("cannot decode this"));
}

TEST_F(TaskTest, WhenUserCodeThrowsThenTheErrorNamesItsOperator) {
  shared_.throws = true;
  Run();
  EXPECT_FALSE(listener_.finished);
  EXPECT_EQ(listener_.operator_name, "pass on");
  EXPECT_THAT(listener_.error.message(), HasSubstr("no such airport"));
}

TEST_F(TaskTest, WhenWritingTheStateThrowsThenTheCheckpointIsDeclinedAndTheTaskLives) {
  shared_.throws_in_background = true;
  struct TwoCheckpoints final : TaskListener {
    void OnDeployed(SubtaskId) override {
      task->Post(TriggerMail{{CheckpointId(1), false, ""}, 0});
    }
    void OnExhausted(SubtaskId) override {}
    void OnAcknowledged(CheckpointAcknowledged) override { task->Cancel(); }
    void OnDeclined(CheckpointDeclined declined) override {
      reasons.push_back(declined.reason.message());
      if (reasons.size() == 2) return task->Cancel();
      task->Post(TriggerMail{{CheckpointId(2), false, ""}, 0});
    }
    void OnFinished(SubtaskId) override {}
    void OnFailed(HostFailed) override {}
    Task* task = nullptr;
    std::vector<std::string> reasons;
  } listener;
  Task task({.identity = {JobId(1, 2),
                          "job",
                          Generation(1),
                          {},
                          1,
                          16,
                          false,
                          PosixFileSystem(),
                          SystemClock::Instance()},
             .vertex = vertex_,
             .specs = specs_,
             .signal = std::make_unique<TaskSignal>(),
             .input = nullptr,
             .edges = {},
             .restore = std::nullopt,
             .pending_directory = scratch_.path()},
            executor_, listener);
  listener.task = &task;
  task.Run();
  EXPECT_THAT(listener.reasons, ::testing::Each(HasSubstr("cannot encode this")));
  EXPECT_EQ(listener.reasons.size(), 2U);  // the second one was begun, so the first is over
}

TEST_F(TaskTest, WhenTheSnapshotCannotBeWrittenThenItIsDeclined) {
  std::filesystem::remove_all(directory());
  struct Ending final : TaskListener {
    void OnDeployed(SubtaskId) override {
      task->Post(TriggerMail{{CheckpointId(1), false, ""}, 0});
    }
    void OnExhausted(SubtaskId) override {}
    void OnAcknowledged(CheckpointAcknowledged) override { task->Cancel(); }
    void OnDeclined(CheckpointDeclined d) override {
      reason = d.reason;
      task->Cancel();
    }
    void OnFinished(SubtaskId) override {}
    void OnFailed(HostFailed) override {}
    Task* task = nullptr;
    Status reason;
  } ending;
  Task task({.identity = {JobId(1, 2),
                          "job",
                          Generation(1),
                          {},
                          1,
                          16,
                          false,
                          PosixFileSystem(),
                          SystemClock::Instance()},
             .vertex = vertex_,
             .specs = specs_,
             .signal = std::make_unique<TaskSignal>(),
             .input = nullptr,
             .edges = {},
             .restore = std::nullopt,
             .pending_directory = scratch_.path()},
            executor_, ending);
  ending.task = &task;
  task.Run();
  EXPECT_FALSE(ending.reason.ok());
}

}  // namespace
}  // namespace penstock
