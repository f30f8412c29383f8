#pragma once

#include <string_view>
#include <vector>

#include "checkpoint/restore_check.h"
#include "checkpoint/stored_checkpoint.h"
#include "common/config/configuration.h"
#include "common/file_system.h"
#include "common/status.h"
#include "graph/job_graph.h"

namespace penstock {

/// What the operators of a job keep, of all that have a uid.
std::vector<OperatorStates> StatesOf(const JobGraph& graph);

/// From the job's options; InvalidArgument when the uid mapping is none.
Result<RestoreCheckOptions> RestoreCheckOptionsFrom(const Configuration& config);

/// Whether a job can begin with the savepoint or checkpoint that `location` names. Reads every
/// byte of it, so it takes long; damage is a problem like others. An error when there is no
/// checkpoint.
Result<RestoreReport> CheckAgainst(FileSystem& fs, std::string_view location, const JobGraph& graph,
                                   const RestoreCheckOptions& options);

/// Opens what a job is to start from. As CheckAgainst but quick: files must be there with their
/// sizes, only metadata is read; one user error with all problems when the job doesn't fit.
Result<StoredCheckpoint> OpenFitting(FileSystem& fs, std::string_view location,
                                     const JobGraph& graph, const RestoreCheckOptions& options);

}  // namespace penstock
