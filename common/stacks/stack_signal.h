#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <vector>

#include "common/status.h"

namespace penstock {

/// What one thread has said of itself.
struct CapturedStack {
  pid_t tid = 0;
  std::vector<std::uintptr_t> frames;  ///< Innermost first; for Symbolizer.
};

/// Takes the real-time signal with which threads are asked for their stacks. Its handler allocates
/// and locks nothing; it writes into one of a fixed number of places, and counts a stack as lost
/// when none is free. Call once, before the threads start; later calls do nothing.
Status InstallStackSignal();
/// The signal, after InstallStackSignal().
int StackSignal();

/// Stacks that belong together: those of one dump, or of one time of sampling. Any thread, one at a
/// time; several sessions may be open at once.
class StackSession {
 public:
  StackSession();
  /// What still comes in is dropped.
  ~StackSession();
  StackSession(const StackSession&) = delete;
  StackSession& operator=(const StackSession&) = delete;

  /// Asks a thread of this process. False when it has ended.
  bool Ask(pid_t tid) const;
  /// What the signal has to carry to belong to this session, for timers.
  int id() const { return id_; }
  /// What has come in since the last call.
  std::vector<CapturedStack> Take();

 private:
  const int id_;
};

/// Of all stacks since the start of the process, those that found no place.
std::uint64_t LostStacks();

/// Asks all of `tids` at once. Threads that have not answered after `patience`, because they block
/// the signal or wait in the kernel for a disk, are not among the answers.
std::vector<CapturedStack> CaptureStacks(const std::vector<pid_t>& tids,
                                         std::chrono::milliseconds patience);

}  // namespace penstock
