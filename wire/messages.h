#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "common/ids.h"
#include "common/status.h"
#include "common/task_snapshot.h"
#include "wire/query.h"

namespace penstock {

// Control messages as plain structs: what step functions consume and produce. wire/control.capnp is
// their form on the wire, wire/convert.h translates.

/// What a task host needs to build a job again. Constant over all runs of the job.
struct JobSpec {
  JobId id;
  std::string name;
  std::string plugin_hash;  ///< Hex of the content's checksum; the worker has or fetches the file.
  std::map<std::string, std::string> arguments;
  std::string working_directory;
  std::map<std::string, std::string> configuration;  ///< Effective options of the job, as text.
  std::string graph_json;                            ///< The submitted JobGraph.
};

/// Phases of one task's snapshot, in microseconds of the monotonic clock.
struct SnapshotTimings {
  std::uint64_t start_delay = 0;  ///< From the trigger to the first barrier.
  std::uint64_t alignment = 0;
  std::uint64_t synchronous = 0;
  std::uint64_t asynchronous = 0;
};

/// One task host of a run: where it is reached and which subtasks it runs.
struct HostAssignment {
  HostId host;
  std::string endpoint;  ///< "tcp://127.0.0.1:40123"; filled in when the host has bound it.
  std::vector<SubtaskId> subtasks;
};

/// The checkpoint to start from.
struct RestorePoint {
  CheckpointId checkpoint;
  std::string directory;  ///< Absolute path of completed/<id>.
  bool final = false;     ///< It was the job's last one: commit and finish.
  std::vector<TaskSnapshot> tasks;
};

// ---- coordinator → task host, passed through by its worker ----

struct DeployTasks {
  std::vector<HostAssignment> hosts;  ///< All of the run, this one included.
  std::vector<RestorePoint> restore;  ///< Empty, or one.
  std::string checkpoint_directory;   ///< Of the job: …/<job id>.
};
/// All hosts are deployed: sources may run.
struct StartTasks {};
struct TriggerCheckpoint {
  CheckpointId checkpoint;
  bool final = false;     ///< Sources emit nothing after this barrier.
  std::string directory;  ///< Absolute path of g<generation>/pending/<id>; exists.
};
struct CheckpointCompleted {
  CheckpointId checkpoint;
  bool final = false;  ///< Commit, close, finish.
};
/// Sources stop reading and report exhausted.
struct StopSources {
  /// They emit the maximum watermark first; without it what windows hold stays in the state.
  bool drain = false;
};
struct CancelTasks {};
/// For one subtask of a source in an alignment group: how far the others have come.
struct SourceAlignment {
  SubtaskId subtask;
  std::int64_t others = 0;  ///< Their least watermark; INT64_MAX: none to wait for.
};
struct AlignSources {
  std::vector<SourceAlignment> sources;  ///< Those at the host.
};

/// Answered with QueryAnswer, by a thread that tasks cannot block.
struct AskedOfHost {
  QueryId id;
  HostQuery query;
};

using HostCommand = std::variant<DeployTasks, StartTasks, TriggerCheckpoint, CheckpointCompleted,
                                 StopSources, CancelTasks, AlignSources, AskedOfHost>;

// ---- task host → coordinator, passed through by its worker ----

/// The host has loaded the plugin, rebuilt the same graph and bound its socket.
struct HostReady {
  std::string endpoint;
};
/// All its tasks have restored their state and committed again what was pre-committed.
struct HostDeployed {};
struct SourceExhausted {
  SubtaskId subtask;
};
struct CheckpointAcknowledged {
  CheckpointId checkpoint;
  TaskSnapshot snapshot;
  SnapshotTimings timings;
  std::uint64_t new_bytes = 0;  ///< Written for this checkpoint; not in files of earlier ones.
};
/// The snapshot could not be written; the task runs on.
struct CheckpointDeclined {
  CheckpointId checkpoint;
  SubtaskId subtask;
  Status reason;
};
/// All tasks have committed the final checkpoint and closed; the process is about to end.
struct HostFinished {};
/// The attempt is over; the first cause. `subtask` and `operator_name` when a task has failed; of
/// several operators, in what they have in common, the name of all.
struct HostFailed {
  Status error;
  SubtaskId subtask;
  std::string operator_name;
};
/// What has left a task by one edge since the attempt's start.
struct EdgeMetrics {
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;
};
/// Of one task. Counters are cumulative since the attempt's start, gauges are of now; those of an
/// operator are named "<operator>.<metric>". Times in milliseconds.
struct TaskMetrics {
  SubtaskId subtask;
  std::map<std::string, std::uint64_t> counters;
  std::int64_t watermark =
      std::numeric_limits<std::int64_t>::min();  ///< Milliseconds; the least: none.
  bool idle = false;                             ///< Of a source: its watermark does not count now.
  std::uint64_t age = 0;                         ///< Since the attempt's start, when it was read.
  std::map<std::string, double> gauges{};
  std::int64_t output_watermark = std::numeric_limits<std::int64_t>::min();  ///< As `watermark`.
  /// Of a source with several splits: the one that has come furthest; as `watermark`.
  std::int64_t furthest = std::numeric_limits<std::int64_t>::min();
  std::string slowest_split{};       ///< Of a source: whose watermark is its own; empty: none.
  std::vector<EdgeMetrics> edges{};  ///< Those that leave its vertex, in the graph's order.
};
/// What a task host uses of its share of worker.memory, in bytes.
struct MemoryUse {
  std::uint64_t exchange = 0;           ///< Queued at its input gates.
  std::uint64_t exchange_capacity = 0;  ///< The most that may be.
  std::uint64_t tables = 0;             ///< State in memory.
  std::uint64_t cache = 0;              ///< Block cache and write buffers beneath the tables.
  std::uint64_t resident = 0;           ///< The process in all; 0 when it can't be told.

  MemoryUse& operator+=(const MemoryUse& other) {
    exchange += other.exchange;
    exchange_capacity += other.exchange_capacity;
    tables += other.tables;
    cache += other.cache;
    resident += other.resident;
    return *this;
  }
};
struct HostMetrics {
  std::vector<TaskMetrics> tasks;
  std::uint64_t state_bytes = 0;
  MemoryUse memory;
};

using HostEvent =
    std::variant<HostReady, HostDeployed, SourceExhausted, CheckpointAcknowledged,
                 CheckpointDeclined, HostFinished, HostFailed, HostMetrics, QueryAnswer>;

// ---- coordinator → worker ----

struct StartHost {
  HostId host;
  Generation generation;
  JobSpec job;
  std::uint32_t slots = 0;  ///< Slots of the worker that it takes; sets its share of the memory.
};
struct ForwardToHost {
  HostId host;
  HostCommand command;
};
/// SIGKILL at once; the worker answers with HostExited.
struct KillHost {
  HostId host;
};

/// Answered with QueryAnswer.
struct AskWorker {
  QueryId id;
  WorkerQuery query;
};

using WorkerCommand = std::variant<StartHost, ForwardToHost, KillHost, AskWorker>;

// ---- worker → coordinator ----

struct WorkerRegistration {
  WorkerId worker;
  std::string address;  ///< Host name or address, for people.
  std::uint64_t pid = 0;
  std::uint32_t slots = 0;
  std::uint64_t memory_bytes = 0;
  std::string data_directory;
};
/// Of the worker and its task hosts.
struct WorkerHeartbeat {
  std::uint64_t resident_bytes = 0;
  std::uint64_t cpu_millis = 0;  ///< Since each of the processes started.
};
/// The host process has ended. `description` is for people: "killed by SIGSEGV", "exit code 1".
struct HostExited {
  HostId host;
  bool clean = false;  ///< Exit code 0.
  bool ordered =
      false;  ///< Its worker was told to kill it while it lived; says nothing about a cause.
  std::string description;
  std::string log_tail;  ///< Last lines of what it wrote to stderr.
  std::string stack;     ///< Where it crashed, for people, if it did and could tell.
};
struct FromHost {
  HostId host;
  HostEvent event;
};

/// QueryAnswer also passes on those of task hosts.
using WorkerEvent = std::variant<WorkerHeartbeat, HostExited, FromHost, QueryAnswer>;

// ---- worker → task host, once, before anything else ----

struct HostSetup {
  HostId host;
  Generation generation;
  JobSpec job;
  std::string plugin_path;
  std::uint64_t memory_bytes = 0;  ///< The host's share of worker.memory.
  std::uint32_t slots = 1;         ///< Slots of the worker that it takes.
  std::string bind_address;        ///< For the data socket: "127.0.0.1".
  std::string cluster_secret;      ///< Must come with every data connection's handshake.
  std::string state_directory;     ///< For the working state of its tasks; removed after its end.
};

}  // namespace penstock
