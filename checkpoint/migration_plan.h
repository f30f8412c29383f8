#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checkpoint/value_layout.h"
#include "common/state_schema.h"

namespace penstock::internal {

/// How one value of a stored layout becomes one of the current layout. Points into both.
struct MigrationStep {
  enum class Action : unsigned char {
    kCopy,
    kDefault,   ///< Nothing is stored: `bytes`.
    kWiden,     ///< An integer.
    kToDouble,  ///< A float.
    kFields,
    kOptional,
    kElements,  ///< A list or an array.
  };
  Action action = Action::kCopy;
  const LayoutNode* stored = nullptr;
  const LayoutNode* current = nullptr;
  /// The current fields in order; of a container, its element.
  std::vector<MigrationStep> children;
  std::size_t from = 0;     ///< In the parent's kFields: which stored field.
  std::vector<Tail> tails;  ///< Of kFields: behind each stored field.
  std::string bytes;        ///< Of kDefault.
};

/// What MakePlan has found.
struct MigrationFindings {
  std::vector<std::string> problems;
  std::vector<std::string> changes;
};

/// The plan is good when there are no problems.
MigrationStep MakePlan(const LayoutNode& stored, const LayoutNode& current,
                       const Evolution& evolution, MigrationFindings& findings);

}  // namespace penstock::internal
