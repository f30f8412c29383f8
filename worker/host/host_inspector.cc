#include "worker/host/host_inspector.h"

#include <algorithm>
#include <utility>

#include "common/logging.h"
#include "common/stacks/stack_dump.h"
#include "common/stacks/stack_sampler.h"

namespace penstock {
namespace {

/// Those of these tasks that run; without tasks, all threads.
std::vector<ThreadEntry> ThreadsOf(const std::vector<SubtaskId>& subtasks) {
  std::vector<ThreadEntry> threads = ListThreads();
  if (subtasks.empty()) return threads;
  std::erase_if(threads, [&](const ThreadEntry& thread) {
    return !thread.task ||
           std::find(subtasks.begin(), subtasks.end(), *thread.task) == subtasks.end();
  });
  return threads;
}

SamplingOptions::Kind KindOf(SampleKind kind) {
  switch (kind) {
    case SampleKind::kOnCpu: return SamplingOptions::Kind::kOnCpu;
    case SampleKind::kOffCpu: return SamplingOptions::Kind::kOffCpu;
    case SampleKind::kFull: return SamplingOptions::Kind::kFull;
  }
  return SamplingOptions::Kind::kFull;
}

}  // namespace

void HostInspector::Start() {
  quick_.Start();
  slow_.Start();
}

void HostInspector::Ask(AskedOfHost asked) {
  SerialExecutor& executor = std::holds_alternative<SampleStacks>(asked.query) ? slow_ : quick_;
  executor.Submit(std::packaged_task<void()>([this, asked = std::move(asked)] {
    Result<std::string> text =
        std::visit([this](const auto& what) { return Run(what); }, asked.query);
    QueryAnswer answer{asked.id, text.ok() ? Status::Ok() : text.status(), ""};
    if (text.ok()) answer.text = std::move(text).value();
    const Status written = pipe_.Write(EncodeHostEvent(std::move(answer)));
    if (!written.ok()) LogDebug("worker can't be reached", {{"error", written}});
  }));
}

Result<std::string> HostInspector::Run(const DumpStacks& query) {
  return StacksText(TakeStacks(ThreadsOf(query.subtasks)));
}

Result<std::string> HostInspector::Run(const SampleStacks& query) {
  SamplingOptions options;
  options.kind = KindOf(query.kind);
  for (const ThreadEntry& thread : ThreadsOf(query.subtasks)) options.tids.push_back(thread.tid);
  options.duration = std::chrono::milliseconds(query.duration_millis);
  PENSTOCK_ASSIGN_OR_RETURN(const StackCounts counts, SampleStackCounts(options));
  return StackCountsText(counts);
}

}  // namespace penstock
