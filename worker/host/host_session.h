#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "common/clock.h"
#include "common/file_system.h"
#include "wire/message_pipe.h"
#include "wire/messages.h"
#include "worker/exchange/exchange.h"
#include "worker/host/host_inbox.h"
#include "worker/host/host_job.h"
#include "worker/host/memory_limit.h"
#include "worker/host/stall_watch.h"
#include "worker/host/task_set.h"
#include "worker/task/task_listener.h"

namespace penstock {

/// One run of a task host, from its setup to its exit code. The main thread runs it; tasks report
/// through the inbox.
class HostSession final : private TaskListener {
 public:
  /// All outlive this.
  HostSession(HostSetup setup, MessagePipe& pipe, HostInbox& inbox, FileSystem& fs,
              const Clock& clock, RecordTaps& taps);
  ~HostSession() override;

  /// Returns the exit code. After a failure (1) threads may still run: the process must end.
  int Run();

 private:
  // TaskListener, on other threads.
  void OnDeployed(SubtaskId subtask) override { inbox_.Post(TaskDeployed{subtask}); }
  void OnExhausted(SubtaskId subtask) override { inbox_.Post(HostEvent(SourceExhausted{subtask})); }
  void OnAcknowledged(CheckpointAcknowledged acknowledged) override {
    inbox_.Post(HostEvent(std::move(acknowledged)));
  }
  void OnDeclined(CheckpointDeclined declined) override {
    inbox_.Post(HostEvent(std::move(declined)));
  }
  void OnFinished(SubtaskId subtask) override { inbox_.Post(TaskFinished{subtask}); }
  void OnFailed(HostFailed failed) override { inbox_.Post(HostEvent(std::move(failed))); }

  Status Prepare();
  void Handle(const HostCommand& command);
  void Handle(const HostEvent& event);
  void Handle(const TaskDeployed&);
  void Handle(const TaskFinished&);
  void Handle(const ExchangeFailed& failed);
  void Obey(const DeployTasks& deploy);
  void Obey(const TriggerCheckpoint& trigger);
  void Obey(const CancelTasks&);
  void Obey(const AskedOfHost&) {}  // never comes here: the inspector's
  template <typename Command>
  void Obey(const Command& command) {
    if (tasks_ != nullptr) tasks_->Post(command);
  }
  void Tick();
  MemoryUse UsedMemory() const;
  void WatchTasks();
  void Finish();
  void Fail(HostFailed failed);
  void Send(const HostEvent& event);

  const HostSetup setup_;
  const MemoryShares memory_;
  MessagePipe& pipe_;
  HostInbox& inbox_;
  FileSystem& fs_;
  const Clock& clock_;
  RecordTaps& taps_;

  // Main thread only, constant after Prepare.
  HostJob job_;
  std::unique_ptr<Exchange> exchange_;

  // Main thread only.
  std::unique_ptr<StateMemory> state_memory_;  // outlives the tasks
  std::unique_ptr<TaskSet> tasks_;
  std::size_t deployed_ = 0;
  std::size_t finished_ = 0;
  Status lost_connection_;  // not OK: lost when only commits were left to do
  StallWatch stalls_;
  std::optional<int> exit_code_;
};

}  // namespace penstock
