// Runs each job whole, as its plugin, at parallelism 1 on one thread, and compares what it commits
// with the golden output or the independent reference.

#include <dlfcn.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "api/runtime/plugin.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/connectors/fake_context.h"

namespace penstock {
namespace {

using testing::FakeContext;

/// One operator and where it emits.
class Node final : public Output {
 public:
  explicit Node(const OperatorSpec& spec) : op(spec.make()) { context.name = spec.uid; }

  void Emit(Batch& batch) override {
    for (std::size_t i = 0; i < readers.size(); ++i) {
      const std::unique_ptr<Batch> copy = i + 1 < readers.size() ? batch.Copy() : nullptr;
      readers[i]->op->ProcessBatch(copy ? *copy : batch);
    }
  }
  void EmitWatermark(Timestamp watermark) override {
    if (watermark <= last_) return;
    last_ = watermark;
    for (Node* reader : readers) reader->op->ProcessWatermark(watermark);
  }
  void EmitStatus(bool) override {}

  FakeContext context;
  std::unique_ptr<Operator> op;
  std::vector<Node*> readers;

 private:
  Timestamp last_ = Timestamp::Min();
};

/// The operators of a job, directly connected.
class LocalJob final : public JobBuilder {
 public:
  std::uint32_t AddOperator(OperatorSpec spec) override {
    nodes_.push_back(std::make_unique<Node>(spec));
    for (const auto& input : spec.inputs)
      nodes_[input.from]->readers.push_back(nodes_.back().get());
    return static_cast<std::uint32_t>(nodes_.size() - 1);
  }
  void Complain(std::string problem) override { ADD_FAILURE() << problem; }
  void DeclareArgument(ArgumentSpec) override {}
  void SetOption(std::string key, std::string) override { ADD_FAILURE() << key; }

  void Run() {
    for (const auto& node : nodes_) Check(node->op->Open(node->context, *node));
    auto& source = static_cast<SourceOperator&>(*nodes_[0]->op);
    for (int polls = 1; source.Poll() == SourcePoll::kMore; ++polls) {
      if (polls % 20 == 0) Checkpoint();
    }
    nodes_[0]->EmitWatermark(Timestamp::Max());
    Checkpoint();
    for (const auto& node : nodes_) {
      Check(node->op->Close());
      Check(node->context.failure);
      EXPECT_EQ(0U, node->context.counters["numLateRecordsDropped"].value());
    }
  }

 private:
  static void Check(const Status& status) { EXPECT_EQ("", status.message()); }
  /// Of what is not in tables.
  void Checkpoint() {
    checkpoint_ = checkpoint_.Next();
    for (const auto& node : nodes_) {
      std::string state;
      Check(node->op->SnapshotState(checkpoint_, state));
    }
    for (const auto& node : nodes_) Check(node->op->NotifyCheckpointCompleted(checkpoint_));
  }

  std::vector<std::unique_ptr<Node>> nodes_;
  CheckpointId checkpoint_;
};

class JobTest : public ::testing::Test {
 protected:
  /// Runs the plugin in this process; it stays loaded.
  static void Run(const std::string& job, const std::map<std::string, std::string>& arguments) {
    void* const plugin = ::dlopen((PENSTOCK_JOBS_BUILD "/" + job + ".so").c_str(), RTLD_NOW);
    ASSERT_NE(nullptr, plugin) << ::dlerror();
    const auto entry = reinterpret_cast<PluginFunction>(::dlsym(plugin, kPluginSymbol));
    ASSERT_NE(nullptr, entry);
    LocalJob local;
    entry()->build({arguments, "/"}, local);
    local.Run();
  }
  /// All committed rows of a directory, sorted, without the header lines.
  static std::string Rows(const std::string& directory) {
    std::vector<std::string> rows;
    const std::vector<std::string> names = PosixFileSystem().List(directory).value();
    for (const std::string& name : names) {
      EXPECT_TRUE(name.starts_with("part-")) << name;
      Append(JoinPath(directory, name), rows);
    }
    return Sorted(std::move(rows));
  }
  static std::string Golden(const std::string& file) {
    std::vector<std::string> rows;
    Append(PENSTOCK_JOBS_SOURCE "/" + file, rows);
    return Sorted(std::move(rows));
  }

  TempDir dir_;

 private:
  static void Append(const std::string& path, std::vector<std::string>& rows) {
    std::istringstream content(ReadFile(PosixFileSystem(), path).value());
    std::string line;
    std::getline(content, line);
    while (std::getline(content, line)) rows.push_back(line);
  }
  static std::string Sorted(std::vector<std::string> rows) {
    std::sort(rows.begin(), rows.end());
    std::string text;
    for (const std::string& row : rows) text += row + "\n";
    return text;
  }
};

TEST_F(JobTest, WhenFlightDelaysHasRunThenItsOutputIsGolden) {
  Run("flight_delays", {{"input", PENSTOCK_JOBS_SOURCE "/flight_delays/data/flights-20k.json"},
                        {"output", dir_.path()}});
  EXPECT_EQ(Golden("flight_delays/golden/airports.csv"), Rows(dir_ / "airports"));
  EXPECT_EQ(Golden("flight_delays/golden/worst.csv"), Rows(dir_ / "worst"));
}

TEST_F(JobTest, WhenWordCountHasRunThenItsOutputIsGolden) {
  Run("word_count",
      {{"input", PENSTOCK_JOBS_SOURCE "/word_count/data/stream.txt"}, {"output", dir_.path()}});
  EXPECT_EQ(Golden("word_count/golden/counts.csv"), Rows(dir_.path()));
}

TEST_F(JobTest, WhenKillCheckHasRunThenTheCheckerFindsNothing) {
  Run("kill_check", {{"output", dir_.path()}, {"partitions", "1"}, {"records", "20000"}});
  const std::string check = "python3 -B " PENSTOCK_JOBS_SOURCE
                            "/../tests/e2e/check_output.py final " +
                            dir_.path() + " --partitions 1 --records 20000";
  EXPECT_EQ(0, std::system(check.c_str()));
}

}  // namespace
}  // namespace penstock
