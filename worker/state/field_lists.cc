#include "worker/state/field_lists.h"

#include <fmt/format.h>

namespace penstock {
namespace {

std::string Describe(const std::vector<SnapshotField>& fields) {
  std::string text;
  for (const SnapshotField& field : fields) {
    if (!text.empty()) text += ", ";
    text += field.name.empty() ? field.type : field.name + ": " + field.type;
  }
  return "(" + text + ")";
}

Status CheckPart(const SnapshotTable& stored, const StateDescriptor& registered, const char* part,
                 const std::vector<SnapshotField>& before, const Fingerprint& now) {
  const std::vector<SnapshotField> fields = ToSnapshotFields(now);
  if (before == fields) return Status::Ok();
  return Status::InvalidArgument(
      fmt::format("the {} type of state '{}' of operator '{}' has changed\n  in the checkpoint: {}\n"
                  "  in the job:        {}",
                  part, stored.name, registered.operator_uid, Describe(before), Describe(fields)),
      "give the type its former fields, or give the state a new name and start without it");
}

}  // namespace

std::vector<SnapshotField> ToSnapshotFields(const Fingerprint& fingerprint) {
  std::vector<SnapshotField> fields;
  fields.reserve(fingerprint.size());
  for (const TypeField& field : fingerprint) fields.push_back({field.name, field.type});
  return fields;
}

Status CheckLayout(const SnapshotTable& stored, const StateDescriptor& registered) {
  if (stored.kind != registered.kind) {
    return Status::InvalidArgument(
        fmt::format("state '{}' of operator '{}' is of kind '{}' in the checkpoint and '{}' in the job",
                    stored.name, registered.operator_uid, stored.kind, registered.kind),
        "give the state a new name and start without it");
  }
  PENSTOCK_RETURN_IF_ERROR(CheckPart(stored, registered, "key", stored.key, registered.key));
  PENSTOCK_RETURN_IF_ERROR(
      CheckPart(stored, registered, "namespace", stored.space, registered.space));
  return CheckPart(stored, registered, "value", stored.value, registered.value);
}

}  // namespace penstock
