#pragma once

#include <string>

#include "cli/command_context.h"

namespace penstock {

// `penstock state …`: looks into a savepoint or checkpoint without its job and without a
// coordinator. Values are JSON (docs/state.md).

/// What the commands are asked; a command ignores what it does not take.
struct StateRequest {
  std::string savepoint;     ///< Path of its directory.
  std::string operator_key;  ///< Uid; empty: all operators.
  std::string state;         ///< Empty: all states of the operator.
  std::string key;           ///< JSON.
};

/// Operators and their states: types, entries, bytes.
int ListStates(const CommandContext& context, const StateRequest& request);

/// The value of one key; of a state with namespaces a line of JSON for each. kExitNotFound when
/// the key has no entry.
int GetState(const CommandContext& context, const StateRequest& request);

/// All entries as lines of JSON: operator, state, key, namespace where there is one, value.
int ExportState(const CommandContext& context, const StateRequest& request);

}  // namespace penstock
