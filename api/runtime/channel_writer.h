#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "api/runtime/batch.h"
#include "common/status.h"

namespace penstock {

/// Encoded records on their way to another process, at most about this many bytes.
inline constexpr std::size_t kWireBufferBytes = 32 * 1024;

/// The sending end of one channel, as a Partitioner sees it. Task thread only. A channel is local
/// (same process: batches are passed by pointer) or remote (records are encoded into `buffer`).
class ChannelWriter {
 public:
  virtual ~ChannelWriter() = default;

  virtual bool local() const = 0;

  /// Local only. Hands the batch over and waits for credit if there is none.
  virtual void SendBatch(std::unique_ptr<Batch> batch) = 0;
  /// Local only. An empty batch that the receiver has given back, or null.
  virtual std::unique_ptr<Batch> TakeRecycled() = 0;

  /// Remote only. Where records are appended: timestamp (8 bytes), then the encoded value.
  virtual std::string& buffer() = 0;
  /// Remote only. Sends what is in buffer() as `count` records and empties it; waits for credit if
  /// there is none.
  virtual void SendBuffer(std::uint32_t count) = 0;
};

/// Scatters the records of one edge over its channels. Typed, instantiated in the plugin; made by
/// EdgeType. Task thread only.
class Partitioner {
 public:
  virtual ~Partitioner() = default;
  /// Distributes the records; full buffers are handed on, the others wait for more or for Flush.
  virtual void Emit(Batch& batch) = 0;
  /// Hands on everything that waits for channel `index`.
  virtual void Flush(std::size_t index) = 0;
  /// True when records wait for channel `index`.
  virtual bool HasPending(std::size_t index) const = 0;
};

}  // namespace penstock
