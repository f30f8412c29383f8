#pragma once

#include "api/runtime/channel_writer.h"
#include "worker/stream_element.h"

namespace penstock {

/// The sending end of one channel as the task loop sees it; ChannelWriter is the Partitioner's
/// view. Task thread only.
class OutputChannel : public ChannelWriter {
 public:
  /// True when a full buffer could be sent now without waiting.
  virtual bool HasRoom() const = 0;
  /// Sends Watermark, WatermarkStatus or CheckpointBarrier behind everything sent before. Needs no
  /// credit. Records that still wait in a Partitioner must have been flushed by the caller.
  virtual void SendControl(StreamElement element) = 0;
};

}  // namespace penstock
