#include "common/config/options.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include <fmt/format.h>

#include "common/config/configuration.h"
#include "common/machine.h"

namespace penstock {
namespace options {

std::string DefaultSlots(const Configuration&) { return std::to_string(UsableCores()); }

std::string DefaultWorkerMemory(const Configuration&) {
  constexpr std::uint64_t kLeast = 64ULL << 20;
  return std::to_string(std::max(UsableMemory(PosixFileSystem()) / 2, kLeast));
}

std::string DefaultDataDirectory(const Configuration&) {
  // The environment is read once per start, before there are threads that could change it.
  if (const char* home = std::getenv("PENSTOCK_HOME"); home != nullptr && *home != '\0') {
    return home;
  }
  const char* home = std::getenv("HOME");
  return JoinPath(home != nullptr && *home != '\0' ? home : "/", ".penstock");
}

std::string DefaultCheckpointDirectory(const Configuration& config) {
  return JoinPath(config.Get(kDataDirectory), "checkpoints");
}

}  // namespace options

namespace {

constexpr std::array kAllOptions{
    &options::kParallelism.spec,
    &options::kMaxParallelism.spec,
    &options::kTaskSlots.spec,
    &options::kWorkerMemory.spec,
    &options::kRestPort.spec,
    &options::kRestBindAddress.spec,
    &options::kRestUrl.spec,
    &options::kRpcPort.spec,
    &options::kRpcAddress.spec,
    &options::kDataDirectory.spec,
    &options::kCheckpointInterval.spec,
    &options::kCheckpointTimeout.spec,
    &options::kCheckpointMinPause.spec,
    &options::kCheckpointMode.spec,
    &options::kCheckpointDirectory.spec,
    &options::kCheckpointsRetained.spec,
    &options::kCheckpointRetention.spec,
    &options::kSavepointDirectory.spec,
    &options::kRestorePath.spec,
    &options::kIgnoreUnclaimedState.spec,
    &options::kClaimMode.spec,
    &options::kUidMapping.spec,
    &options::kAcceptDuplicates.spec,
    &options::kBufferTimeout.spec,
    &options::kRestartStrategy.spec,
    &options::kInitialBackoff.spec,
    &options::kMaxBackoff.spec,
    &options::kBackoffMultiplier.spec,
    &options::kJitterFactor.spec,
    &options::kResetBackoffThreshold.spec,
    &options::kExponentialAttempts.spec,
    &options::kFixedDelayAttempts.spec,
    &options::kFixedDelay.spec,
    &options::kHeartbeatInterval.spec,
    &options::kHeartbeatTimeout.spec,
    &options::kPlannerTimeout.spec,
    &options::kPlannerMemory.spec,
    &options::kStateBackend.spec,
    &options::kStateMemoryPerSlot.spec,
    &options::kMetricsEnabled.spec,
    &options::kPrometheusMaxSeries.spec,
    &options::kLogLevel.spec,
    &options::kLogFormat.spec,
    &options::kLogFile.spec,
    &options::kLogFileSize.spec,
    &options::kLogFiles.spec,
    &options::kHostLogFileSize.spec,
    &options::kHostLogFiles.spec,
    &options::kHostLogsRetained.spec,
    &options::kHostLogsSize.spec,
    &options::kHostLogsAge.spec,
};

}  // namespace

std::span<const OptionSpec* const> AllOptions() { return kAllOptions; }

const OptionSpec* FindOption(std::string_view key) {
  for (const OptionSpec* spec : kAllOptions) {
    if (spec->key == key) return spec;
    const auto aliases = SplitList(spec->aliases);
    if (std::find(aliases.begin(), aliases.end(), key) != aliases.end()) return spec;
  }
  return nullptr;
}

OptionScope ScopeOf(const OptionSpec& spec) {
  if (&spec == &options::kCheckpointDirectory.spec) return OptionScope::kCluster;
  if (&spec == &options::kStateBackend.spec) return OptionScope::kJob;
  if (&spec == &options::kMetricsEnabled.spec) return OptionScope::kJob;
  if (spec.key.starts_with("execution.state-recovery.")) return OptionScope::kSubmission;
  for (const char* prefix : {"execution.", "parallelism.", "pipeline.", "restart-strategy."}) {
    if (spec.key.starts_with(prefix)) return OptionScope::kJob;
  }
  return OptionScope::kCluster;
}

std::string NearestKey(std::string_view key) {
  const OptionSpec* nearest = nullptr;
  std::size_t least = std::max<std::size_t>(3, key.size() / 4) + 1;
  for (const OptionSpec* spec : kAllOptions) {
    const std::size_t distance = EditDistance(key, spec->key);
    if (distance >= least) continue;
    least = distance;
    nearest = spec;
  }
  return nearest == nullptr ? "" : std::string(nearest->key);
}

std::string RenderOptionReference() {
  std::string table = "| Key | Default | Value | Meaning |\n|---|---|---|---|\n";
  for (const OptionSpec* spec : kAllOptions) {
    std::string shown(spec->default_note);
    if (spec->computed_default == nullptr) {
      shown = spec->default_text.empty() ? "none" : fmt::format("`{}`", spec->default_text);
    }
    std::string meaning(spec->description);
    if (!spec->aliases.empty()) {
      meaning += fmt::format(" Also `{}`.", fmt::join(SplitList(spec->aliases), "`, `"));
    }
    table +=
        fmt::format("| `{}` | {} | {} | {} |\n", spec->key, shown, DescribeType(*spec), meaning);
  }
  return table;
}

}  // namespace penstock
