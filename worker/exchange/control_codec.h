#pragma once

#include <string>
#include <string_view>

#include "common/status.h"
#include "worker/stream_element.h"

namespace penstock::exchange {

/// Appends a Watermark, WatermarkStatus or CheckpointBarrier as the payload of a control frame
/// (docs/formats/frames.md). Records are not control elements and must not be passed.
void AppendControl(const StreamElement& element, std::string& out);

/// Corruption unless `payload` is exactly one control element.
Result<StreamElement> ParseControl(std::string_view payload);

}  // namespace penstock::exchange
