#include "cli/command_context.h"

#include "cli/exit_code.h"
#include "common/config/options.h"
#include "common/file_system.h"

namespace penstock {

std::string CommandContext::RestUrl() const {
  // A coordinator on this machine: its port is configured, not its URL.
  if (config.Find(options::kRestUrl.spec).origin == ConfigOrigin::kDefault) {
    return "http://127.0.0.1:" + std::to_string(config.Get(options::kRestPort));
  }
  std::string url = config.Get(options::kRestUrl);
  while (url.ends_with('/')) url.pop_back();
  return url;
}

std::string CommandContext::Token() const {
  const std::string path = JoinPath(config.Get(options::kDataDirectory), "token");
  Result<std::string> content = ReadFile(PosixFileSystem(), path);
  if (!content.ok()) return "";  // the coordinator's refusal says what is missing
  std::string token = std::move(content).value();
  while (!token.empty() && token.back() == '\n') token.pop_back();
  return token;
}

RestClient CommandContext::Rest() const { return RestClient(RestUrl(), Token()); }

int Fail(const CommandContext& context, const Status& status) {
  context.console.ClearProgress();
  context.console.Error(status);
  return ExitCodeOf(status);
}

}  // namespace penstock
