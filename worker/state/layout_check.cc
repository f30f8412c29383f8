#include "worker/state/layout_check.h"

#include <fmt/format.h>

#include "worker/state/snapshot_v1.h"

namespace penstock {
namespace {

Status CheckPart(const SnapshotTable& stored, const StateDescriptor& registered, const char* part,
                 const Fingerprint& before, const Fingerprint& now) {
  if (before == now) return Status::Ok();
  return Status::InvalidArgument(
      fmt::format(
          "the {} type of state '{}' of operator '{}' has changed\n  in the checkpoint: {}\n"
          "  in the job:        {}",
          part, stored.name, registered.operator_uid, ToString(before), ToString(now)),
      "give the type its former fields, or give the state a new name and start without it");
}

}  // namespace

Status CheckLayout(std::uint32_t version, const SnapshotTable& stored,
                   const StateDescriptor& registered) {
  if (stored.kind != registered.kind) {
    return Status::InvalidArgument(
        fmt::format(
            "state '{}' of operator '{}' is of kind '{}' in the checkpoint and '{}' in the job",
            stored.name, registered.operator_uid, stored.kind, registered.kind),
        "give the state a new name and start without it");
  }
  PENSTOCK_RETURN_IF_ERROR(CheckPart(stored, registered, "key", stored.key, registered.key));
  const Fingerprint space = version == 1 ? SpaceLayoutOfV1(stored) : stored.space;
  const Fingerprint value = version == 1 ? ValueLayoutOfV1(stored) : stored.value;
  PENSTOCK_RETURN_IF_ERROR(CheckPart(stored, registered, "namespace", space, registered.space));
  return CheckPart(stored, registered, "value", value, registered.value);
}

}  // namespace penstock
