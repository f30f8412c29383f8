#include <stdlib.h>

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/component/control/heard.h"
#include "wire/rpc_client.h"
#include "wire/rpc_server.h"

// A real server and real clients on loopback.

namespace penstock {
namespace {

class RpcTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "penstock-rpc-XXXXXX";
    directory_ = mkdtemp(name.data());
    server_options_.secret = "open sesame";
    client_options_.secret = "open sesame";
    client_options_.initial_backoff = std::chrono::milliseconds(5);
    registration_.worker = WorkerId(1, 2);
    registration_.slots = 3;
  }
  void TearDown() override {
    client_.Stop();
    server_.Stop();
    std::filesystem::remove_all(directory_);
  }

  CoordinatorRpcHandlers ServerHandlers() {
    return {.on_register =
                [this](const WorkerRegistration& registration) {
                  registered_.Add(registration);
                  return register_answer_;
                },
            .on_event = [this](WorkerId, WorkerEvent event) { events_.Add(std::move(event)); },
            .on_lost = [this](WorkerId worker) { workers_lost_.Add(worker); },
            .read_plugin = [this](const std::string& hash, std::uint64_t offset,
                                  std::uint32_t length) -> Result<std::string> {
              if (hash != "f00d") return Status::NotFound("no such plugin: " + hash);
              return plugin_.substr(std::min<std::size_t>(offset, plugin_.size()), length);
            }};
  }
  CoordinatorRpcClientHandlers ClientHandlers() {
    return {.on_registered = [this](WorkerId worker) { accepted_.Add(worker); },
            .on_refused = [this](Status status) { refused_.Add(status); },
            .on_unreachable = [this](Status status) { unreachable_.Add(status); },
            .on_command = [this](WorkerCommand command) { commands_.Add(std::move(command)); },
            .on_lost = [this](Status status) { coordinator_lost_.Add(status); },
            .heartbeat = [] { return WorkerHeartbeat{42}; }};
  }

  void StartServer() {
    const auto port = server_.Start(server_options_, ServerHandlers());
    ASSERT_TRUE(port.ok()) << port.status().message();
    client_options_.port = *port;
  }
  void StartClient() {
    ASSERT_TRUE(client_.Start(client_options_, ClientHandlers()).ok());
    client_.Register(registration_);
  }
  void Connect() {
    StartServer();
    StartClient();
    ASSERT_EQ(accepted_.WaitFor(1).size(), 1u);
  }

  std::string directory_;
  CoordinatorRpcServerOptions server_options_;
  CoordinatorRpcClientOptions client_options_;
  WorkerRegistration registration_;
  Status register_answer_;
  std::string plugin_;

  Heard<WorkerRegistration> registered_;
  Heard<WorkerEvent> events_;
  Heard<WorkerId> workers_lost_;
  Heard<WorkerId> accepted_;
  Heard<Status> refused_;
  Heard<Status> unreachable_;
  Heard<WorkerCommand> commands_;
  Heard<Status> coordinator_lost_;
  CoordinatorRpcServer server_;
  CoordinatorRpcClient client_{PosixFileSystem()};
};

TEST_F(RpcTest, WhenWorkerRegistersThenBothSidesKnow) {
  Connect();
  const auto registered = registered_.WaitFor(1);
  ASSERT_EQ(registered.size(), 1u);
  EXPECT_EQ(registered[0].worker, registration_.worker);
  EXPECT_EQ(registered[0].slots, 3u);
  EXPECT_EQ(accepted_.WaitFor(1)[0], registration_.worker);
  const auto events = events_.WaitFor(1);
  ASSERT_FALSE(events.empty());
  EXPECT_EQ(std::get<WorkerHeartbeat>(events[0]).resident_bytes, 42u);
}

TEST_F(RpcTest, WhenHeartbeatIntervalIsShortThenHeartbeatsKeepComing) {
  client_options_.heartbeat_interval = std::chrono::milliseconds(1);
  Connect();
  EXPECT_GE(events_.WaitFor(5).size(), 5u);
}

TEST_F(RpcTest, WhenThousandCommandsAreSentThenTheyArriveInOrder) {
  Connect();
  for (std::uint64_t i = 0; i < 1000; ++i) {
    server_.Send(registration_.worker, KillHost{HostId(i, 7)});
  }
  const auto commands = commands_.WaitFor(1000);
  ASSERT_EQ(commands.size(), 1000u);
  for (std::uint64_t i = 0; i < 1000; ++i) {
    EXPECT_EQ(std::get<KillHost>(commands[i]).host, HostId(i, 7));
  }
}

TEST_F(RpcTest, WhenThousandEventsAreSentThenTheyArriveInOrder) {
  client_options_.heartbeat_interval = std::chrono::hours(1);
  Connect();
  for (std::uint64_t i = 0; i < 1000; ++i) {
    client_.Post(
        FromHost{HostId(i, 7), CheckpointDeclined{CheckpointId(i), {}, Status::Internal("x")}});
  }
  const auto events = events_.WaitFor(1001);
  ASSERT_EQ(events.size(), 1001u);
  for (std::uint64_t i = 0; i < 1000; ++i) {
    const auto& from = std::get<FromHost>(events[i + 1]);
    EXPECT_EQ(from.host, HostId(i, 7));
    EXPECT_EQ(std::get<CheckpointDeclined>(from.event).reason.message(), "x");
  }
}

TEST_F(RpcTest, WhenSecretIsWrongThenTheWorkerIsRefusedForGood) {
  client_options_.secret = "open barley";
  StartServer();
  StartClient();
  const auto refused = refused_.WaitFor(1);
  ASSERT_EQ(refused.size(), 1u);
  EXPECT_EQ(refused[0].code(), ErrorCode::kUnauthorized);
  EXPECT_FALSE(refused[0].hint().empty());
  EXPECT_TRUE(registered_.WaitFor(0).empty());
}

TEST_F(RpcTest, WhenProtocolDiffersThenTheWorkerIsToldBothVersions) {
  client_options_.protocol = kControlProtocol + 1;
  StartServer();
  StartClient();
  const auto refused = refused_.WaitFor(1);
  ASSERT_EQ(refused.size(), 1u);
  EXPECT_THAT(refused[0].message(), testing::HasSubstr(std::to_string(kControlProtocol + 1)));
}

TEST_F(RpcTest, WhenCoordinatorRefusesForGoodThenTheWorkerLearnsWhy) {
  register_answer_ = Status::InvalidArgument("no more workers", "use fewer");
  StartServer();
  StartClient();
  const auto refused = refused_.WaitFor(1);
  ASSERT_EQ(refused.size(), 1u);
  EXPECT_EQ(refused[0].message(), "no more workers");
  EXPECT_EQ(refused[0].hint(), "use fewer");
}

TEST_F(RpcTest, WhenCoordinatorSaysLaterThenTheWorkerTriesAgain) {
  register_answer_ = Status::Unavailable("still starting");
  StartServer();
  StartClient();
  EXPECT_GE(registered_.WaitFor(3).size(), 3u);
  EXPECT_TRUE(refused_.WaitFor(0).empty());
  EXPECT_TRUE(workers_lost_.WaitFor(0).empty());
}

TEST_F(RpcTest, WhenTokenIsThereThenTheWorkerIsAdmitted) {
  server_options_.token = {directory_ + "/token", "content"};
  ASSERT_TRUE(WriteFileAtomically(PosixFileSystem(), directory_ + "/token", "content").ok());
  Connect();
}

TEST_F(RpcTest, WhenTokenCannotBeReadThenTheWorkerIsRefusedWithTheReason) {
  server_options_.token = {directory_ + "/token", "content"};
  StartServer();
  StartClient();
  const auto refused = refused_.WaitFor(1);
  ASSERT_EQ(refused.size(), 1u);
  EXPECT_THAT(refused[0].message(), testing::HasSubstr(directory_ + "/token"));
  EXPECT_THAT(refused[0].hint(), testing::HasSubstr("execution.checkpointing.dir"));
}

TEST_F(RpcTest, WhenTokenIsAnotherThenTheWorkerIsRefused) {
  server_options_.token = {directory_ + "/token", "content"};
  ASSERT_TRUE(WriteFileAtomically(PosixFileSystem(), directory_ + "/token", "other").ok());
  StartServer();
  StartClient();
  EXPECT_EQ(refused_.WaitFor(1).size(), 1u);
}

TEST_F(RpcTest, WhenServerStopsThenTheWorkerNotices) {
  Connect();
  server_.Stop();
  EXPECT_EQ(coordinator_lost_.WaitFor(1).size(), 1u);
}

TEST_F(RpcTest, WhenServerComesBackThenTheWorkerRegistersAgain) {
  Connect();
  server_.Stop();
  ASSERT_EQ(coordinator_lost_.WaitFor(1).size(), 1u);
  registration_.worker = WorkerId(3, 4);
  client_.Register(registration_);
  ASSERT_FALSE(unreachable_.WaitFor(1).empty());

  CoordinatorRpcServer second;
  server_options_.port = client_options_.port;
  ASSERT_TRUE(second.Start(server_options_, ServerHandlers()).ok());
  const auto accepted = accepted_.WaitFor(2);
  ASSERT_EQ(accepted.size(), 2u);
  EXPECT_EQ(accepted[1], WorkerId(3, 4));
  second.Stop();
}

TEST_F(RpcTest, WhenClientStopsThenTheLossIsReportedOnce) {
  Connect();
  client_.Stop();
  EXPECT_EQ(workers_lost_.WaitFor(1), std::vector{registration_.worker});
  server_.Send(registration_.worker, KillHost{});  // dropped
  server_.Disconnect(registration_.worker);
  server_.Stop();
  EXPECT_EQ(workers_lost_.WaitFor(0).size(), 1u);
}

TEST_F(RpcTest, WhenWorkerIsDisconnectedThenBothSidesNotice) {
  Connect();
  server_.Disconnect(registration_.worker);
  EXPECT_EQ(workers_lost_.WaitFor(1), std::vector{registration_.worker});
  EXPECT_EQ(coordinator_lost_.WaitFor(1).size(), 1u);
}

TEST_F(RpcTest, WhenAWorkerRegistersOnANewConnectionThenTheOlderIsLostFirst) {
  Connect();
  CoordinatorRpcClient second(PosixFileSystem());
  ASSERT_TRUE(second.Start(client_options_, ClientHandlers()).ok());
  second.Register(registration_);
  EXPECT_EQ(workers_lost_.WaitFor(1).size(), 1u);
  EXPECT_EQ(accepted_.WaitFor(2).size(), 2u);
  second.Stop();
  EXPECT_TRUE(refused_.WaitFor(0).empty());
}

TEST_F(RpcTest, WhenPluginIsFetchedThenEveryByteArrives) {
  plugin_.resize(20 << 20);
  for (std::size_t i = 0; i < plugin_.size(); ++i) plugin_[i] = static_cast<char>(i * 31 >> 3);
  Connect();
  Heard<std::string> fetched;
  client_.FetchPlugin("f00d", [&](Result<std::string> content) {
    fetched.Add(content.ok() ? *content : content.status().message());
  });
  EXPECT_TRUE(fetched.WaitFor(1).at(0) == plugin_);
}

TEST_F(RpcTest, WhenPluginSizeIsAMultipleOfTheChunkThenItEndsThere) {
  plugin_.assign(2 * kPluginChunk, 'x');
  Connect();
  Heard<std::size_t> fetched;
  client_.FetchPlugin("f00d", [&](auto content) { fetched.Add(content.value().size()); });
  EXPECT_EQ(fetched.WaitFor(1).at(0), plugin_.size());
}

TEST_F(RpcTest, WhenPluginIsUnknownThenTheErrorArrives) {
  Connect();
  Heard<ErrorCode> fetched;
  client_.FetchPlugin("bad", [&](auto content) { fetched.Add(content.status().code()); });
  EXPECT_EQ(fetched.WaitFor(1).at(0), ErrorCode::kNotFound);
}

TEST_F(RpcTest, WhenPortIsInUseThenStartSaysSo) {
  StartServer();
  CoordinatorRpcServer second;
  server_options_.port = client_options_.port;
  const auto port = second.Start(server_options_, ServerHandlers());
  EXPECT_EQ(port.status().code(), ErrorCode::kAlreadyExists);
  EXPECT_FALSE(port.status().hint().empty());
}

TEST_F(RpcTest, WhenAddressIsNotLoopbackThenStartRefuses) {
  server_options_.address = "0.0.0.0";
  EXPECT_EQ(server_.Start(server_options_, ServerHandlers()).status().code(),
            ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace penstock
