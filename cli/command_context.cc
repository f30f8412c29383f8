#include "cli/command_context.h"

#include "cli/exit_code.h"
#include "common/config/options.h"
#include "common/file_system.h"

namespace penstock {

RestClient CommandContext::Rest() const {
  // A coordinator on this machine: its port is configured, not its URL.
  std::string url = config.Get(options::kRestUrl);
  if (config.Find(options::kRestUrl.spec).origin == ConfigOrigin::kDefault) {
    url = "http://127.0.0.1:" + std::to_string(config.Get(options::kRestPort));
  }
  const std::string path = JoinPath(config.Get(options::kDataDirectory), "token");
  std::string token = ReadFile(PosixFileSystem(), path).ok()
                          ? ReadFile(PosixFileSystem(), path).value()
                          : std::string();  // the coordinator's refusal says what is missing
  while (!token.empty() && token.back() == '\n') token.pop_back();
  return RestClient(std::move(url), std::move(token));
}

int Fail(const CommandContext& context, const Status& status) {
  context.console.ClearProgress();
  context.console.Error(status);
  return ExitCodeOf(status);
}

}  // namespace penstock
