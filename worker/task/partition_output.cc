#include "worker/task/partition_output.h"

#include <algorithm>
#include <utility>

namespace penstock {

PartitionOutput::PartitionOutput(std::vector<std::unique_ptr<OutputChannel>> channels,
                                 const EdgeType& edge, std::uint32_t max_parallelism,
                                 std::uint32_t subtask, bool counting)
    : counting_(counting) {
  PartitionerSpec spec;
  spec.max_parallelism = max_parallelism;
  spec.subtask = subtask;
  channels_.reserve(channels.size());
  for (std::unique_ptr<OutputChannel>& channel : channels) {
    channel->SetCounting(counting);
    spec.channels.push_back(channel.get());
    channels_.push_back({std::move(channel)});
  }
  partitioner_ = edge.NewPartitioner(std::move(spec));
}

std::uint64_t PartitionOutput::bytes() const {
  std::uint64_t bytes = 0;
  for (const Channel& channel : channels_) bytes += channel.writer->bytes();
  return bytes;
}

double PartitionOutput::usage() const {
  double fullest = 0;
  for (const Channel& channel : channels_) fullest = std::max(fullest, channel.writer->usage());
  return fullest;
}

bool PartitionOutput::HasRoom() const {
  for (const Channel& channel : channels_) {
    if (!channel.writer->HasRoom()) return false;
  }
  return true;
}

bool PartitionOutput::FlushChannel(std::size_t index) {
  Channel& channel = channels_[index];
  const bool records = partitioner_->HasPending(index);
  if (records) partitioner_->Flush(index);
  if (channel.watermark == watermark_) return records;
  channel.watermark = watermark_;
  channel.writer->SendControl(Watermark{watermark_});
  return true;
}

bool PartitionOutput::Flush(FlushScope scope) {
  bool sent = false;
  for (std::size_t i = 0; i < channels_.size(); ++i) {
    if (scope == FlushScope::kAll || channels_[i].writer->HasRoom()) sent |= FlushChannel(i);
  }
  return sent;
}

void PartitionOutput::EmitStatus(bool idle) {
  if (idle == idle_) return;
  idle_ = idle;
  Flush(FlushScope::kAll);
  for (Channel& channel : channels_) channel.writer->SendControl(WatermarkStatus{idle});
}

void PartitionOutput::SendBarrier(const CheckpointBarrier& barrier) {
  Flush(FlushScope::kAll);
  for (Channel& channel : channels_) channel.writer->SendControl(barrier);
}

}  // namespace penstock
