#pragma once

#include <future>

namespace penstock {

/// Runs work on another thread, in order. Any thread submits.
class Executor {
 public:
  virtual ~Executor() = default;
  virtual void Submit(std::packaged_task<void()> work) = 0;
};

}  // namespace penstock
