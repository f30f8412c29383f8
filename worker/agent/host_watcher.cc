#include "worker/agent/host_watcher.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cassert>
#include <cerrno>
#include <cstring>

#include "common/logging.h"
#include "common/stacks/named_thread.h"

namespace penstock {

HostWatcher::HostWatcher(HostProcessOptions options, HostWatcherHandlers handlers)
    : options_(std::move(options)), handlers_(std::move(handlers)) {}

HostWatcher::~HostWatcher() { assert(!thread_.joinable() && "Stop() was not called"); }

Status HostWatcher::Start() {
  event_ = UniqueFd(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!event_) {
    return Status::External(std::string("cannot make an eventfd: ") + std::strerror(errno));
  }
  thread_ = std::thread([this] { Run(); });
  return Status::Ok();
}

void HostWatcher::Stop() {
  if (!thread_.joinable()) return;
  {
    MutexLock lock(mu_);
    stopping_ = true;
  }
  Wake();
  thread_.join();
  MutexLock lock(mu_);
  hosts_.clear();
}

void HostWatcher::Spawn(const HostSetup& setup) {
  {
    MutexLock lock(mu_);
    auto process = HostProcess::Spawn(options_, setup);
    if (process.ok()) {
      hosts_[setup.host].process = std::move(process).value();
    } else {
      const Status status = process.status().WithContext("the task host cannot be started");
      not_started_.push_back({setup.host, false, false, status.message(), "", ""});
    }
  }
  Wake();
}

void HostWatcher::Send(HostId host, const HostCommand& command) {
  const std::string message = EncodeHostCommand(command);
  {
    MutexLock lock(mu_);
    const auto found = hosts_.find(host);
    if (found == hosts_.end()) return;
    const Status status = found->second.process->Queue(message);
    if (!status.ok()) Fail(found->second, status.message());
    if (!found->second.process->wants_to_write()) return;
  }
  Wake();
}

void HostWatcher::Kill(HostId host) {
  MutexLock lock(mu_);
  const auto found = hosts_.find(host);
  if (found == hosts_.end()) return;
  // One that dies by itself must not look killed by us.
  if (found->second.process->Ending()) return;
  found->second.ordered = true;
  if (const Status status = found->second.process->Kill(); !status.ok()) {
    LogError("a task host cannot be killed", {{"host", host}, {"error", status}});
  }
}

std::vector<pid_t> HostWatcher::Pids() const {
  MutexLock lock(mu_);
  std::vector<pid_t> pids;
  for (const auto& [id, host] : hosts_) pids.push_back(host.process->pid());
  return pids;
}

void HostWatcher::Run() {
  const NamedThread name("host-watcher");
  while (!stopping()) {
    Poll();
    News news = Collect();
    for (auto& [id, event] : news.events) handlers_.on_event(id, std::move(event));
    for (HostExited& exited : news.exits) handlers_.on_exit(std::move(exited));
  }
}

bool HostWatcher::stopping() const {
  MutexLock lock(mu_);
  return stopping_;
}

void HostWatcher::Poll() {
  std::vector<pollfd> fds{{event_.get(), POLLIN, 0}};
  {
    MutexLock lock(mu_);
    for (const auto& [id, host] : hosts_) {
      const HostProcess& process = *host.process;
      const short writable = process.wants_to_write() ? POLLOUT : 0;
      fds.push_back({process.pidfd(), POLLIN, 0});
      // A negative descriptor is skipped: a closed end would be ready for ever.
      fds.push_back(
          {process.closed() ? -1 : process.socket(), static_cast<short>(POLLIN | writable), 0});
      fds.push_back({process.output(), POLLIN, 0});
    }
  }
  // Hosts leave only on this thread, so the descriptors stay valid.
  poll(fds.data(), fds.size(), -1);
  std::uint64_t count = 0;
  // It fails when nobody has written, which is fine.
  [[maybe_unused]] const ssize_t got = read(event_.get(), &count, sizeof(count));
}

HostWatcher::News HostWatcher::Collect() {
  News news;
  MutexLock lock(mu_);
  news.exits = std::exchange(not_started_, {});
  for (auto entry = hosts_.begin(); entry != hosts_.end();) {
    auto& [id, host] = *entry;
    // Asked first: what is read afterwards is then all that an ended host has left behind.
    const auto ended = host.process->TryWait();
    host.process->Flush();
    Receive(id, host, news);
    host.process->DrainOutput();
    if (ended.ok() && !*ended) {
      ++entry;
      continue;
    }
    if (!ended.ok()) host.failure = ended.status().message();
    news.exits.push_back(Describe(id, host, ended.ok() ? **ended : ExitStatus{.value = 1}));
    entry = hosts_.erase(entry);
  }
  return news;
}

void HostWatcher::Receive(HostId id, Watched& host, News& news) {
  if (!host.failure.empty() || host.process->closed()) return;
  auto events = host.process->Receive();
  if (!events.ok()) return Fail(host, events.status().message());
  for (HostEvent& event : *events) news.events.emplace_back(id, std::move(event));
}

void HostWatcher::Fail(Watched& host, const std::string& why) {
  if (!host.failure.empty()) return;
  host.failure = why;
  // Signal() fails only for a process that has ended.
  (void)host.process->Kill();
}

HostExited HostWatcher::Describe(HostId id, const Watched& host, const ExitStatus& status) {
  std::string description = ToString(status);
  if (!host.failure.empty()) description += ": " + host.failure;
  return {id,
          status.ok() && host.failure.empty(),
          host.ordered,
          std::move(description),
          host.process->LogTail(),
          ""};
}

void HostWatcher::Wake() {
  const std::uint64_t one = 1;
  // It fails only when the counter is full, and then the watcher is awake.
  [[maybe_unused]] const ssize_t written = write(event_.get(), &one, sizeof(one));
}

}  // namespace penstock
