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
  std::vector<WorkerId> slots;  ///< As numbered by JobGraph::first_slot.
};
/// Answers PrepareAttempt.
struct AttemptPrepared {
  Generation generation;
  Status status;
  std::optional<RestorePoint> restore;  ///< Nothing: the job starts from the beginning.
  CheckpointId newest;                  ///< Largest id that was ever used; 0 for none.
  bool foreign =
      false;  ///< `restore` is the savepoint or checkpoint the job was told to start from.
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
/// Sources end, a final checkpoint is taken and committed. AnswerTrigger when the job has ended.
struct StopJob {
  TriggerId trigger;      ///< None: nobody waits for the answer.
  std::string directory;  ///< Where the final checkpoint goes as a savepoint; empty: nowhere.
  bool drain = false;     ///< What windows hold comes out first.
};
/// A user wants a checkpoint now: AnswerTrigger.
struct RequestSnapshot {
  TriggerId trigger;
  std::string directory;  ///< Where it goes as a savepoint; empty: it is just a checkpoint.
  bool cancel = false;    ///< Cancel the job once the savepoint is there.
};
/// Go on from a checkpoint with the graph of another parallelism.
struct RescaleJob {
  JobSpec spec;  ///< Replaces the job's; differs in configuration and graph_json.
  JobGraph graph;
};
/// Answers ExportSavepoint.
struct SavepointExported {
  TriggerId trigger;
  CheckpointId checkpoint;
  Result<std::string> path;
};
/// Time may have passed.
struct Tick {};

using JobEvent = std::variant<StartJob, SlotsGranted, AttemptPrepared, HostMessage, HostEnded,
                              WorkerGone, CheckpointDirectoryMade, DecisionWritten, CancelJob,
                              StopJob, RequestSnapshot, SavepointExported, RescaleJob, Tick>;

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
/// Make a savepoint of a completed checkpoint, which is kept meanwhile: SavepointExported.
struct ExportSavepoint {
  TriggerId trigger;  ///< None: the job's stop wants it.
  CheckpointId checkpoint;
  std::string directory;
};
/// What a user gets who has asked for a checkpoint or savepoint.
struct SnapshotTaken {
  CheckpointId checkpoint;
  std::string savepoint;  ///< Its path; empty when none was asked for.
};
struct AnswerTrigger {
  TriggerId trigger;
  Result<SnapshotTaken> outcome;
};
/// The job has ended and its task hosts are gone: delete its checkpoints.
struct DiscardCheckpoints {};
/// A line of the job's event log.
struct Note {
  LogLevel level = LogLevel::kInfo;
  std::string text;
};

using JobEffect =
    std::variant<RequestSlots, ReleaseSlots, PrepareAttempt, SendCommand, MakeCheckpointDirectory,
                 WriteDecision, DropCheckpoint, DropOldCheckpoints, SaveProgress, ExportSavepoint,
                 AnswerTrigger, DiscardCheckpoints, Note>;
using JobEffects = std::vector<JobEffect>;

}  // namespace penstock
