#include "coordinator/restore_fit.h"

#include "checkpoint/checkpoint_reader.h"
#include "common/config/options.h"

namespace penstock {

std::vector<OperatorStates> StatesOf(const JobGraph& graph) {
  std::vector<OperatorStates> operators;
  for (const JobVertex& vertex : graph.vertices) {
    for (const GraphOperator& op : vertex.operators) {
      if (op.uid.empty()) continue;
      operators.push_back({op.uid, op.name, op.stateful, vertex.max_parallelism, op.states});
    }
  }
  return operators;
}

Result<RestoreCheckOptions> RestoreCheckOptionsFrom(const Configuration& config) {
  RestoreCheckOptions options;
  options.allow_non_restored = config.Get(options::kIgnoreUnclaimedState);
  auto mapping = ParseUidMapping(config.Get(options::kUidMapping));
  if (!mapping.ok()) {
    return mapping.status().WithContext(std::string(options::kUidMapping.spec.key));
  }
  options.uid_mapping = std::move(*mapping);
  return options;
}

Result<RestoreReport> CheckAgainst(FileSystem& fs, std::string_view location, const JobGraph& graph,
                                   const RestoreCheckOptions& options) {
  PENSTOCK_ASSIGN_OR_RETURN(const StoredCheckpoint checkpoint, ReadStoredCheckpoint(fs, location));
  RestoreReport report;
  const auto tasks = ReadTaskMetadata(fs, checkpoint);
  if (tasks.ok()) report = CheckRestore(*tasks, StatesOf(graph), options);
  for (std::string& damage : FindDamage(fs, checkpoint)) {
    report.problems.push_back(std::move(damage));
  }
  // Damaged metadata is among the damage; what is intact and still can't be read is not.
  if (!tasks.ok() && report.fits()) report.problems.push_back(tasks.status().message());
  return report;
}

Result<StoredCheckpoint> OpenFitting(FileSystem& fs, std::string_view location,
                                     const JobGraph& graph, const RestoreCheckOptions& options) {
  PENSTOCK_ASSIGN_OR_RETURN(StoredCheckpoint checkpoint, OpenStoredCheckpoint(fs, location));
  PENSTOCK_ASSIGN_OR_RETURN(const auto tasks, ReadTaskMetadata(fs, checkpoint));
  PENSTOCK_RETURN_IF_ERROR(CheckRestore(tasks, StatesOf(graph), options).ToStatus());
  return checkpoint;
}

}  // namespace penstock
