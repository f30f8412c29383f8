#include "checkpoint/value_migration.h"

#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "checkpoint/migration_plan.h"

namespace penstock {

using internal::MigrationStep;
using Action = MigrationStep::Action;

struct ValueMigration::Plan {
  LayoutNode stored;
  LayoutNode current;
  MigrationStep root;
};

namespace {

bool ConvertValue(const MigrationStep& step, std::string_view bytes, std::string& out);

/// Little endian: what is added goes behind.
bool Widen(const MigrationStep& step, std::string_view bytes, std::string& out) {
  if (bytes.size() != step.stored->width) return false;
  const bool negative = step.stored->is_signed && (bytes.back() & 0x80) != 0;
  out += bytes;
  out.append(step.current->width - step.stored->width, negative ? '\xff' : '\0');
  return true;
}

bool ConvertToDouble(std::string_view bytes, std::string& out) {
  float value = 0;
  if (bytes.size() != sizeof(value)) return false;
  std::memcpy(&value, bytes.data(), sizeof(value));
  ByteWriter(out).Fixed(static_cast<double>(value));
  return true;
}

/// Reads over one stored value; false when it is damaged.
bool TakeValue(const LayoutNode& node, ByteReader& in, Tail tail, std::string_view& value) {
  const std::string_view rest = in.rest();
  if (!SkipValue(node, in, tail)) return false;
  value = rest.substr(0, rest.size() - in.remaining());
  return true;
}

bool ConvertFields(const MigrationStep& step, std::string_view bytes, std::string& out) {
  std::vector<std::string_view> fields(step.tails.size());
  ByteReader in(bytes);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (!TakeValue(step.stored->children[i], in, step.tails[i], fields[i])) return false;
  }
  if (in.remaining() > 0) return false;
  for (const MigrationStep& child : step.children) {
    const bool stored = child.action != Action::kDefault;
    if (!ConvertValue(child, stored ? fields[child.from] : std::string_view(), out)) return false;
  }
  return true;
}

bool ConvertOptional(const MigrationStep& step, std::string_view bytes, std::string& out) {
  if (bytes.empty() || static_cast<unsigned char>(bytes.front()) > 1) return false;
  out += bytes.front();
  if (bytes.front() == 0) return bytes.size() == 1;
  return ConvertValue(step.children.front(), bytes.substr(1), out);
}

bool ConvertElements(const MigrationStep& step, std::string_view bytes, std::string& out) {
  ByteReader in(bytes);
  auto count = static_cast<std::uint32_t>(step.stored->count);
  if (step.stored->kind == LayoutKind::kList) {
    if (!ReadCount(*step.stored, in, count)) return false;
    ByteWriter(out).Fixed(count);
  }
  const LayoutNode& element = step.stored->children.front();
  for (std::uint32_t i = 0; i < count; ++i) {
    std::string_view value;
    if (!TakeValue(element, in, std::nullopt, value)) return false;
    if (!ConvertValue(step.children.front(), value, out)) return false;
  }
  return in.remaining() == 0;
}

bool ConvertValue(const MigrationStep& step, std::string_view bytes, std::string& out) {
  switch (step.action) {
    case Action::kCopy: out += bytes; return true;
    case Action::kDefault: out += step.bytes; return true;
    case Action::kWiden: return Widen(step, bytes, out);
    case Action::kToDouble: return ConvertToDouble(bytes, out);
    case Action::kFields: return ConvertFields(step, bytes, out);
    case Action::kOptional: return ConvertOptional(step, bytes, out);
    case Action::kElements: return ConvertElements(step, bytes, out);
  }
  return false;
}

bool HasValueField(const LayoutNode& node) {
  for (const LayoutNode& child : node.children) {
    if (child.name == "value") return true;
  }
  return false;
}

/// A single value and a struct with a field `value` are comparable.
void MakeComparable(LayoutNode& a, LayoutNode& b) {
  if (a.kind == LayoutKind::kStruct && b.kind != LayoutKind::kStruct && HasValueField(a)) {
    b = AsOnlyField(std::move(b));
  } else if (b.kind == LayoutKind::kStruct && a.kind != LayoutKind::kStruct && HasValueField(b)) {
    a = AsOnlyField(std::move(a));
  }
}

Status Refusal(const StateName& name, const std::vector<std::string>& problems) {
  return Status::InvalidArgument(
      fmt::format("the value type of state '{}' of operator '{}' has changed: {}", name.state,
                  name.operator_uid, fmt::join(problems, "; ")),
      "give the type its former fields, or give the state a new name and start without it; "
      "docs/state.md says what may change");
}

}  // namespace

ValueMigration::ValueMigration() = default;
ValueMigration::ValueMigration(ValueMigration&&) noexcept = default;
ValueMigration& ValueMigration::operator=(ValueMigration&&) noexcept = default;
ValueMigration::~ValueMigration() = default;

Result<ValueMigration> ValueMigration::Make(const StateName& name, const Fingerprint& stored,
                                            const Fingerprint& current,
                                            const Evolution& evolution) {
  ValueMigration migration;
  if (stored == current) return migration;
  PENSTOCK_ASSIGN_OR_RETURN(const ValueLayout before, ValueLayout::Parse(stored));
  PENSTOCK_ASSIGN_OR_RETURN(const ValueLayout now, ValueLayout::Parse(current));
  auto plan = std::make_unique<Plan>(Plan{before.root(), now.root(), {}});
  MakeComparable(plan->stored, plan->current);
  internal::MigrationFindings findings;
  plan->root = internal::MakePlan(plan->stored, plan->current, evolution, findings);
  if (!findings.problems.empty()) return Refusal(name, findings.problems);
  migration.plan_ = std::move(plan);
  migration.changes_ = std::move(findings.changes);
  return migration;
}

Status ValueMigration::Convert(std::string_view bytes, std::string& out) const {
  if (trivial()) {
    out = bytes;
    return {};
  }
  out.clear();
  if (ConvertValue(plan_->root, bytes, out)) return {};
  return Status::Corruption(
      fmt::format("a stored value of {} bytes does not have its layout", bytes.size()));
}

Status CheckKind(const StateName& name, const std::string& stored, const std::string& current) {
  if (stored == current) return {};
  return Status::InvalidArgument(
      fmt::format(
          "state '{}' of operator '{}' is of kind '{}' in the checkpoint and '{}' in the job",
          name.state, name.operator_uid, stored, current),
      "give the state a new name and start without it");
}

Status CheckUnchanged(const StateName& name, std::string_view part, const Fingerprint& stored,
                      const Fingerprint& current) {
  if (stored == current) return {};
  return Status::InvalidArgument(
      fmt::format("the {} type of state '{}' of operator '{}' has changed: it was {} and is {}",
                  part, name.state, name.operator_uid, ToString(stored), ToString(current)),
      "only values may change; give the key its former type, or give the state a new name and "
      "start without it");
}

}  // namespace penstock
