#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "wire/message_pipe.h"

// Plays a task host: says that it is ready, answers checkpoints, ends as it is told.

namespace penstock {
namespace {

int Play() {
  MessagePipe pipe{UniqueFd(kTaskHostFd)};
  const auto first = pipe.Read();
  if (!first.ok() || !*first) return 3;
  const auto setup = DecodeHostSetup(**first);
  if (!setup.ok()) return 4;
  fprintf(stderr, "plugin %s\n", setup->plugin_path.c_str());
  if (!pipe.Write(EncodeHostEvent(HostReady{ToString(setup->host)})).ok()) return 5;

  while (true) {
    const auto message = pipe.Read();
    if (!message.ok()) return 6;
    if (!*message) return 0;  // the worker is gone
    const auto command = DecodeHostCommand(**message);
    if (!command.ok()) return 7;
    if (const auto* trigger = std::get_if<TriggerCheckpoint>(&*command)) {
      if (!pipe.Write(EncodeHostEvent(CheckpointDeclined{trigger->checkpoint, {}, {}})).ok())
        return 8;
    } else if (std::holds_alternative<StartTasks>(*command)) {
      fprintf(stderr, "about to crash\n");
      raise(SIGSEGV);
    } else if (std::holds_alternative<StopSources>(*command)) {
      if (!pipe.Write("nonsense").ok()) return 9;
    } else if (std::holds_alternative<CancelTasks>(*command)) {
      if (!pipe.Write(EncodeHostEvent(HostFinished{})).ok()) return 10;
      return 0;
    }
  }
}

}  // namespace
}  // namespace penstock

int main() { return penstock::Play(); }
