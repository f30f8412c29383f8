#include "common/stacks/named_thread.h"

#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>

#include "common/mutex.h"

namespace penstock {
namespace {

constexpr std::size_t kSignalStack = 64u << 10;
constexpr std::size_t kKernelName = 15;

class Registry {
 public:
  void Add(ThreadEntry entry) {
    MutexLock lock(mu_);
    entries_[entry.tid] = std::move(entry);
  }
  void Remove(pid_t tid) {
    MutexLock lock(mu_);
    entries_.erase(tid);
  }
  std::map<pid_t, ThreadEntry> entries() {
    MutexLock lock(mu_);
    return entries_;
  }

 private:
  Mutex mu_;
  std::map<pid_t, ThreadEntry> entries_ GUARDED_BY(mu_);
};

/// Never destroyed: threads may end after main has returned.
Registry& Names() {
  static auto* const names = new Registry();
  return *names;
}

std::string KernelName(pid_t tid) {
  std::ifstream file("/proc/self/task/" + std::to_string(tid) + "/comm");
  std::string name;
  std::getline(file, name);
  return name;
}

/// Null when there is no memory for one; a crash is then reported on the normal stack.
void* UseSignalStack() {
  void* const memory = ::mmap(nullptr, kSignalStack, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) return nullptr;
  stack_t stack{};
  stack.ss_sp = memory;
  stack.ss_size = kSignalStack;
  ::sigaltstack(&stack, nullptr);
  return memory;
}

}  // namespace

NamedThread::NamedThread(const std::string& name, std::optional<SubtaskId> task)
    : signal_stack_(UseSignalStack()) {
  ::pthread_setname_np(::pthread_self(), name.substr(0, kKernelName).c_str());
  Names().Add({::gettid(), name, task});
}

NamedThread::~NamedThread() {
  Names().Remove(::gettid());
  if (signal_stack_ == nullptr) return;
  stack_t none{};
  none.ss_flags = SS_DISABLE;
  ::sigaltstack(&none, nullptr);
  ::munmap(signal_stack_, kSignalStack);
}

std::vector<ThreadEntry> ListThreads() {
  std::map<pid_t, ThreadEntry> named = Names().entries();
  std::vector<ThreadEntry> threads;
  const std::unique_ptr<DIR, int (*)(DIR*)> tasks(::opendir("/proc/self/task"), ::closedir);
  if (tasks == nullptr) return threads;
  while (const dirent* entry = ::readdir(tasks.get())) {
    const pid_t tid = std::atoi(entry->d_name);
    if (tid <= 0) continue;
    const auto found = named.find(tid);
    threads.push_back(found != named.end() ? found->second : ThreadEntry{tid, KernelName(tid), {}});
  }
  std::sort(threads.begin(), threads.end(),
            [](const ThreadEntry& a, const ThreadEntry& b) { return a.tid < b.tid; });
  return threads;
}

}  // namespace penstock
