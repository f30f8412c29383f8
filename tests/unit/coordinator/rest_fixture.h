#pragma once

#include <deque>
#include <filesystem>
#include <future>
#include <memory>
#include <string>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "checkpoint/manifest.h"
#include "checkpoint/task_snapshot.h"
#include "common/checksum.h"
#include "common/http/multipart.h"
#include "common/key_group.h"
#include "coordinator/rest/rest_service.h"
#include "tests/unit/coordinator/job_master_harness.h"

namespace penstock {

/// Keeps commands until somebody takes them.
class RecordingGateway final : public WorkerGateway {
 public:
  void Send(WorkerId, WorkerCommand command) override {
    MutexLock lock(mu_);
    commands_.push_back(std::move(command));
    changed_.NotifyAll();
  }
  void Disconnect(WorkerId) override {}
  WorkerCommand Take() {
    MutexLock lock(mu_);
    while (commands_.empty()) changed_.Wait(mu_);
    WorkerCommand command = std::move(commands_.front());
    commands_.pop_front();
    return command;
  }

 private:
  Mutex mu_;
  CondVar changed_;
  std::deque<WorkerCommand> commands_ GUARDED_BY(mu_);
};

/// A coordinator without network: REST requests in, commands to workers out.
class RestServiceTest : public testing::Test {
 protected:
  RestServiceTest() {
    std::string pattern = testing::TempDir() + "rest-XXXXXX";
    directory_ = ::mkdtemp(pattern.data());
    EXPECT_TRUE(config_.Set("penstock.data-dir", directory_).ok());
    EXPECT_TRUE(config_.Set("worker.memory", "512m").ok());
    EXPECT_TRUE(config_.Set("taskmanager.numberOfTaskSlots", "2").ok());
    Start();
  }
  ~RestServiceTest() override {
    dispatcher_->Stop();
    std::filesystem::remove_all(directory_);
  }

  void Start() {
    store_ = std::move(JobStore::Open(directory_ + "/jobs").value());
    plugins_ = std::make_unique<PluginStore>(fs_, clock_, directory_ + "/plugins");
    ASSERT_TRUE(plugins_->Open().ok());
    dispatcher_ = std::make_unique<Dispatcher>(
        config_, DispatcherParts{fs_, clock_, *store_, *plugins_, gateway_, planner_,
                                 [this] { return ++random_; }});
    rest_ = std::make_unique<RestService>(*dispatcher_, [] {});
    ASSERT_TRUE(dispatcher_->Start().ok());
  }
  void Restart() {
    dispatcher_->Stop();
    rest_.reset();
    dispatcher_.reset();
    store_.reset();
    Start();
  }

  HttpResponse Ask(const std::string& method, const std::string& target,
                   const std::string& body = "", const std::string& type = "application/json") {
    HttpRequest request{.method = method, .target = target, .body = body};
    request.headers["content-type"] = type;
    EXPECT_TRUE(ParseTarget(request).ok());
    std::promise<HttpResponse> answer;
    auto future = answer.get_future();
    rest_->Handle(request, HttpResponder([&](HttpResponse r) { answer.set_value(std::move(r)); }));
    return future.get();
  }
  boost::json::object Get(const std::string& target) {
    return boost::json::parse(Ask("GET", target).body).as_object();
  }
  std::string Upload() {
    const MultipartBody form = BuildMultipartFile("jarfile", "job.so", "ELF");
    const HttpResponse answer = Ask("POST", "/v1/jars/upload", form.body, form.content_type);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return boost::json::parse(answer.body).at("filename").as_string().c_str();
  }
  std::string Run(const std::string& body) {
    const HttpResponse answer = Ask("POST", "/v1/jars/" + Upload() + "/run", body);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return boost::json::parse(answer.body).at("jobid").as_string().c_str();
  }
  /// A checkpoint with state of the operator `uid`; returns its directory.
  std::string WriteCheckpoint(const std::string& uid) {
    SnapshotMetadata metadata;
    metadata.key_hash_version = kKeyHashVersion;
    metadata.operators = {{uid, "source", "position", {}}};
    const std::string bytes = EncodeSnapshotMetadata(metadata);
    const std::string name = SnapshotMetadataName({});
    CheckpointManifest manifest;
    manifest.tasks = {{{}, {{name, bytes.size(), Checksum(bytes)}}}};
    const std::string directory = directory_ + "/checkpoint-" + uid;
    EXPECT_TRUE(fs_.MakeDirectories(directory).ok());
    EXPECT_TRUE(WriteFileAtomically(fs_, JoinPath(directory, name), bytes).ok());
    EXPECT_TRUE(
        WriteFileAtomically(fs_, JoinPath(directory, kManifestFile), EncodeManifest(manifest))
            .ok());
    return directory;
  }
  HttpResponse Validate(const boost::json::object& body) {
    return Ask("POST", "/jars/" + Upload() + "/validate", boost::json::serialize(body));
  }
  void Register() {
    WorkerRegistration worker;
    worker.worker = WorkerId(5, 5);
    worker.slots = 2;
    worker.memory_bytes = 1ULL << 30;
    dispatcher_->Post([this, worker] { dispatcher_->OnWorkerRegistered(worker); });
  }

  std::string directory_;
  FileSystem& fs_ = PosixFileSystem();
  ManualClock clock_;
  Configuration config_;
  RecordingGateway gateway_;
  std::uint64_t random_ = 0;
  PlanRequest planned_;
  Planner planner_ = [this](const PlanRequest& request) -> Result<Plan> {
    planned_ = request;
    return Plan{TwoVertexGraph(), {"careful"}};
  };
  std::unique_ptr<JobStore> store_;
  std::unique_ptr<PluginStore> plugins_;
  std::unique_ptr<Dispatcher> dispatcher_;
  std::unique_ptr<RestService> rest_;
};

}  // namespace penstock
