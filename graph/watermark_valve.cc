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
  const bool held_back = input.watermark <= current_;
  input.watermark = watermark;
  if (!input.idle && held_back) Advance(change);
  return change;
}

WatermarkValve::Change WatermarkValve::OnStatus(std::uint32_t channel, bool idle) {
  Change change;
  Channel& input = channels_[channel];
  if (input.idle == idle) return change;
  input.idle = idle;
  if (idle) {
    if (--active_ == 0) {
      change.idle = true;
      AdvanceTo(Greatest(), change);
    } else {
      Advance(change);
    }
  } else if (active_++ == 0) {
    change.idle = false;
    Advance(change);
  }
  return change;
}

void WatermarkValve::Advance(Change& change) {
  Timestamp minimum = Timestamp::Max();
  for (const Channel& input : channels_) {
    if (!input.idle) minimum = std::min(minimum, input.watermark);
  }
  AdvanceTo(minimum, change);
}

void WatermarkValve::AdvanceTo(Timestamp watermark, Change& change) {
  if (watermark <= current_) return;
  current_ = watermark;
  change.watermark = watermark;
}

Timestamp WatermarkValve::Greatest() const {
  Timestamp greatest = Timestamp::Min();
  for (const Channel& input : channels_) greatest = std::max(greatest, input.watermark);
  return greatest;
}

std::vector<Timestamp> WatermarkValve::watermarks() const {
  std::vector<Timestamp> result;
  result.reserve(channels_.size());
  for (const Channel& input : channels_) result.push_back(input.watermark);
  return result;
}

}  // namespace penstock
