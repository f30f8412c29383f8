#include "coordinator/restart_policy.h"

#include <algorithm>

#include <fmt/format.h>

namespace penstock {

RestartOptions RestartOptionsFrom(const Configuration& config) {
  RestartOptions restart;
  restart.strategy = config.Get(options::kRestartStrategy);
  restart.initial_backoff = config.Get(options::kInitialBackoff);
  restart.max_backoff = config.Get(options::kMaxBackoff);
  restart.multiplier = config.Get(options::kBackoffMultiplier);
  restart.jitter = config.Get(options::kJitterFactor);
  restart.reset_threshold = config.Get(options::kResetBackoffThreshold);
  restart.exponential_attempts = config.Get(options::kExponentialAttempts);
  restart.fixed_attempts = config.Get(options::kFixedDelayAttempts);
  restart.fixed_delay = config.Get(options::kFixedDelay);
  return restart;
}

RestartPolicy::RestartPolicy(RestartOptions options, RandomBits random)
    : options_(options), random_(std::move(random)), backoff_(options.initial_backoff) {}

std::optional<Clock::Duration> RestartPolicy::OnFailure(Clock::MonotonicTime now) {
  if (options_.strategy == RestartStrategy::kNone) return std::nullopt;
  const bool exponential = options_.strategy == RestartStrategy::kExponentialDelay;
  if (exponential && running_since_ && now - *running_since_ >= options_.reset_threshold) {
    failures_ = 0;
    backoff_ = options_.initial_backoff;
  }
  const std::int64_t limit = exponential ? options_.exponential_attempts : options_.fixed_attempts;
  if (failures_ >= limit && !(exponential && limit == INT32_MAX)) return std::nullopt;
  ++failures_;
  const Clock::Duration delay = exponential ? NextExponentialDelay() : options_.fixed_delay;
  running_since_ = now + delay;
  return delay;
}

Clock::Duration RestartPolicy::NextExponentialDelay() {
  if (failures_ == 1) return Clock::Duration::zero();
  const Clock::Duration base = backoff_;
  backoff_ = std::min(options_.max_backoff,
                      std::chrono::duration_cast<Clock::Duration>(backoff_ * options_.multiplier));
  // In [-1, 1].
  const double spread = static_cast<double>(random_() >> 11) * 0x1.0p-52 - 1.0;
  const auto jittered =
      std::chrono::duration_cast<Clock::Duration>(base * (1.0 + options_.jitter * spread));
  return std::min(options_.max_backoff, jittered);
}

std::string RestartPolicy::Describe() const {
  switch (options_.strategy) {
    case RestartStrategy::kNone: return "no restarts (restart-strategy.type: none)";
    case RestartStrategy::kFixedDelay:
      return fmt::format("fixed delay, {} of {} restarts used", failures_, options_.fixed_attempts);
    case RestartStrategy::kExponentialDelay: break;
  }
  return fmt::format("exponential delay, {} restarts in a row", failures_);
}

}  // namespace penstock
