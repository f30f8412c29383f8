#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "api/runtime/operator.h"
#include "api/runtime/output.h"
#include "api/runtime/record_type.h"
#include "worker/exchange/output_channel.h"

namespace penstock {

/// The outgoing end of one edge at one subtask: a partitioner over its channels. Records may wait
/// in the partitioner and a watermark behind them; both leave with a flush, the watermark never
/// first. Task thread only.
class PartitionOutput final : public Output {
 public:
  /// Which channels Flush serves.
  enum class FlushScope : unsigned char {
    kWithRoom,  ///< Those that take a buffer without waiting.
    kAll,       ///< All; waits for credit.
  };

  /// `channels` by receiving subtask; `max_parallelism` of the receiving vertex, `subtask` of the
  /// sender. `counting`: whether records and bytes are counted.
  PartitionOutput(std::vector<std::unique_ptr<OutputChannel>> channels, const EdgeType& edge,
                  std::uint32_t max_parallelism, std::uint32_t subtask, bool counting = true);

  void Emit(Batch& batch) override {
    if (counting_) records_.Add(batch.size());
    partitioner_->Emit(batch);
  }
  void EmitWatermark(Timestamp watermark) override {
    if (watermark > watermark_) watermark_ = watermark;
  }

  void EmitStatus(bool idle) override;

  bool HasRoom() const;
  /// Sends what waits. True when there was something.
  bool Flush(FlushScope scope);
  /// Behind everything emitted before, as EmitStatus; waits for credit.
  void SendBarrier(const CheckpointBarrier& barrier);

  /// The last one emitted.
  Timestamp watermark() const { return watermark_; }

  // Any thread:
  std::uint64_t records() const { return records_.value(); }
  std::uint64_t bytes() const;
  /// Of the fullest channel; see OutputChannel::usage.
  double usage() const;

 private:
  struct Channel {
    std::unique_ptr<OutputChannel> writer;
    Timestamp watermark = Timestamp::Min();  // the last one sent
  };

  bool FlushChannel(std::size_t index);

  const bool counting_;
  std::vector<Channel> channels_;  // as many from construction on
  std::unique_ptr<Partitioner> partitioner_;
  Timestamp watermark_ = Timestamp::Min();  // the last one emitted
  bool idle_ = false;                       // as last sent
  Counter records_;
};

}  // namespace penstock
