#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "api/testing/map_tier.h"
#include "common/ids.h"
#include "common/timestamp.h"

namespace penstock::testing {

/// One keyed state of one subtask.
struct StoredTable {
  StateDescriptor descriptor;
  TierEntries entries;
};

/// What one subtask has stored.
struct SubtaskSnapshot {
  std::string state;                          ///< Of SnapshotState.
  std::map<std::string, StoredTable> tables;  ///< By the state's name.
  std::vector<Timestamp> watermarks;          ///< By input channel.
};

/// What one operator has stored.
struct StoredOperator {
  std::string uid;  ///< Empty: it has none.
  std::string name;
  std::uint32_t max_parallelism = 1;
  std::vector<SubtaskSnapshot> subtasks;
};

/// A completed checkpoint of a job under test: a value.
struct Checkpoint {
  CheckpointId id;
  bool final = false;                               ///< The input had ended.
  std::map<std::string, StoredOperator> operators;  ///< By uid or, without one, "#" and its number.
};

}  // namespace penstock::testing
