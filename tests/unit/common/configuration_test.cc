#include "common/config/configuration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/config/options.h"
#include "tests/support/temp_dir.h"

namespace penstock {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

class ConfigurationTest : public testing::Test {
 protected:
  std::string File(std::string_view name, std::string_view content) {
    EXPECT_TRUE(WriteFileAtomically(PosixFileSystem(), dir_ / name, content).ok());
    return dir_ / name;
  }
  Result<Configuration> Load(const ConfigurationSources& sources) {
    return Configuration::Load(PosixFileSystem(), sources);
  }

  TempDir dir_;
};

TEST_F(ConfigurationTest, WhenNothingIsSetThenDefaultsHold) {
  const Configuration config;
  EXPECT_EQ(config.Get(options::kCheckpointInterval), milliseconds(10'000));
  EXPECT_EQ(config.Get(options::kRestPort), 8081);
  EXPECT_EQ(config.Get(options::kBackoffMultiplier), 1.5);
  EXPECT_EQ(config.Get(options::kRestartStrategy), RestartStrategy::kExponentialDelay);
  EXPECT_GE(config.Get(options::kTaskSlots), 1);
  EXPECT_GE(config.Get(options::kWorkerMemory), ByteSize{64ULL << 20});
  EXPECT_TRUE(config.CheckTogether().ok());
}

TEST_F(ConfigurationTest, WhenSourcesDisagreeThenTheHigherOneWins) {
  ConfigurationSources sources{
      .system_file = File("system.yaml", "rest:\n  port: 1\nheartbeat.interval: 100 ms\n"),
      .file = File("file.yaml", "rest.port: 2\nparallelism.default: 2\nplanner.timeout: 2 s\n"),
      .environment = {{"PENSTOCK_PARALLELISM__DEFAULT", "3"},
                      {"PENSTOCK_PLANNER__TIMEOUT", "3 s"},
                      {"PENSTOCK_HOME", "/ignored"},
                      {"PATH", "/bin"}},
      .definitions = {"planner.timeout=4 s", "planner.timeout=5 s"}};
  auto config = Load(sources);
  ASSERT_TRUE(config.ok()) << config.status().message();
  EXPECT_EQ(config->Get(options::kHeartbeatInterval), milliseconds(100));
  EXPECT_EQ(config->Get(options::kRestPort), 2);
  EXPECT_EQ(config->Get(options::kParallelism), 3);
  EXPECT_EQ(config->Get(options::kPlannerTimeout), milliseconds(5000));
  EXPECT_EQ(config->Find(options::kRestPort.spec).where, sources.file + ":1");
  EXPECT_EQ(config->Find(options::kParallelism.spec).origin, ConfigOrigin::kEnvironment);

  ASSERT_TRUE(config->Set("planner.timeout", "6 s").ok());
  ASSERT_TRUE(config->Set("planner.timeout", "7 s", ConfigOrigin::kFile).ok());
  EXPECT_EQ(config->Get(options::kPlannerTimeout), milliseconds(6000));
}

TEST_F(ConfigurationTest, WhenSeveralThingsAreWrongThenAllAreListed) {
  const std::string file = File("c.yaml",
                                "rest.prot: 1\n"
                                "rest:\n  port: 70000\n"
                                "parallelism.default: 1\n"
                                "parallelism:\n  default: 2\n");
  const Status status = Load({.system_file = "",
                              .file = file,
                              .environment = {{"PENSTOCK_NO__SUCH", "1"}},
                              .definitions = {"log.level=loud", "novalue"}})
                            .status();
  EXPECT_EQ(status.code(), ErrorCode::kInvalidArgument);
  EXPECT_THAT(status.message(), HasSubstr("6 problems"));
  EXPECT_THAT(status.message(),
              HasSubstr(":1: unknown option 'rest.prot'; did you mean 'rest.port'?"));
  EXPECT_THAT(status.message(),
              HasSubstr(":3: rest.port: '70000' is not valid; it takes a whole number"));
  EXPECT_THAT(status.message(), HasSubstr(":6: 'parallelism.default' is set twice"));
  EXPECT_THAT(status.message(), HasSubstr("PENSTOCK_NO__SUCH"));
  EXPECT_THAT(status.message(), HasSubstr("one of trace, debug"));
  EXPECT_THAT(status.message(), HasSubstr("-D novalue: expected key=value"));
}

TEST_F(ConfigurationTest, WhenTheGivenFileIsMissingThenLoadingFails) {
  EXPECT_FALSE(Load({.system_file = dir_ / "none", .file = dir_ / "none"}).ok());
  EXPECT_TRUE(Load({.system_file = dir_ / "none"}).ok());
}

TEST_F(ConfigurationTest, WhenFlinksOldKeyIsUsedThenItMeansTheNewOne) {
  Configuration config;
  ASSERT_TRUE(config.Set("state.checkpoints.num-retained", "5").ok());
  ASSERT_TRUE(config.Set("restart-strategy", "none").ok());
  EXPECT_EQ(config.Get(options::kCheckpointsRetained), 5);
  EXPECT_EQ(config.Get(options::kRestartStrategy), RestartStrategy::kNone);
}

TEST_F(ConfigurationTest, WhenDataDirectoryIsSetThenCheckpointsFollow) {
  Configuration config;
  ASSERT_TRUE(config.Set("penstock.data-dir", "/data").ok());
  EXPECT_EQ(config.Get(options::kCheckpointDirectory), "/data/checkpoints");
  ASSERT_TRUE(config.Set("execution.checkpointing.dir", "/elsewhere").ok());
  EXPECT_EQ(config.Get(options::kCheckpointDirectory), "/elsewhere");
}

TEST_F(ConfigurationTest, WhenValuesContradictEachOtherThenTheyAreRefused) {
  const auto refused = [this](const char* definition) {
    return !Load({.system_file = "", .definitions = {definition}}).ok();
  };
  EXPECT_TRUE(refused("heartbeat.timeout=1 s"));
  EXPECT_TRUE(refused("restart-strategy.exponential-delay.initial-backoff=2 min"));
  EXPECT_TRUE(refused("parallelism.default=5000"));
  EXPECT_TRUE(refused("rest.bind-address=0.0.0.0"));
  EXPECT_FALSE(refused("rest.bind-address=::1"));
}

TEST_F(ConfigurationTest, WhenSentToAnotherProcessThenItIsTheSame) {
  Configuration config;
  ASSERT_TRUE(config.Set("worker.memory", "512m").ok());
  auto copy = Configuration::FromMap(config.Explicit());
  ASSERT_TRUE(copy.ok());
  EXPECT_EQ(copy->Get(options::kWorkerMemory), ByteSize{512ULL << 20});
  EXPECT_FALSE(Configuration::FromMap({{"no.such", "1"}}).ok());
}

}  // namespace
}  // namespace penstock
