#pragma once

#include <deque>
#include <thread>

#include "common/mutex.h"
#include "worker/task/executor.h"

namespace penstock {

/// One thread that runs submitted work in order.
class SerialExecutor final : public Executor {
 public:
  SerialExecutor() = default;
  /// Requires Stop after Start.
  ~SerialExecutor() override;

  void Start();
  /// Finishes the work that runs, drops what waits, and joins.
  void Stop();
  void Submit(std::packaged_task<void()> work) override EXCLUDES(mu_);

 private:
  void Run() EXCLUDES(mu_);

  std::thread thread_;
  Mutex mu_;
  CondVar wake_;
  bool stopped_ GUARDED_BY(mu_) = false;
  std::deque<std::packaged_task<void()>> waiting_ GUARDED_BY(mu_);
};

}  // namespace penstock
