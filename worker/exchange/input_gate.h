#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "api/runtime/batch.h"
#include "common/status.h"
#include "worker/stream_element.h"

namespace penstock {

/// The receiving ends of all channels of one task. Task thread only; elements arrive on other
/// threads. The task's TaskSignal is notified when an element arrives at a gate that had none to
/// give.
class InputGate {
 public:
  struct Received {
    std::uint32_t channel = 0;  ///< Channel::input_index.
    StreamElement element;
    std::size_t bytes = 0;  ///< That it takes on the wire, or in memory; of records only.
  };

  virtual ~InputGate() = default;

  virtual std::uint32_t channel_count() const = 0;
  /// The next element of the channels that aren't blocked, in fair turns; none when there is none
  /// now. Gives back the credit of the element returned before, whose views end here.
  virtual std::optional<Received> Poll() = 0;
  /// Hands an emptied batch of a local channel back to its sender for re-use.
  virtual void Recycle(std::uint32_t channel, std::unique_ptr<Batch> batch) = 0;
  /// A blocked channel keeps its elements (credits bound them) until UnblockAll: for aligning
  /// barriers.
  virtual void Block(std::uint32_t channel) = 0;
  virtual void UnblockAll() = 0;
  /// Bytes waiting, and the most that may wait, for metrics.
  virtual std::size_t queued_bytes() const = 0;
  virtual std::size_t capacity_bytes() const = 0;
};

}  // namespace penstock
