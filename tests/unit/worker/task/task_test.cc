#include "worker/task/task.h"

#include <algorithm>
#include <atomic>
#include <fstream>
#include <functional>
#include <optional>

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
  explicit TwoBatches(Shared& shared) : shared_(shared) {}

  Status Open(OperatorContext& context, Output& output) override {
    output_ = &output;
    MoodyText::throws = shared_.throws_in_background;
    table_.emplace(StateDescriptor{"numbers",
                                   "count",
                                   "value",
                                   FingerprintOf<std::string>(),
                                   {},
                                   {{"n", shared_.value_type}}},
                   context.key_groups(), context.max_parallelism());
    context.RegisterTable(*table_);
    return Status::Ok();
  }
  Status Restore(const OperatorRestore& restore) override {
    shared_.calls.push_back("restore " + std::string(restore.states.at(0).bytes));
    for (const std::string key : {"key1", "key2", "key3"}) {
      if (auto* entry = table_->Find(key, hasher_(key))) shared_.restored[key] = entry->value();
    }
    return Status::Ok();
  }
  SourcePoll Poll() override {
    if (polled_ == 2) return SourcePoll::kExhausted;
    BlankBatch batch;
    batch.timestamps() = {{polled_}, {polled_}};
    output_->Emit(batch);
    output_->EmitWatermark({++polled_});
    const std::string key = "key" + std::to_string(polled_);
    table_->Mutable(*table_->GetOrCreate(key, hasher_(key)).first) = "v";
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
  std::optional<TextTable> table_;
  KeyHasher<std::string> hasher_;
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
  void Run(std::shared_ptr<const RestoredCheckpoint> restore = nullptr) {
    std::vector<std::unique_ptr<OutputChannel>> channels;
    channels.push_back(std::make_unique<RecordingChannel>(sent_));
    TaskParts parts{.identity = Identity(),
                    .vertex = vertex_,
                    .specs = specs_,
                    .signal = std::make_unique<TaskSignal>(),
                    .input = nullptr,
                    .edges = {},
                    .restore = std::move(restore),
                    .buffer_timeout = std::chrono::hours(1),
                    .pending_directory = scratch_.path()};
    parts.edges.push_back(
        {1, "", &edge_.record_type(),
         std::make_unique<PartitionOutput>(std::move(channels), edge_, 16, 0, counting_)});
    Task task(std::move(parts), executor_, listener_);
    listener_.task = &task;
    task.Run();
    metrics_ = task.Metrics();
  }

  TaskIdentity Identity() {
    return {.job = JobId(1, 2),
            .job_name = "job",
            .generation = Generation(1),
            .subtask = {},
            .parallelism = 1,
            .max_parallelism = 16,
            .counting = counting_,
            .state_directory = scratch_.path() + "/state-" + std::to_string(++runs_),
            .memory = &memory_,
            .file_system = PosixFileSystem(),
            .clock = *clock_};
  }
  Result<std::shared_ptr<const RestoredCheckpoint>> ReadCheckpoint() const {
    return RestoredCheckpoint::Read(PosixFileSystem(),
                                    {CheckpointId(1), directory(), true, {listener_.snapshot}}, {});
  }
  std::shared_ptr<const RestoredCheckpoint> FinalRestore() const { return *ReadCheckpoint(); }

  ScratchDirectory scratch_;
  StateMemory memory_{64 << 20};
  int runs_ = 0;
  const Clock* clock_ = &SystemClock::Instance();
  Shared shared_;
  JobVertex vertex_;
  std::vector<OperatorSpec> specs_;
  BlankEdge edge_;
  InlineExecutor executor_;
  FinalCheckpoint listener_;
  std::vector<std::string> sent_;
  bool counting_ = true;
  TaskMetrics metrics_;  // after its end
};

TEST_F(TaskTest, WhenRecordsFlowThenTheTaskItsOperatorsAndItsEdgesCountThem) {
  Run();
  const std::uint64_t records = metrics_.counters.at("numRecordsOut");
  EXPECT_GT(records, 0U);
  EXPECT_EQ(metrics_.counters.at("numRecordsIn"), 0U);  // it is a source
  EXPECT_EQ(metrics_.counters.at("numbers.numRecordsOut"), records);
  EXPECT_EQ(metrics_.counters.at("pass on.numRecordsIn"), records);
  EXPECT_EQ(metrics_.counters.at("pass on.numRecordsOut"), records);
  ASSERT_EQ(metrics_.edges.size(), 1U);
  EXPECT_EQ(metrics_.edges[0].records, records);
  EXPECT_EQ(metrics_.output_watermark, Timestamp::Max().millis);
  for (const char* gauge : {"outPoolUsage", "stateBytes", "checkpointStartDelayNanos"}) {
    EXPECT_TRUE(metrics_.gauges.contains(gauge)) << gauge;
  }
  EXPECT_FALSE(metrics_.gauges.contains("inPoolUsage"));
}

TEST_F(TaskTest, WhenMetricsAreSwitchedOffThenThereIsItsWatermarkOnly) {
  counting_ = false;
  Run();
  EXPECT_TRUE(metrics_.counters.empty());
  EXPECT_TRUE(metrics_.gauges.empty());
  EXPECT_TRUE(metrics_.edges.empty());
  EXPECT_EQ(metrics_.watermark, Timestamp::Max().millis);
}

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
  std::filesystem::remove_all(directory());
  std::filesystem::create_directories(directory());
  listener_.stop = StopSources{.drain = true};
  Run();
  EXPECT_THAT(sent_, ElementsAre("watermark max", "barrier 1 final"));
  EXPECT_TRUE(listener_.finished);
}

/// Says that it is idle, and ends.
class IdleSource final : public SourceOperator {
 public:
  Status Open(OperatorContext&, Output& output) override {
    output_ = &output;
    return Status::Ok();
  }
  SourcePoll Poll() override {
    output_->EmitStatus(true);
    output_->EmitWatermark({5});
    return SourcePoll::kExhausted;
  }
  Clock::MonotonicTime next_poll() const override { return {}; }

 private:
  Output* output_ = nullptr;
};

TEST_F(TaskTest, WhenAnIdleSourceEndsThenItIsActiveBeforeItsLastWatermark) {
  specs_[0].make = [] { return std::make_unique<IdleSource>(); };
  Run();
  EXPECT_THAT(sent_,
              ElementsAre("idle", "watermark 5", "active", "watermark max", "barrier 1 final"));
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

/// Its wall clock is set forward by an hour when it is read for the fifth time.
class JumpingClock final : public Clock {
 public:
  MonotonicTime Now() const override { return SystemClock::Instance().Now(); }
  WallTime Wall() const override {
    const std::chrono::hours jump(++reads_ < 5 ? 0 : 1);
    return SystemClock::Instance().Wall() + jump;
  }
  int reads() const { return reads_; }

 private:
  mutable std::atomic<int> reads_{0};
};

/// Has nothing to read until the time it waits for has come, then ends.
class Waiting final : public SourceOperator {
 public:
  Waiting(std::optional<Timestamp> at, std::vector<Timestamp>& fired) : at_(at), fired_(fired) {}
  Status Open(OperatorContext&, Output&) override { return Status::Ok(); }
  SourcePoll Poll() override { return at_ ? SourcePoll::kNothingYet : SourcePoll::kExhausted; }
  Clock::MonotonicTime next_poll() const override {
    return SystemClock::Instance().Now() + std::chrono::minutes(1);
  }
  std::optional<Timestamp> NextProcessingTime() override { return at_; }
  void OnProcessingTime(Timestamp now) override {
    fired_.push_back(now);
    at_.reset();
  }

 private:
  std::optional<Timestamp> at_;
  std::vector<Timestamp>& fired_;
};

TEST_F(TaskTest, WhenAnOperatorWaitsForATimeThenItIsCalledThen) {
  const Timestamp begin{ToMillis(SystemClock::Instance().Wall())};
  for (const Timestamp at : {Timestamp{1}, begin + Millis(20)}) {
    std::vector<Timestamp> fired;
    specs_[0].make = [&] { return std::make_unique<Waiting>(at, fired); };
    Run();
    ASSERT_EQ(fired.size(), 1U);
    EXPECT_GE(fired[0], std::max(at, begin));
    EXPECT_TRUE(listener_.finished);
    std::filesystem::remove_all(directory());
    std::filesystem::create_directories(directory());
  }
}

TEST_F(TaskTest, WhenTheWallClockIsSetForwardThenATaskThatWaitsSeesItWithinASecond) {
  const JumpingClock clock;
  clock_ = &clock;
  std::vector<Timestamp> fired;
  const Timestamp at =
      Timestamp{ToMillis(SystemClock::Instance().Wall())} + std::chrono::minutes(1);
  specs_[0].make = [&] { return std::make_unique<Waiting>(at, fired); };
  Run();
  ASSERT_EQ(fired.size(), 1U);
  EXPECT_GE(fired[0], at);
  EXPECT_LT(clock.reads(), 10) << "it must not spin";
}

TEST_F(TaskTest, WhenAFieldHasChangedThenTheRestoreIsRefusedAndBothTypesAreShown) {
  Run();
  shared_.value_type = "double";
  Run(FinalRestore());
  EXPECT_THAT(listener_.error.message(), HasSubstr("field 'n' was int64 and is double"));
}

TEST_F(TaskTest, WhenStateMatchesNoOperatorThenItIsNamed) {
  Run();
  EXPECT_TRUE(FinalRestore()->CheckClaimed({"numbers", "other"}).ok());
  EXPECT_THAT(FinalRestore()->CheckClaimed({"renamed"}).message(), HasSubstr("'numbers'"));
}

TEST_F(TaskTest, WhenAByteOfAnyFileIsFlippedThenTheRestoreIsRefused) {
  Run();
  for (const SnapshotFile& file : listener_.snapshot.files) {
    const std::string path = directory() + "/" + file.name;
    std::string bytes = ReadFile(PosixFileSystem(), path).value();
    bytes[bytes.size() / 2] ^= 1;
    std::ofstream(path, std::ios::binary) << bytes;
    listener_.error = Status::Ok();
    const auto checkpoint = ReadCheckpoint();
    if (checkpoint.ok()) Run(*checkpoint);
    const Status& error = checkpoint.ok() ? listener_.error : checkpoint.status();
    EXPECT_EQ(error.code(), ErrorCode::kCorruption) << path;
    bytes[bytes.size() / 2] ^= 1;
    std::ofstream(path, std::ios::binary) << bytes;
  }
}

TEST_F(TaskTest, WhenDecodingARecordThrowsThenTheErrorNamesTheReadingOperator) {
  const TaskIdentity identity = Identity();
  JobVertex vertex;
  vertex.operators = {{.index = 1, .name = "pass on", .kind = "transform"}};
  OperatorChain chain(identity, vertex, {});
  ASSERT_TRUE(chain.Open(specs_).ok());
  BlankBatch batch;
  const BlankType type;
  const Status status = chain.ProcessEncoded({0, &type}, {"bytes", 1}, batch);
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
    void OnDeployed(SubtaskId) override { task->Post(StartTasks{}); }
    void OnExhausted(SubtaskId) override {
      task->Post(TriggerMail{{CheckpointId(1), false, ""}, 0});
    }
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
  Task task({.identity = Identity(),
             .vertex = vertex_,
             .specs = specs_,
             .signal = std::make_unique<TaskSignal>(),
             .input = nullptr,
             .edges = {},
             .restore = nullptr,
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
  Task task({.identity = Identity(),
             .vertex = vertex_,
             .specs = specs_,
             .signal = std::make_unique<TaskSignal>(),
             .input = nullptr,
             .edges = {},
             .restore = nullptr,
             .pending_directory = scratch_.path()},
            executor_, ending);
  ending.task = &task;
  task.Run();
  EXPECT_FALSE(ending.reason.ok());
}

}  // namespace
}  // namespace penstock
