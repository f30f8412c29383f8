#include "worker/task/serial_executor.h"

#include <cassert>
#include <utility>

#include "common/stacks/named_thread.h"

namespace penstock {

SerialExecutor::~SerialExecutor() { assert(!thread_.joinable()); }

void SerialExecutor::Start() {
  thread_ = std::thread([this] { Run(); });
}

void SerialExecutor::Stop() {
  {
    MutexLock lock(mu_);
    stopped_ = true;
    wake_.NotifyOne();
  }
  if (thread_.joinable()) thread_.join();
}

void SerialExecutor::Submit(std::packaged_task<void()> work) {
  MutexLock lock(mu_);
  waiting_.push_back(std::move(work));
  wake_.NotifyOne();
}

void SerialExecutor::Run() {
  const NamedThread name(name_);
  for (;;) {
    std::packaged_task<void()> work;
    {
      MutexLock lock(mu_);
      while (waiting_.empty() && !stopped_) wake_.Wait(mu_);
      if (stopped_) return;
      work = std::move(waiting_.front());
      waiting_.pop_front();
    }
    work();
  }
}

}  // namespace penstock
