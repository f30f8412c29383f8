#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "checkpoint/manifest.h"
#include "checkpoint/storage.h"
#include "common/config/options.h"
#include "coordinator/job_progress.h"
#include "graph/job_graph.h"
#include "wire/messages.h"

namespace penstock {

// ---- what a JobMaster is told ----

struct StartJob {};
struct SlotsGranted {
  std::vector<WorkerId> slots;  ///< Entry i runs subtask i of every vertex.
};
/// Answers PrepareAttempt.
struct AttemptPrepared {
  Generation generation;
  Status status;
  std::optional<RestorePoint> restore;  ///< Nothing: the job starts from the beginning.
  CheckpointId newest;                  ///< Largest id in the checkpoint directory; 0 for none.
  std::vector<std::string> warnings;
};
struct HostMessage {
  WorkerId worker;
  HostId host;
  HostEvent event;
};
struct HostEnded {
  WorkerId worker;
  HostExited exit;
};
/// The worker and all its hosts count as gone.
struct WorkerGone {
  WorkerId worker;
  std::string reason;
};
/// Answers MakeCheckpointDirectory.
struct CheckpointDirectoryMade {
  Generation generation;
  CheckpointId checkpoint;
  Result<std::string> directory;
};
/// Answers WriteDecision.
struct DecisionWritten {
  Generation generation;
  CheckpointId checkpoint;
  DecisionOutcome outcome;
};
struct CancelJob {};
struct StopJob {};
/// Go on from a checkpoint with the graph of another parallelism.
struct RescaleJob {
  JobSpec spec;  ///< Replaces the job's; differs in configuration and graph_json.
  JobGraph graph;
};
/// Time may have passed.
struct Tick {};

using JobEvent =
    std::variant<StartJob, SlotsGranted, AttemptPrepared, HostMessage, HostEnded, WorkerGone,
                 CheckpointDirectoryMade, DecisionWritten, CancelJob, StopJob, RescaleJob, Tick>;

// ---- what it wants done; in order ----

/// Gives back what the job holds first: SlotsGranted.
struct RequestSlots {
  std::uint32_t count = 0;
};
struct ReleaseSlots {};
/// Store the progress durably, and in the same step what replaces the job's description; then fence
/// older generations; then find the restore point: AttemptPrepared. Nothing of the generation
/// starts before.
struct PrepareAttempt {
  JobProgress progress;
  std::map<CheckpointId, std::string> unreadable;  ///< Found damaged by a task; with the reason.
  std::optional<JobSpec> spec;                     ///< Nothing: it is stored already.
};
struct SendCommand {
  WorkerId worker;
  WorkerCommand command;
};
/// Store the progress durably, so that the id is never used again; then make the directory.
struct MakeCheckpointDirectory {
  JobProgress progress;
  CheckpointId checkpoint;
};
struct WriteDecision {
  CheckpointManifest manifest;
};
struct DropCheckpoint {
  CheckpointId checkpoint;
};
/// A checkpoint was decided: delete the oldest ones.
struct DropOldCheckpoints {};
struct SaveProgress {
  JobProgress progress;
};
/// A line of the job's event log.
struct Note {
  LogLevel level = LogLevel::kInfo;
  std::string text;
};

using JobEffect =
    std::variant<RequestSlots, ReleaseSlots, PrepareAttempt, SendCommand, MakeCheckpointDirectory,
                 WriteDecision, DropCheckpoint, DropOldCheckpoints, SaveProgress, Note>;
using JobEffects = std::vector<JobEffect>;

}  // namespace penstock
