#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>

#include "api/runtime/batch.h"
#include "common/ids.h"
#include "common/timestamp.h"

namespace penstock {

/// Records that came from another process, still encoded; the task decodes them with its
/// RecordType.
struct EncodedRecords {
  std::string_view bytes;  ///< Valid until the next InputGate::Poll.
  std::uint32_t count = 0;
};
/// No record older than this follows on the channel.
struct Watermark {
  Timestamp time;
};
/// An idle channel doesn't hold back the watermark.
struct WatermarkStatus {
  bool idle = false;
};
/// Separates the records before a checkpoint from those after it.
struct CheckpointBarrier {
  CheckpointId checkpoint;
  bool final = false;  ///< No record follows.
  /// Monotonic time of the trigger in nanoseconds, for the start delay; comparable on one machine
  /// only.
  std::int64_t triggered = 0;
};

/// What flows through a channel. Closed: each alternative is handled in one layer (records by the
/// operators, watermarks by the WatermarkValve, barriers by the BarrierAligner).
using StreamElement = std::variant<std::unique_ptr<Batch>, EncodedRecords, Watermark,
                                   WatermarkStatus, CheckpointBarrier>;

}  // namespace penstock
