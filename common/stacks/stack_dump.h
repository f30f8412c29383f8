#pragma once

#include <string>
#include <vector>

#include "common/stacks/named_thread.h"

namespace penstock {

/// A thread and where it was.
struct ThreadStack {
  ThreadEntry thread;
  std::vector<std::string> frames;  ///< Names, innermost first.
  bool silent = false;              ///< It has given no answer: it blocks signals, or has ended.
};

/// Of these threads of this process. Takes a second at most, plus the reading of symbol tables; the
/// threads run on, interrupted for some microseconds. Needs InstallStackSignal().
std::vector<ThreadStack> TakeStacks(const std::vector<ThreadEntry>& threads);

/// JSON as wire/query.h has it.
std::string StacksText(const std::vector<ThreadStack>& stacks);

}  // namespace penstock
