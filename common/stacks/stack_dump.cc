#include "common/stacks/stack_dump.h"

#include <fstream>
#include <map>

#include <boost/json.hpp>

#include "common/stacks/stack_signal.h"
#include "common/stacks/symbols.h"

namespace penstock {
namespace {

constexpr std::chrono::milliseconds kPatience{250};

/// Would the thread get the signal now? Without a signal no thread has it pending for later.
bool Listens(pid_t tid) {
  std::ifstream status("/proc/self/task/" + std::to_string(tid) + "/status");
  std::string line;
  while (std::getline(status, line)) {
    if (!line.starts_with("SigBlk:")) continue;
    const std::uint64_t blocked = std::stoull(line.substr(7), nullptr, 16);
    return (blocked >> (StackSignal() - 1) & 1) == 0;
  }
  return false;
}

}  // namespace

std::vector<ThreadStack> TakeStacks(const std::vector<ThreadEntry>& threads) {
  std::vector<pid_t> tids;
  for (const ThreadEntry& thread : threads) {
    if (Listens(thread.tid)) tids.push_back(thread.tid);
  }
  std::map<pid_t, CapturedStack> captured;
  for (CapturedStack& stack : CaptureStacks(tids, kPatience))
    captured[stack.tid] = std::move(stack);
  Symbolizer symbolizer;
  std::vector<ThreadStack> stacks;
  for (const ThreadEntry& thread : threads) {
    ThreadStack stack{thread, {}, !captured.contains(thread.tid)};
    for (const std::uintptr_t frame : captured[thread.tid].frames)
      stack.frames.push_back(symbolizer.Name(frame));
    stacks.push_back(std::move(stack));
  }
  return stacks;
}

std::string StacksText(const std::vector<ThreadStack>& stacks) {
  boost::json::array list;
  for (const ThreadStack& stack : stacks) {
    boost::json::object entry{{"thread", stack.thread.name}, {"id", stack.thread.tid}};
    if (stack.silent) entry["silent"] = true;
    boost::json::array& frames = entry["stack"].emplace_array();
    for (const std::string& frame : stack.frames) frames.emplace_back(frame);
    list.push_back(std::move(entry));
  }
  return boost::json::serialize(list);
}

}  // namespace penstock
