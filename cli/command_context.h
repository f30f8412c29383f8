#pragma once

#include <string>

#include "cli/console.h"
#include "cli/rest_client.h"
#include "common/config/configuration.h"

namespace penstock {

/// What every command gets. Lives for one command.
struct CommandContext {
  const Configuration& config;
  Console& console;
  OutputFormat format = OutputFormat::kTable;

  /// A client for the coordinator that the configuration names, with the token from its data
  /// directory.
  RestClient Rest() const;
  /// Of the coordinator that the configuration names: "http://127.0.0.1:8081".
  std::string RestUrl() const;
  /// The secret that permits changes; empty when it cannot be read.
  std::string Token() const;
};

/// Prints the error, on a line of its own; the exit code that belongs to it.
int Fail(const CommandContext& context, const Status& status);

}  // namespace penstock
