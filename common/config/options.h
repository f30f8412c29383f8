#pragma once

#include <span>
#include <string>

#include "common/checkpoint_mode.h"
#include "common/config/option.h"

namespace penstock {

enum class RestartStrategy : unsigned char { kExponentialDelay, kFixedDelay, kNone };
enum class LogFormat : unsigned char { kText, kJson };
/// Severity of a log line; kOff is only for settings.
enum class LogLevel : unsigned char { kTrace, kDebug, kInfo, kWarn, kError, kOff };
/// Flink's choices; here both select the one backend.
enum class StateBackendType : unsigned char { kHashMap, kRocksDb };

/// What becomes of a job's checkpoints when it is cancelled or finishes; in Flink's words.
enum class CheckpointRetention : unsigned char { kDelete, kRetain };
/// Whose a savepoint is once a job has started from it.
enum class ClaimMode : unsigned char { kNoClaim, kClaim };

/// All options that exist. Read one as `config.Get(options::kCheckpointInterval)`.
namespace options {

std::string DefaultSlots(const Configuration&);
std::string DefaultWorkerMemory(const Configuration&);
std::string DefaultDataDirectory(const Configuration&);
std::string DefaultCheckpointDirectory(const Configuration&);

using Millis = std::chrono::milliseconds;

inline constexpr Option<std::int64_t> kParallelism{
    {.key = "parallelism.default",
     .description = "Parallelism of jobs that do not say otherwise.",
     .default_text = "1",
     .minimum = "1",
     .maximum = "32768"}};
inline constexpr Option<std::int64_t> kMaxParallelism{
    {.key = "pipeline.max-parallelism",
     .description = "Number of key groups, which bounds how far a job with state can be rescaled.",
     .default_text = "4096",
     .minimum = "1",
     .maximum = "32768"}};

inline constexpr Option<std::int64_t> kTaskSlots{{.key = "taskmanager.numberOfTaskSlots",
                                                  .description = "Task slots a worker offers.",
                                                  .computed_default = DefaultSlots,
                                                  .default_note = "number of usable cores",
                                                  .minimum = "1",
                                                  .maximum = "4096"}};
inline constexpr Option<ByteSize> kWorkerMemory{
    {.key = "worker.memory",
     .description = "All memory that a worker and its task hosts may use.",
     .computed_default = DefaultWorkerMemory,
     .default_note = "half of the machine's or control group's memory",
     .minimum = "64m",
     .aliases = "taskmanager.memory.process.size"}};

inline constexpr Option<std::int64_t> kRestPort{
    {.key = "rest.port",
     .description = "Port of the REST API and the web UI; 0 picks a free one.",
     .default_text = "8081",
     .minimum = "0",
     .maximum = "65535"}};
inline constexpr Option<std::string> kRestBindAddress{
    {.key = "rest.bind-address",
     .description = "Address the REST API and the web UI listen on; loopback only.",
     .default_text = "127.0.0.1"}};
inline constexpr Option<std::string> kRestUrl{
    {.key = "rest.url",
     .description = "Where the command line finds the coordinator.",
     .default_text = "http://127.0.0.1:8081"}};
inline constexpr Option<std::int64_t> kRpcPort{
    {.key = "coordinator.rpc.port",
     .description = "Port on which the coordinator serves workers; 0 picks a free one.",
     .default_text = "6123",
     .minimum = "0",
     .maximum = "65535",
     .aliases = "jobmanager.rpc.port"}};
inline constexpr Option<std::string> kRpcAddress{
    {.key = "coordinator.rpc.address",
     .description = "Address on which the coordinator serves workers; loopback only.",
     .default_text = "127.0.0.1",
     .aliases = "jobmanager.rpc.address"}};

inline constexpr Option<std::string> kDataDirectory{
    {.key = "penstock.data-dir",
     .description = "Directory of the job store, plugins, logs and working state.",
     .computed_default = DefaultDataDirectory,
     .default_note = "$PENSTOCK_HOME, else $HOME/.penstock"}};

inline constexpr Option<Millis> kCheckpointInterval{
    {.key = "execution.checkpointing.interval",
     .description = "Time from the start of one checkpoint to the start of the next.",
     .default_text = "10 s",
     .minimum = "10 ms"}};
inline constexpr Option<Millis> kCheckpointTimeout{
    {.key = "execution.checkpointing.timeout",
     .description = "A checkpoint that takes longer is given up.",
     .default_text = "10 min",
     .minimum = "10 ms"}};
inline constexpr Option<Millis> kCheckpointMinPause{
    {.key = "execution.checkpointing.min-pause",
     .description = "Least time from the end of one checkpoint to the start of the next.",
     .default_text = "0 ms"}};
inline constexpr Option<CheckpointMode> kCheckpointMode{
    {.key = "execution.checkpointing.mode",
     .description = "Whether a restore may repeat records, for shorter waits at barriers.",
     .default_text = "exactly-once",
     .choices = "exactly-once|at-least-once"}};
inline constexpr Option<std::string> kCheckpointDirectory{
    {.key = "execution.checkpointing.dir",
     .description = "Directory of checkpoints; the same one for the coordinator and all workers.",
     .computed_default = DefaultCheckpointDirectory,
     .default_note = "<penstock.data-dir>/checkpoints",
     .aliases = "state.checkpoints.dir"}};
inline constexpr Option<std::int64_t> kCheckpointsRetained{
    {.key = "execution.checkpointing.num-retained",
     .description = "Completed checkpoints kept per job.",
     .default_text = "3",
     .minimum = "1",
     .maximum = "1000",
     .aliases = "state.checkpoints.num-retained"}};
inline constexpr Option<CheckpointRetention> kCheckpointRetention{
    {.key = "execution.checkpointing.externalized-checkpoint-retention",
     .description = "Whether the checkpoints of a job outlive its cancellation and its end; those "
                    "of a job that has failed always do.",
     .default_text = "DELETE_ON_CANCELLATION",
     .choices = "DELETE_ON_CANCELLATION|RETAIN_ON_CANCELLATION"}};
inline constexpr Option<std::string> kSavepointDirectory{
    {.key = "execution.checkpointing.savepoint-dir",
     .description = "Directory of savepoints for which none is named: absolute or a file:// URI.",
     .default_text = "",
     .aliases = "state.savepoints.dir"}};
inline constexpr Option<std::string> kRestorePath{
    {.key = "execution.state-recovery.path",
     .description = "Savepoint or checkpoint that a new job starts from; empty for none.",
     .default_text = "",
     .aliases = "execution.savepoint.path"}};
inline constexpr Option<bool> kIgnoreUnclaimedState{
    {.key = "execution.state-recovery.ignore-unclaimed-state",
     .description =
         "Start although some state of that savepoint belongs to no operator of the job.",
     .default_text = "false",
     .aliases = "execution.savepoint.ignore-unclaimed-state"}};
inline constexpr Option<ClaimMode> kClaimMode{
    {.key = "execution.state-recovery.claim-mode",
     .description = "CLAIM: that savepoint is deleted once newer checkpoints have replaced it.",
     .default_text = "NO_CLAIM",
     .choices = "NO_CLAIM|CLAIM",
     .aliases = "execution.savepoint-restore-mode"}};
inline constexpr Option<std::string> kUidMapping{
    {.key = "execution.state-recovery.uid-mapping",
     .description = "Operators that have another uid in that savepoint: old=new,old2=new2.",
     .default_text = ""}};
inline constexpr Option<bool> kAcceptDuplicates{
    {.key = "execution.state-recovery.accept-duplicates",
     .description = "Start from it although results that were committed after it come again.",
     .default_text = "false"}};
inline constexpr Option<Millis> kBufferTimeout{
    {.key = "execution.buffer-timeout.interval",
     .description = "A batch that is not full is sent on after this time.",
     .default_text = "10 ms",
     .maximum = "1 h",
     .aliases = "execution.buffer-timeout"}};

inline constexpr Option<RestartStrategy> kRestartStrategy{
    {.key = "restart-strategy.type",
     .description = "When a failed job is started again.",
     .default_text = "exponential-delay",
     .choices = "exponential-delay|fixed-delay|none",
     .aliases = "restart-strategy"}};
inline constexpr Option<Millis> kInitialBackoff{
    {.key = "restart-strategy.exponential-delay.initial-backoff",
     .description = "Delay before the second restart; the first is immediate.",
     .default_text = "1 s",
     .minimum = "1 ms"}};
inline constexpr Option<Millis> kMaxBackoff{
    {.key = "restart-strategy.exponential-delay.max-backoff",
     .description = "The delay does not grow beyond this.",
     .default_text = "1 min",
     .minimum = "1 ms"}};
inline constexpr Option<double> kBackoffMultiplier{
    {.key = "restart-strategy.exponential-delay.backoff-multiplier",
     .description = "Factor by which the delay grows with each restart.",
     .default_text = "1.5",
     .minimum = "1",
     .maximum = "100"}};
inline constexpr Option<double> kJitterFactor{
    {.key = "restart-strategy.exponential-delay.jitter-factor",
     .description = "Random share that is added to or taken from the delay.",
     .default_text = "0.1",
     .minimum = "0",
     .maximum = "1"}};
inline constexpr Option<Millis> kResetBackoffThreshold{
    {.key = "restart-strategy.exponential-delay.reset-backoff-threshold",
     .description = "After running this long without a failure the delay starts anew.",
     .default_text = "1 h",
     .minimum = "1 ms"}};
inline constexpr Option<std::int64_t> kExponentialAttempts{
    {.key = "restart-strategy.exponential-delay.attempts-before-reset-backoff",
     .description = "Restarts in a row before the job fails for good; 2147483647 is no limit.",
     .default_text = "2147483647",
     .minimum = "1",
     .maximum = "2147483647"}};
inline constexpr Option<std::int64_t> kFixedDelayAttempts{
    {.key = "restart-strategy.fixed-delay.attempts",
     .description = "Restarts before the job fails for good.",
     .default_text = "1",
     .minimum = "1",
     .maximum = "2147483647"}};
inline constexpr Option<Millis> kFixedDelay{{.key = "restart-strategy.fixed-delay.delay",
                                             .description = "Delay before each restart.",
                                             .default_text = "1 s"}};

inline constexpr Option<Millis> kHeartbeatInterval{
    {.key = "heartbeat.interval",
     .description = "How often the coordinator and the workers show each other that they live.",
     .default_text = "1 s",
     .minimum = "10 ms"}};
inline constexpr Option<Millis> kHeartbeatTimeout{
    {.key = "heartbeat.timeout",
     .description = "Silence after which the other side counts as lost; more than the interval.",
     .default_text = "3 s",
     .minimum = "20 ms"}};

inline constexpr Option<Millis> kPlannerTimeout{
    {.key = "planner.timeout",
     .description = "Longest time a job's function may take to describe its graph.",
     .default_text = "30 s",
     .minimum = "100 ms"}};
inline constexpr Option<ByteSize> kPlannerMemory{
    {.key = "planner.memory",
     .description = "Most memory a job's function may take to describe its graph.",
     .default_text = "2g",
     .minimum = "64m"}};

inline constexpr Option<StateBackendType> kStateBackend{
    {.key = "state.backend.type",
     .description = "Accepted for Flink's sake; both choices select the same backend.",
     .default_text = "rocksdb",
     .choices = "hashmap|rocksdb",
     .aliases = "state.backend"}};

inline constexpr Option<ByteSize> kStateMemoryPerSlot{
    {.key = "state.backend.memory.fixed-per-slot",
     .description = "Memory for keyed state in each slot, instead of its share of worker.memory; 0 "
                    "is that share. State beyond it is kept on disk.",
     .default_text = "0",
     .aliases = "state.backend.rocksdb.memory.fixed-per-slot"}};

inline constexpr Option<bool> kMetricsEnabled{
    {.key = "metrics.enabled",
     .description = "Whether tasks count records and bytes and report on them; false is for "
                    "measuring what that costs.",
     .default_text = "true"}};
inline constexpr Option<std::int64_t> kPrometheusMaxSeries{
    {.key = "metrics.prometheus.max-series",
     .description = "Most time series at the coordinator's /metrics; beyond it subtasks are left "
                    "out, then operators, and vertices show their sums.",
     .default_text = "10000",
     .minimum = "100",
     .maximum = "1000000"}};

inline constexpr Option<LogLevel> kLogLevel{{.key = "log.level",
                                             .description = "Least severity that is logged.",
                                             .default_text = "info",
                                             .choices = "trace|debug|info|warn|error|off"}};
inline constexpr Option<LogFormat> kLogFormat{
    {.key = "log.format",
     .description = "Log lines for people or for machines.",
     .default_text = "text",
     .choices = "text|json"}};
inline constexpr Option<std::string> kLogFile{
    {.key = "log.file",
     .description = "Log to this file in <penstock.data-dir>/logs instead of stderr; empty for "
                    "stderr. Processes of 'penstock cluster' have one each.",
     .default_text = ""}};
inline constexpr Option<ByteSize> kLogFileSize{
    {.key = "log.max-file-size",
     .description = "A log file that is larger is put aside and a new one begun.",
     .default_text = "16m",
     .minimum = "4k",
     .maximum = "16g"}};
inline constexpr Option<std::int64_t> kLogFiles{
    {.key = "log.max-files",
     .description = "Files put aside that are kept of each process.",
     .default_text = "4",
     .minimum = "1",
     .maximum = "100",
     .aliases = "env.log.max"}};
inline constexpr Option<ByteSize> kHostLogFileSize{
    {.key = "log.task-host.max-file-size",
     .description = "The same for what a task host prints.",
     .default_text = "4m",
     .minimum = "4k",
     .maximum = "16g"}};
inline constexpr Option<std::int64_t> kHostLogFiles{
    {.key = "log.task-host.max-files",
     .description = "Files put aside that are kept of each task host.",
     .default_text = "2",
     .minimum = "0",
     .maximum = "100"}};
inline constexpr Option<std::int64_t> kHostLogsRetained{
    {.key = "log.task-host.retained",
     .description = "Ended task hosts whose logs are kept.",
     .default_text = "100",
     .minimum = "0",
     .maximum = "100000"}};
inline constexpr Option<ByteSize> kHostLogsSize{
    {.key = "log.task-host.max-total-size",
     .description = "Bytes that logs of ended task hosts may take; the oldest go first.",
     .default_text = "256m"}};
inline constexpr Option<Millis> kHostLogsAge{
    {.key = "log.task-host.max-age",
     .description = "Logs of task hosts that ended longer ago are removed.",
     .default_text = "168 h",
     .minimum = "1 s"}};

}  // namespace options

/// Every option, in the order of the reference.
std::span<const OptionSpec* const> AllOptions();

/// Whose an option is.
enum class OptionScope : unsigned char {
  kCluster,     ///< Of coordinator, workers or command line.
  kJob,         ///< Of one job; its code may set it.
  kSubmission,  ///< Of one submission: what the job starts from.
};
OptionScope ScopeOf(const OptionSpec& spec);

/// By key or alias; null when there is none.
const OptionSpec* FindOption(std::string_view key);

/// The known key that `key` most likely means; empty when none is near.
std::string NearestKey(std::string_view key);

/// The reference of all options as a Markdown table.
std::string RenderOptionReference();

}  // namespace penstock
