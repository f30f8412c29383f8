#pragma once

#include <memory>
#include <string>
#include <vector>

#include "api/runtime/keyed_table.h"

namespace penstock {

/// One table at a barrier. The descriptor is copied because the table itself lives on.
struct FrozenTable {
  StateDescriptor descriptor;
  std::unique_ptr<TableSnapshot> changes;
};

/// One operator at a barrier.
struct FrozenOperator {
  std::string key;  ///< As SnapshotOperator::key.
  std::string name;
  std::string state;
  std::vector<FrozenTable> tables;
};

/// A whole chain at a barrier: taken on the task's thread, written and destroyed on another.
struct FrozenChain {
  std::vector<FrozenOperator> operators;
};

}  // namespace penstock
