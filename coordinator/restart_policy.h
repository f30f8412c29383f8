#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "common/clock.h"
#include "common/config/configuration.h"
#include "common/config/options.h"

namespace penstock {

/// Uniform random bits; injected, so that tests repeat.
using RandomBits = std::function<std::uint64_t()>;

/// Flink's restart-strategy options.
struct RestartOptions {
  RestartStrategy strategy = RestartStrategy::kExponentialDelay;
  Clock::Duration initial_backoff = std::chrono::seconds(1);
  Clock::Duration max_backoff = std::chrono::minutes(1);
  double multiplier = 1.5;
  double jitter = 0.1;
  Clock::Duration reset_threshold = std::chrono::hours(1);
  std::int64_t exponential_attempts = INT32_MAX;  ///< Before the job fails; INT32_MAX: no limit.
  std::int64_t fixed_attempts = 1;
  Clock::Duration fixed_delay = std::chrono::seconds(1);
};

RestartOptions RestartOptionsFrom(const Configuration& config);

/// Says when a failed job starts again. The first restart of the exponential strategy is immediate;
/// later delays grow by the multiplier, with jitter, and begin anew once the job has run without a
/// failure for the threshold. Coordinator thread only.
class RestartPolicy {
 public:
  RestartPolicy(RestartOptions options, RandomBits random);

  /// The job failed at `now`: how long to wait before the next attempt, or nothing when the
  /// attempts are used up.
  std::optional<Clock::Duration> OnFailure(Clock::MonotonicTime now);

  /// For people: "exponential delay, 3 restarts in a row".
  std::string Describe() const;

 private:
  Clock::Duration NextExponentialDelay();

  const RestartOptions options_;
  RandomBits random_;
  std::int64_t failures_ = 0;  // since the last reset
  Clock::Duration backoff_{};
  std::optional<Clock::MonotonicTime> running_since_;  // when the last delay ended
};

}  // namespace penstock
