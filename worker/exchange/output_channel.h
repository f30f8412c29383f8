#pragma once

#include <cstddef>
#include <cstdint>

#include "api/runtime/channel_writer.h"
#include "api/runtime/operator.h"
#include "worker/stream_element.h"

namespace penstock {

/// The sending end of one channel as the task loop sees it; ChannelWriter is the Partitioner's
/// view. Task thread only.
class OutputChannel : public ChannelWriter {
 public:
  /// Before the first record: whether to count what is sent.
  void SetCounting(bool counting) { counting_ = counting; }
  /// Of the records sent, on the wire or in memory. Any thread.
  std::uint64_t bytes() const { return bytes_.value(); }
  /// Of what may be under way, the share that is; 1 when the next record has to wait. Any thread.
  virtual double usage() const = 0;

  /// True when a full buffer could be sent now without waiting.
  virtual bool HasRoom() const = 0;
  /// Sends Watermark, WatermarkStatus or CheckpointBarrier behind everything sent before. Needs no
  /// credit. Records that still wait in a Partitioner must have been flushed by the caller.
  virtual void SendControl(StreamElement element) = 0;

 protected:
  void Count(std::size_t bytes) {
    if (counting_) bytes_.Add(bytes);
  }

 private:
  bool counting_ = true;
  Counter bytes_;
};

}  // namespace penstock
