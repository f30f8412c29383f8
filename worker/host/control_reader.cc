#include "worker/host/control_reader.h"

#include <unistd.h>

#include <chrono>
#include <utility>
#include <variant>

#include "common/logging.h"
#include "common/stacks/named_thread.h"

namespace penstock {
namespace {

constexpr auto kCancelPatience = std::chrono::milliseconds(900);

}  // namespace

void ControlReader::Start() {
  std::thread([this] { Run(); }).detach();
}

void ControlReader::Run() {
  const NamedThread name("control");
  for (;;) {
    Result<std::optional<std::string>> message = pipe_.Read();
    if (!message.ok() || !message->has_value()) ::_exit(1);
    Result<HostCommand> command = DecodeHostCommand(**message);
    if (!command.ok()) {
      LogError("command can't be read", {{"error", command.status()}});
      ::_exit(1);
    }
    if (auto* asked = std::get_if<AskedOfHost>(&*command)) {
      inspector_.Ask(std::move(*asked));
      continue;
    }
    const bool cancel = std::holds_alternative<CancelTasks>(*command);
    inbox_.Post(std::move(*command));
    if (cancel) EndSoon();
  }
}

void ControlReader::EndSoon() {
  std::thread([] {
    std::this_thread::sleep_for(kCancelPatience);
    ::_exit(0);
  }).detach();
}

}  // namespace penstock
