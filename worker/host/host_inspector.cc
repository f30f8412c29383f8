#include "worker/host/host_inspector.h"

#include <utility>

#include "common/logging.h"

namespace penstock {

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

Result<std::string> HostInspector::Run(const DumpStacks&) {
  return Status::Unavailable("no stacks");
}
Result<std::string> HostInspector::Run(const SampleStacks&) {
  return Status::Unavailable("no stacks");
}
Result<std::string> HostInspector::Run(const PollRecords&) {
  return Status::Unavailable("no records");
}

}  // namespace penstock
