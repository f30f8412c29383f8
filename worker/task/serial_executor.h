#pragma once

#include <deque>
#include <string>
#include <thread>
#include <utility>

#include "common/mutex.h"
#include "worker/task/executor.h"

namespace penstock {

/// One thread that runs submitted work in order.
class SerialExecutor final : public Executor {
 public:
  /// `name` is that of its thread.
  explicit SerialExecutor(std::string name) : name_(std::move(name)) {}
  /// Requires Stop after Start.
  ~SerialExecutor() override;

  void Start();
  /// Finishes the work that runs, drops what waits, and joins.
  void Stop();
  void Submit(std::packaged_task<void()> work) override EXCLUDES(mu_);

 private:
  void Run() EXCLUDES(mu_);

  const std::string name_;
  std::thread thread_;
  Mutex mu_;
  CondVar wake_;
  bool stopped_ GUARDED_BY(mu_) = false;
  std::deque<std::packaged_task<void()>> waiting_ GUARDED_BY(mu_);
};

}  // namespace penstock
