#include "checkpoint/migration_plan.h"

#include <algorithm>

#include <fmt/format.h>

namespace penstock::internal {
namespace {

using Action = MigrationStep::Action;
using Bytes = std::optional<std::string_view>;

std::string NameOf(const LayoutNode& node) { return node.path.empty() ? "value" : node.path; }

bool IsWider(const LayoutNode& stored, const LayoutNode& current) {
  if (stored.kind != LayoutKind::kInteger || current.kind != LayoutKind::kInteger) return false;
  const bool sign_fits = stored.is_signed == current.is_signed || current.is_signed;
  return sign_fits && stored.width < current.width;
}

bool IsFloatToDouble(const LayoutNode& stored, const LayoutNode& current) {
  return stored.kind == LayoutKind::kFloat && current.kind == LayoutKind::kFloat &&
         stored.width < current.width;
}

const LayoutNode* FindField(const LayoutNode& node, std::string_view name) {
  for (const LayoutNode& child : node.children) {
    if (child.name == name) return &child;
  }
  return nullptr;
}

/// The bytes of each field of the struct `bytes`; nothing for those that can't be told.
std::vector<Bytes> Split(const LayoutNode& node, Bytes bytes) {
  std::vector<Bytes> parts(node.children.size());
  if (!bytes) return parts;
  const std::vector<Tail> tails = TailsOf(node, 0);
  ByteReader in(*bytes);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::string_view rest = in.rest();
    if (!SkipValue(node.children[i], in, tails[i])) break;
    parts[i] = rest.substr(0, rest.size() - in.remaining());
  }
  return parts;
}

/// Compares two layouts from the root to the leaves.
class Planner {
 public:
  Planner(const Evolution& evolution, MigrationFindings& findings)
      : evolution_(evolution), findings_(findings) {}

  /// `initial` is the default value of `current`.
  MigrationStep Plan(const LayoutNode& stored, const LayoutNode& current, Bytes initial) {
    MigrationStep step;
    step.stored = &stored;
    step.current = &current;
    if (SameLayout(stored, current)) return step;
    if (IsWider(stored, current) || IsFloatToDouble(stored, current)) {
      step.action = stored.is_float ? Action::kToDouble : Action::kWiden;
      Changed("field '{}' is widened from {} to {}", NameOf(current), stored.type, current.type);
    } else if (stored.kind == LayoutKind::kStruct && current.kind == LayoutKind::kStruct) {
      PlanFields(step, initial);
    } else if (stored.type == current.type && !stored.children.empty()) {
      PlanContent(step);
    } else {
      Problem("field '{}' was {} and is {}", NameOf(current), stored.type, current.type);
    }
    return step;
  }

  Bytes DefaultOf(const std::string& path) const {
    for (const DefaultValue& value : evolution_.defaults) {
      if (value.path == path) return value.bytes;
    }
    return std::nullopt;
  }

 private:
  template <typename... Args>
  void Problem(const char* format, const Args&... args) {
    findings_.problems.push_back(fmt::format(fmt::runtime(format), args...));
  }
  template <typename... Args>
  void Changed(const char* format, const Args&... args) {
    findings_.changes.push_back(fmt::format(fmt::runtime(format), args...));
  }

  /// Optionals, lists, and arrays of one length.
  void PlanContent(MigrationStep& step) {
    const LayoutNode& stored = step.stored->children.front();
    const LayoutNode& current = step.current->children.front();
    const bool repeated = step.stored->kind != LayoutKind::kOptional;
    if (repeated && !IsMeasurable(stored, std::nullopt)) return Unmeasurable(stored);
    step.action = repeated ? Action::kElements : Action::kOptional;
    step.children.push_back(Plan(stored, current, DefaultOf(current.path)));
  }

  void PlanFields(MigrationStep& step, Bytes initial) {
    step.action = Action::kFields;
    step.tails = TailsOf(*step.stored, 0);
    for (std::size_t i = 0; i < step.tails.size(); ++i) {
      const LayoutNode& field = step.stored->children[i];
      if (!IsMeasurable(field, step.tails[i])) return Unmeasurable(field);
    }
    const std::vector<Bytes> defaults = Split(*step.current, initial);
    for (std::size_t i = 0; i < defaults.size(); ++i) {
      step.children.push_back(PlanField(step, step.current->children[i], defaults[i]));
    }
    NoteStoredFields(step);
  }

  MigrationStep PlanField(const MigrationStep& parent, const LayoutNode& field, Bytes initial) {
    if (const LayoutNode* before = Predecessor(parent, field)) {
      MigrationStep step = Plan(*before, field, initial);
      step.from = static_cast<std::size_t>(before - parent.stored->children.data());
      return step;
    }
    MigrationStep step;
    step.action = Action::kDefault;
    step.current = &field;
    if (initial) {
      step.bytes = *initial;
      Changed("field '{}' is new", NameOf(field));
    } else {
      Problem("field '{}' is new and has no default value", NameOf(field));
    }
    return step;
  }

  /// The stored field of that name, or of an earlier one; null when there is none. A name that is
  /// still in use is nobody's earlier one.
  const LayoutNode* Predecessor(const MigrationStep& parent, const LayoutNode& field) {
    if (const LayoutNode* same = FindField(*parent.stored, field.name)) return same;
    for (const FieldAlias& alias : evolution_.aliases) {
      if (alias.now != field.path || FindField(*parent.current, alias.before)) continue;
      const LayoutNode* before = FindField(*parent.stored, alias.before);
      if (before == nullptr) continue;
      Changed("field '{}' was called '{}'", NameOf(field), alias.before);
      return before;
    }
    return nullptr;
  }

  void NoteStoredFields(const MigrationStep& step) {
    std::vector<bool> used(step.stored->children.size(), false);
    std::size_t last = 0;
    bool in_order = true;
    for (const MigrationStep& child : step.children) {
      if (child.action == Action::kDefault) continue;
      used[child.from] = true;
      in_order = in_order && child.from >= last;
      last = child.from;
    }
    if (!in_order) {
      const std::string& path = step.current->path;
      Changed("the fields{} are in another order", path.empty() ? "" : " of '" + path + "'");
    }
    for (std::size_t i = 0; i < used.size(); ++i) {
      if (!used[i]) Changed("field '{}' is dropped", NameOf(step.stored->children[i]));
    }
    if (std::find(used.begin(), used.end(), true) == used.end() && !used.empty()) {
      Problem("of {} no field is left", step.current->path.empty()
                                            ? std::string("its fields")
                                            : "the fields of '" + step.current->path + "'");
    }
  }

  void Unmeasurable(const LayoutNode& node) {
    Problem("what is stored behind '{}' can't be told from its value, which has a codec of its own",
            NameOf(node));
  }

  const Evolution& evolution_;
  MigrationFindings& findings_;
};

}  // namespace

MigrationStep MakePlan(const LayoutNode& stored, const LayoutNode& current,
                       const Evolution& evolution, MigrationFindings& findings) {
  Planner planner(evolution, findings);
  return planner.Plan(stored, current, planner.DefaultOf(""));
}

}  // namespace penstock::internal
