#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "common/ids.h"

namespace penstock {

/// Gives the calling thread a name, for people who look at the process from outside (its first 15
/// bytes) or through stack dumps (all of it), and a stack of its own for crash signals, so that
/// even an overflow of the normal one is reported. Made first on a thread, and destroyed there.
class NamedThread {
 public:
  explicit NamedThread(const std::string& name, std::optional<SubtaskId> task = std::nullopt);
  ~NamedThread();
  NamedThread(const NamedThread&) = delete;
  NamedThread& operator=(const NamedThread&) = delete;

 private:
  void* signal_stack_ = nullptr;
};

struct ThreadEntry {
  pid_t tid = 0;
  std::string name;
  std::optional<SubtaskId> task;
};
/// The threads that there are now, named or not, in order of their ids; one may end at any time.
std::vector<ThreadEntry> ListThreads();

}  // namespace penstock
