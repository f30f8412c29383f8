#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "common/mutex.h"
#include "worker/agent/host_process.h"

namespace penstock {

/// Called on the watcher's thread; they must not block, so they post. A host's events come before
/// its end, and nothing after it.
struct HostWatcherHandlers {
  std::function<void(HostId, HostEvent)> on_event;
  std::function<void(HostExited)> on_exit;
};

/// Starts task hosts and watches them on a thread of its own. Methods are thread-safe; each host
/// that Spawn was called for gets exactly one on_exit, unless Stop() comes before.
class HostWatcher {
 public:
  HostWatcher(HostProcessOptions options, HostWatcherHandlers handlers);
  /// Stop() must have been called if Start() succeeded.
  ~HostWatcher();

  Status Start();
  /// Kills and reaps all hosts. No handler is called any more when it returns.
  void Stop() EXCLUDES(mu_);

  void Spawn(const HostSetup& setup) EXCLUDES(mu_);
  /// Dropped when the host is not running.
  void Send(HostId host, const HostCommand& command) EXCLUDES(mu_);
  /// SIGKILL; on_exit follows.
  void Kill(HostId host) EXCLUDES(mu_);
  std::vector<pid_t> Pids() const EXCLUDES(mu_);

 private:
  struct Watched {
    std::unique_ptr<HostProcess> process;
    std::string failure;   // why the watcher has killed it
    bool ordered = false;  // Kill() found it alive
  };
  /// What one round has found out, told after the lock is released.
  struct News {
    std::vector<std::pair<HostId, HostEvent>> events;
    std::vector<HostExited> exits;
  };

  void Run() EXCLUDES(mu_);
  bool stopping() const EXCLUDES(mu_);
  /// Waits until there is something to do.
  void Poll() EXCLUDES(mu_);
  News Collect() EXCLUDES(mu_);
  void Receive(HostId id, Watched& host, News& news) REQUIRES(mu_);
  void Fail(Watched& host, const std::string& why) REQUIRES(mu_);
  HostExited Describe(HostId id, const Watched& host, const ExitStatus& status) REQUIRES(mu_);
  void Wake();

  const HostProcessOptions options_;
  const HostWatcherHandlers handlers_;
  UniqueFd event_;
  std::thread thread_;

  mutable Mutex mu_;
  bool stopping_ GUARDED_BY(mu_) = false;
  std::map<HostId, Watched> hosts_ GUARDED_BY(mu_);
  std::vector<HostExited> not_started_ GUARDED_BY(mu_);
};

}  // namespace penstock
