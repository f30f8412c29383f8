#include "worker/agent/worker_agent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace penstock {
namespace {

using testing::HasSubstr;

const JobId kJob(1, 1);
const HostId kHost(2, 1);
const HostId kOtherHost(2, 2);
const std::string kHash = "00000000000000aa";

StartHost Start(HostId host, std::uint64_t generation = 1, std::uint32_t slots = 1) {
  StartHost start;
  start.host = host;
  start.generation = Generation(generation);
  start.job.id = kJob;
  start.job.plugin_hash = kHash;
  start.slots = slots;
  return start;
}

class WorkerAgentTest : public testing::Test {
 protected:
  /// Steps and keeps all effects but log lines.
  void Step(AgentEvent event) {
    effects_.clear();
    for (AgentEffect& effect : agent_.Step(std::move(event))) {
      if (!std::holds_alternative<LogLine>(effect)) effects_.push_back(std::move(effect));
    }
  }
  void Command(WorkerCommand command) { Step(CommandArrived{std::move(command)}); }
  void End(HostId host) {
    Step(HostEnded{{host, false, false, "killed by SIGKILL", "last words", ""}});
  }
  void Run(HostId host, std::uint64_t generation = 1, std::uint32_t slots = 1) {
    Command(Start(host, generation, slots));
    Step(PluginObtained{kHash, "/plugins/aa.so"});
  }

  template <typename Effect>
  std::vector<Effect> All() const {
    std::vector<Effect> found;
    for (const AgentEffect& effect : effects_) {
      if (const auto* match = std::get_if<Effect>(&effect)) found.push_back(*match);
    }
    return found;
  }
  /// The only effect.
  template <typename Effect>
  Effect Only() const {
    EXPECT_EQ(effects_.size(), 1u);
    EXPECT_EQ(All<Effect>().size(), 1u);
    return All<Effect>().empty() ? Effect{} : All<Effect>()[0];
  }
  HostExited OnlyExit() const {
    const WorkerEvent event = Only<Report>().event;
    EXPECT_TRUE(std::holds_alternative<HostExited>(event));
    return std::holds_alternative<HostExited>(event) ? std::get<HostExited>(event) : HostExited{};
  }

  WorkerAgent agent_{
      {.slots = 4, .memory_bytes = 4000, .bind_address = "127.0.0.1", .cluster_secret = "secret"}};
  std::vector<AgentEffect> effects_;
};

class ServingAgentTest : public WorkerAgentTest {
 protected:
  void SetUp() override { Step(SessionBegun{}); }
};

TEST_F(WorkerAgentTest, WhenItBeginsThenItRegisters) {
  const auto effects = agent_.Begin();
  ASSERT_EQ(effects.size(), 1u);
  EXPECT_TRUE(std::holds_alternative<RegisterWorker>(effects[0]));
}

TEST_F(WorkerAgentTest, WhenItIsRefusedThenItLeavesWithTheReason) {
  Step(RegistrationRefused{Status::InvalidArgument("wrong secret")});
  EXPECT_EQ(Only<Leave>().reason.message(), "wrong secret");
}

TEST_F(WorkerAgentTest, WhenItIsAskedToEndBeforeItRegisteredThenItLeaves) {
  Step(ShutdownAsked{});
  EXPECT_TRUE(Only<Leave>().reason.ok());
}

TEST_F(ServingAgentTest, WhenPluginIsNotThereThenItIsObtainedFirst) {
  Command(Start(kHost));
  EXPECT_EQ(Only<ObtainPlugin>().hash, kHash);
  Step(PluginObtained{kHash, "/plugins/aa.so"});
  const HostSetup setup = Only<SpawnHost>().setup;
  EXPECT_EQ(setup.host, kHost);
  EXPECT_EQ(setup.plugin_path, "/plugins/aa.so");
  EXPECT_EQ(setup.cluster_secret, "secret");
  EXPECT_EQ(setup.bind_address, "127.0.0.1");
}

TEST_F(ServingAgentTest, WhenHostTakesSlotsThenItGetsTheirShareOfTheMemory) {
  Command(Start(kHost, 1, 3));
  Step(PluginObtained{kHash, "x"});
  EXPECT_EQ(Only<SpawnHost>().setup.memory_bytes, 3000u);
}

TEST_F(ServingAgentTest, WhenPluginIsThereThenTheHostStartsAtOnce) {
  Run(kHost);
  Command(Start(kOtherHost));
  EXPECT_EQ(Only<SpawnHost>().setup.host, kOtherHost);
}

TEST_F(ServingAgentTest, WhenTwoHostsWaitForAPluginThenItIsObtainedOnce) {
  Command(Start(kHost));
  Command(Start(kOtherHost));
  EXPECT_TRUE(effects_.empty());
  Step(PluginObtained{kHash, "x"});
  EXPECT_EQ(All<SpawnHost>().size(), 2u);
}

TEST_F(ServingAgentTest, WhenPluginIsMissingThenTheHostHasExitedWithTheReason) {
  Command(Start(kHost));
  Step(PluginMissing{kHash, Status::NotFound("no such plugin")});
  EXPECT_EQ(OnlyExit().host, kHost);
  EXPECT_THAT(OnlyExit().description, HasSubstr("no such plugin"));
  Command(Start(kOtherHost));  // asked for again, not given up
  EXPECT_EQ(Only<ObtainPlugin>().hash, kHash);
}

TEST_F(ServingAgentTest, WhenCommandComesBeforeThePluginThenItFollowsTheStart) {
  Command(Start(kHost));
  Command(ForwardToHost{kHost, CancelTasks{}});
  EXPECT_TRUE(effects_.empty());
  Step(PluginObtained{kHash, "x"});
  ASSERT_EQ(effects_.size(), 2u);
  EXPECT_TRUE(std::holds_alternative<SpawnHost>(effects_[0]));
  EXPECT_TRUE(std::holds_alternative<CancelTasks>(std::get<SendToHost>(effects_[1]).command));
}

TEST_F(ServingAgentTest, WhenHostRunsThenCommandsAndEventsPassThrough) {
  Run(kHost);
  Command(ForwardToHost{kHost, StartTasks{}});
  EXPECT_EQ(Only<SendToHost>().host, kHost);
  Step(HostSpoke{kHost, HostDeployed{}});
  const auto event = std::get<FromHost>(Only<Report>().event);
  EXPECT_EQ(event.host, kHost);
  EXPECT_TRUE(std::holds_alternative<HostDeployed>(event.event));
}

TEST_F(ServingAgentTest, WhenHostIsUnknownThenTheAnswerIsThatItHasExited) {
  Command(ForwardToHost{kHost, StartTasks{}});
  EXPECT_EQ(OnlyExit().host, kHost);
  Command(KillHost{kHost});
  EXPECT_EQ(OnlyExit().host, kHost);
}

TEST_F(ServingAgentTest, WhenHostEndsThenItIsReportedWithItsLastWords) {
  Run(kHost);
  End(kHost);
  EXPECT_EQ(OnlyExit().description, "killed by SIGKILL");
  EXPECT_EQ(OnlyExit().log_tail, "last words");
  Command(ForwardToHost{kHost, StartTasks{}});
  EXPECT_FALSE(OnlyExit().clean);
}

TEST_F(ServingAgentTest, WhenHostIsKilledThenItIsEndedOnceAndSaysNothingMore) {
  Run(kHost);
  Command(KillHost{kHost});
  EXPECT_EQ(Only<EndHost>().host, kHost);
  Command(KillHost{kHost});
  EXPECT_TRUE(effects_.empty());
  Step(HostSpoke{kHost, HostFinished{}});
  EXPECT_TRUE(effects_.empty());
  Command(ForwardToHost{kHost, StartTasks{}});
  EXPECT_TRUE(effects_.empty());
  End(kHost);
  EXPECT_EQ(OnlyExit().host, kHost);
}

TEST_F(ServingAgentTest, WhenWaitingHostIsKilledThenItNeverStarts) {
  Command(Start(kHost));
  Command(KillHost{kHost});
  EXPECT_EQ(OnlyExit().host, kHost);
  Step(PluginObtained{kHash, "x"});
  EXPECT_TRUE(effects_.empty());
}

TEST_F(ServingAgentTest, WhenGenerationIsOldThenTheHostIsRefused) {
  Run(kHost, 5);
  End(kHost);
  Command(Start(kOtherHost, 4));
  EXPECT_EQ(OnlyExit().host, kOtherHost);
  EXPECT_THAT(OnlyExit().description, HasSubstr("generation 4"));
}

TEST_F(ServingAgentTest, WhenANewerGenerationBeginsThenHostsOfTheOlderEnd) {
  Run(kHost, 1);
  Command(Start(kOtherHost, 2));
  ASSERT_EQ(All<EndHost>().size(), 1u);
  EXPECT_EQ(All<EndHost>()[0].host, kHost);
  EXPECT_EQ(All<SpawnHost>().at(0).setup.host, kOtherHost);
}

TEST_F(ServingAgentTest, WhenSlotsAreTakenThenTheHostIsRefused) {
  Run(kHost, 1, 3);
  Command(Start(kOtherHost, 1, 2));
  EXPECT_EQ(OnlyExit().host, kOtherHost);
  Command(KillHost{kHost});  // its slots count as free from here on
  Command(Start(kOtherHost, 1, 2));
  EXPECT_EQ(Only<SpawnHost>().setup.host, kOtherHost);
}

TEST_F(ServingAgentTest, WhenHostIsStartedTwiceThenTheSecondIsRefused) {
  Run(kHost);
  Command(Start(kHost));
  EXPECT_EQ(OnlyExit().host, kHost);
}

TEST_F(ServingAgentTest, WhenCoordinatorIsLostThenHostsEndBeforeItRegistersAgain) {
  Run(kHost);
  Command(Start(kOtherHost));
  Step(CoordinatorLost{Status::Unavailable("gone")});
  EXPECT_EQ(All<EndHost>().size(), 2u);
  EXPECT_TRUE(All<RegisterWorker>().empty());
  End(kHost);
  EXPECT_TRUE(All<RegisterWorker>().empty());
  End(kOtherHost);
  EXPECT_EQ(All<RegisterWorker>().size(), 1u);
  Step(SessionBegun{});
  Command(Start(HostId(9, 9)));
  EXPECT_EQ(Only<SpawnHost>().setup.host, HostId(9, 9));
}

TEST_F(ServingAgentTest, WhenCoordinatorIsLostWithoutHostsThenItRegistersAtOnce) {
  Step(CoordinatorLost{Status::Unavailable("gone")});
  Only<RegisterWorker>();
}

TEST_F(ServingAgentTest, WhenCoordinatorIsLostDuringAFetchThenThePluginIsAskedForAgain) {
  Command(Start(kHost));
  Step(CoordinatorLost{Status::Unavailable("gone")});
  EXPECT_EQ(All<RegisterWorker>().size(), 1u);
  Step(SessionBegun{});
  Command(Start(kOtherHost));
  EXPECT_EQ(Only<ObtainPlugin>().hash, kHash);
}

TEST_F(ServingAgentTest, WhenItIsAskedToEndThenHostsEndFirst) {
  Run(kHost);
  Step(ShutdownAsked{});
  EXPECT_EQ(Only<EndHost>().host, kHost);
  Command(Start(kOtherHost));
  EXPECT_EQ(OnlyExit().host, kOtherHost);
  End(kHost);
  EXPECT_EQ(All<Leave>().size(), 1u);
  Step(SessionBegun{});
  EXPECT_TRUE(effects_.empty());
}

QueryAnswer OnlyAnswerOf(const Report& report) {
  EXPECT_TRUE(std::holds_alternative<QueryAnswer>(report.event));
  const auto* answer = std::get_if<QueryAnswer>(&report.event);
  return answer == nullptr ? QueryAnswer{} : *answer;
}

TEST_F(ServingAgentTest, WhenTheWorkerIsAskedThenItAnswersItself) {
  Command(AskWorker{QueryId(7), ListLogs{}});
  EXPECT_EQ(Only<AnswerQuery>().id, QueryId(7));
}

TEST_F(ServingAgentTest, WhenATaskHostIsAskedThenItsAnswerIsPassedOnOnce) {
  Run(kHost);
  Command(AskWorker{QueryId(7), AskHost{kHost, DumpStacks{}}});
  const HostCommand command = Only<SendToHost>().command;
  ASSERT_TRUE(std::holds_alternative<AskedOfHost>(command));
  EXPECT_EQ(std::get<AskedOfHost>(command).id, QueryId(7));
  Step(HostSpoke{kHost, QueryAnswer{QueryId(7), Status::Ok(), "stacks"}});
  EXPECT_EQ(OnlyAnswerOf(Only<Report>()).text, "stacks");
  Step(HostSpoke{kHost, QueryAnswer{QueryId(7), Status::Ok(), "again"}});
  EXPECT_TRUE(effects_.empty());
}

TEST_F(ServingAgentTest, WhenATaskHostEndsBeforeItAnswersThenTheAnswerSaysSo) {
  Run(kHost);
  Command(AskWorker{QueryId(7), AskHost{kHost, DumpStacks{}}});
  End(kHost);
  const auto reports = All<Report>();
  ASSERT_EQ(reports.size(), 2u);
  EXPECT_EQ(OnlyAnswerOf(reports[0]).status.code(), ErrorCode::kUnavailable);
}

TEST_F(ServingAgentTest, WhenAnUnknownTaskHostIsAskedThenItIsNotFound) {
  Command(AskWorker{QueryId(7), AskHost{kOtherHost, DumpStacks{}}});
  EXPECT_EQ(OnlyAnswerOf(Only<Report>()).status.code(), ErrorCode::kNotFound);
}

}  // namespace
}  // namespace penstock
