#include "graph/watermark_valve.h"

#include <algorithm>
#include <cassert>

namespace penstock {

void WatermarkValve::Restore(const std::vector<Timestamp>& watermarks) {
  assert(watermarks.size() == channels_.size());
  for (std::size_t i = 0; i < channels_.size(); ++i) channels_[i].watermark = watermarks[i];
  if (!watermarks.empty()) current_ = *std::min_element(watermarks.begin(), watermarks.end());
}

WatermarkValve::Change WatermarkValve::OnWatermark(std::uint32_t channel, Timestamp watermark) {
  Change change;
  Channel& input = channels_[channel];
  if (watermark <= input.watermark) return change;
  const bool held_back = !input.idle && input.watermark <= current_;
  input.watermark = watermark;
  if (held_back || input.ended()) Update(change);
  return change;
}

WatermarkValve::Change WatermarkValve::OnStatus(std::uint32_t channel, bool idle) {
  Change change;
  if (channels_[channel].idle == idle) return change;
  channels_[channel].idle = idle;
  Update(change);
  return change;
}

void WatermarkValve::Update(Change& change) {
  Timestamp least = Timestamp::Max();  // of the active ones
  Timestamp of_idle = Timestamp::Min();
  bool active = false;
  bool ended = true;
  for (const Channel& input : channels_) {
    if (input.ended()) continue;
    ended = false;
    active = active || !input.idle;
    Timestamp& watermark = input.idle ? of_idle : least;
    watermark =
        input.idle ? std::max(watermark, input.watermark) : std::min(watermark, input.watermark);
  }
  const bool idle = !active && !ended;
  if (idle != idle_) change.idle = idle_ = idle;
  const Timestamp watermark = idle ? of_idle : least;
  if (watermark <= current_) return;
  current_ = watermark;
  change.watermark = watermark;
}

std::vector<Timestamp> WatermarkValve::watermarks() const {
  std::vector<Timestamp> result;
  result.reserve(channels_.size());
  for (const Channel& input : channels_) result.push_back(input.watermark);
  return result;
}

}  // namespace penstock
