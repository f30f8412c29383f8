#include "coordinator/metrics/watermark_holder.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

namespace penstock {
namespace {

constexpr std::int64_t kNone = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kEnd = std::numeric_limits<std::int64_t>::max();

/// Without event time a source has no watermark anywhere.
bool HasEventTime(const SourceTime& source) {
  return source.watermark != kNone || source.furthest != kNone || !source.split.empty();
}

/// Longest first: of equal watermarks the one that has stood still for longer is named.
bool IsSlower(const SourceTime& a, const SourceTime& b) {
  if (a.watermark != b.watermark) return a.watermark < b.watermark;
  return a.advanced_millis < b.advanced_millis;
}

std::string ForPeople(std::int64_t millis) {
  if (millis < 120'000) return fmt::format("{} s", millis / 1000);
  if (millis < 7'200'000) return fmt::format("{} min", millis / 60'000);
  if (millis < 172'800'000) return fmt::format("{} h", millis / 3'600'000);
  return fmt::format("{} days", millis / 86'400'000);
}

}  // namespace

void WatermarkSearch::Add(const SourceTime& source) {
  if (!HasEventTime(source)) return;
  const std::int64_t ahead = std::max(source.watermark, source.furthest);
  if (ahead != kEnd) furthest_ = std::max(furthest_.value_or(kNone), ahead);
  if (source.idle || source.watermark == kEnd) return;
  if (!slowest_ || IsSlower(source, *slowest_)) slowest_ = source;
}

std::optional<WatermarkHolder> WatermarkSearch::Find(std::int64_t now) const {
  if (!slowest_ || !furthest_ || *furthest_ <= slowest_->watermark) return std::nullopt;
  const std::int64_t held = now - slowest_->advanced_millis;
  if (held < kHeldMillis) return std::nullopt;
  WatermarkHolder holder{slowest_->subtask, slowest_->split, slowest_->watermark, {}, held};
  if (holder.watermark != kNone) holder.lag = *furthest_ - holder.watermark;
  return holder;
}

std::string DescribeHolder(const WatermarkHolder& holder, const std::string& task) {
  const std::string who =
      holder.split.empty() ? task : fmt::format("split '{}' of {}", holder.split, task);
  const std::string behind =
      holder.lag ? fmt::format("it is {} behind the source that is ahead", ForPeople(*holder.lag))
                 : "no record of it has come yet";
  return fmt::format("{} has held the watermark for {}: {}", who, ForPeople(holder.held), behind);
}

}  // namespace penstock
