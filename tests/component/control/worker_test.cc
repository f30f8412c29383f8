#include "worker/agent/worker.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/component/control/heard.h"
#include "wire/rpc_server.h"

// A whole worker against a real control server; its task hosts are fake_task_host.

namespace penstock {
namespace {

using testing::HasSubstr;

const HostId kHost(7, 7);
const std::string kPlugin = "the bytes of a plugin";

class WorkerTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "penstock-worker-XXXXXX";
    directory_ = mkdtemp(name.data());
    ASSERT_TRUE(configuration_.Set("penstock.data-dir", directory_).ok());
    ASSERT_TRUE(configuration_.Set("taskmanager.numberOfTaskSlots", "4").ok());
    options_.cluster_secret = "secret";
    options_.host_command = {FAKE_TASK_HOST};
    options_.on_left = [this](Status status) { left_.Add(status); };
    StartServer(server_);
  }
  void TearDown() override {
    if (worker_) worker_->Stop();
    server_.Stop();
    std::filesystem::remove_all(directory_);
  }

  void StartServer(CoordinatorRpcServer& server) {
    CoordinatorRpcHandlers handlers;
    handlers.on_register = [this](const WorkerRegistration& registration) {
      workers_.Add(registration);
      return Status::Ok();
    };
    handlers.on_event = [this](WorkerId, WorkerEvent event) {
      if (!std::holds_alternative<WorkerHeartbeat>(event)) events_.Add(std::move(event));
    };
    handlers.on_lost = [](WorkerId) {};
    handlers.read_plugin = [this](const std::string& hash, std::uint64_t offset,
                                  std::uint32_t length) -> Result<std::string> {
      fetches_.Add(hash);
      return kPlugin.substr(std::min<std::size_t>(offset, kPlugin.size()), length);
    };
    const auto port =
        server.Start({.port = options_.coordinator_port, .secret = "secret"}, std::move(handlers));
    ASSERT_TRUE(port.ok()) << port.status().message();
    options_.coordinator_port = *port;
  }
  void StartWorker() {
    worker_.emplace(configuration_, options_, PosixFileSystem());
    ASSERT_TRUE(worker_->Start().ok());
    const auto workers = workers_.WaitFor(1);
    ASSERT_EQ(workers.size(), 1u);
    worker_id_ = workers[0].worker;
  }
  void SendStart(const std::string& hash = PluginHash(kPlugin), HostId host = kHost) {
    StartHost start;
    start.host = host;
    start.generation = Generation(1);
    start.job.id = JobId(5, 5);
    start.job.plugin_hash = hash;
    start.slots = 1;
    server_.Send(worker_id_, start);
  }
  void Tell(HostCommand command) { server_.Send(worker_id_, ForwardToHost{kHost, command}); }
  void StartWorkerAndHost() {
    StartWorker();
    SendStart();
    ASSERT_TRUE(std::holds_alternative<HostReady>(HostEventAt(0)));
  }

  HostEvent HostEventAt(std::size_t index) {
    const auto events = events_.WaitFor(index + 1);
    const bool there = index < events.size() && std::holds_alternative<FromHost>(events[index]);
    EXPECT_TRUE(there) << "no event " << index << " of a task host";
    return there ? std::get<FromHost>(events[index]).event : HostEvent(HostFailed{});
  }
  HostExited ExitAt(std::size_t index) {
    const auto events = events_.WaitFor(index + 1);
    const bool there = index < events.size() && std::holds_alternative<HostExited>(events[index]);
    EXPECT_TRUE(there) << "event " << index << " is not the end of a task host";
    return there ? std::get<HostExited>(events[index]) : HostExited{};
  }

  std::string directory_;
  Configuration configuration_;
  WorkerOptions options_;
  WorkerId worker_id_;
  Heard<WorkerRegistration> workers_;
  Heard<WorkerEvent> events_;
  Heard<std::string> fetches_;
  Heard<Status> left_;
  CoordinatorRpcServer server_;
  std::optional<Worker> worker_;
};

TEST_F(WorkerTest, WhenWorkerStartsThenItOffersWhatIsConfigured) {
  StartWorker();
  const WorkerRegistration registration = workers_.WaitFor(1)[0];
  EXPECT_EQ(registration.slots, 4u);
  EXPECT_EQ(registration.pid, static_cast<std::uint64_t>(getpid()));
  EXPECT_GT(registration.memory_bytes, 0u);
}

TEST_F(WorkerTest, WhenHostIsStartedThenItRunsWithTheFetchedPlugin) {
  StartWorkerAndHost();
  const std::string path = directory_ + "/plugins/" + PluginHash(kPlugin) + ".so";
  EXPECT_EQ(ReadFile(PosixFileSystem(), path).value(), kPlugin);
  Tell(CancelTasks{});
  EXPECT_TRUE(std::holds_alternative<HostFinished>(HostEventAt(1)));
  const HostExited exited = ExitAt(2);
  EXPECT_TRUE(exited.clean);
  EXPECT_THAT(exited.log_tail, HasSubstr("plugin " + path));
}

TEST_F(WorkerTest, WhenSecondHostStartsThenThePluginIsNotFetchedAgain) {
  StartWorkerAndHost();
  SendStart(PluginHash(kPlugin), HostId(7, 8));
  EXPECT_TRUE(std::holds_alternative<HostReady>(HostEventAt(1)));
  EXPECT_EQ(fetches_.WaitFor(0).size(), 1u);
}

TEST_F(WorkerTest, WhenPluginHasAnotherHashThenTheHostDoesNotStart) {
  StartWorker();
  SendStart("00000000000000aa");
  EXPECT_THAT(ExitAt(0).description, HasSubstr("00000000000000aa"));
}

TEST_F(WorkerTest, WhenManyCommandsAreForwardedThenTheAnswersComeInOrder) {
  StartWorkerAndHost();
  for (std::uint64_t i = 1; i <= 500; ++i) Tell(TriggerCheckpoint{CheckpointId(i), false, "/d"});
  events_.WaitFor(501);
  for (std::uint64_t i = 1; i <= 500; ++i) {
    EXPECT_EQ(std::get<CheckpointDeclined>(HostEventAt(i)).checkpoint, CheckpointId(i));
  }
}

TEST_F(WorkerTest, WhenHostCrashesThenTheSignalAndTheLogAreReported) {
  StartWorkerAndHost();
  Tell(StartTasks{});
  const HostExited exited = ExitAt(1);
  EXPECT_FALSE(exited.clean);
  EXPECT_THAT(exited.description, HasSubstr("killed by SIGSEGV"));
  EXPECT_THAT(exited.log_tail, HasSubstr("about to crash"));
  const std::string log =
      directory_ + "/logs/" + ToString(JobId(5, 5)) + "-" + ToString(kHost) + ".log";
  EXPECT_THAT(ReadFile(PosixFileSystem(), log).value(), HasSubstr("about to crash"));
}

TEST_F(WorkerTest, WhenHostIsKilledThenItsEndIsReported) {
  StartWorkerAndHost();
  server_.Send(worker_id_, KillHost{kHost});
  EXPECT_THAT(ExitAt(1).description, HasSubstr("killed by SIGKILL"));
}

TEST_F(WorkerTest, WhenHostSpeaksNonsenseThenItIsKilledAndTheReasonReported) {
  StartWorkerAndHost();
  Tell(StopSources{});
  EXPECT_THAT(ExitAt(1).description, HasSubstr("damaged control message"));
}

TEST_F(WorkerTest, WhenHostProgramIsMissingThenTheHostHasExited) {
  options_.host_command = {directory_ + "/nowhere"};
  StartWorker();
  SendStart();
  EXPECT_THAT(ExitAt(0).description, HasSubstr("cannot be started"));
}

TEST_F(WorkerTest, WhenCoordinatorComesBackThenTheWorkerIsNewAndItsHostsAreGone) {
  StartWorkerAndHost();
  server_.Stop();
  CoordinatorRpcServer second;
  StartServer(second);
  const auto workers = workers_.WaitFor(2);
  ASSERT_EQ(workers.size(), 2u);
  EXPECT_NE(workers[0].worker, workers[1].worker);
  second.Send(workers[1].worker, ForwardToHost{kHost, StartTasks{}});
  EXPECT_THAT(ExitAt(1).description, HasSubstr("no such task host"));
  worker_->Stop();
  second.Stop();
}

TEST_F(WorkerTest, WhenWorkerIsAskedToLeaveThenItsHostsEndFirst) {
  StartWorkerAndHost();
  worker_->RequestLeave();
  EXPECT_TRUE(left_.WaitFor(1).at(0).ok());
}

TEST_F(WorkerTest, WhenSecretIsWrongThenTheWorkerLeavesWithTheReason) {
  options_.cluster_secret = "another";
  worker_.emplace(configuration_, options_, PosixFileSystem());
  ASSERT_TRUE(worker_->Start().ok());
  EXPECT_EQ(left_.WaitFor(1).at(0).code(), ErrorCode::kUnauthorized);
}

TEST_F(WorkerTest, WhenWorkerStopsThenNoHostIsLeft) {
  StartWorkerAndHost();
  worker_->Stop();
  // All children of this process were task hosts, and all have been reaped.
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

}  // namespace
}  // namespace penstock
