#include "api/testing/local_output.h"

#include <algorithm>
#include <utility>

namespace penstock::testing {

EdgeOutput::EdgeOutput(std::vector<LocalChannel*> channels, const EdgeType& edge,
                       std::uint32_t max_parallelism, std::uint32_t subtask)
    : channels_(std::move(channels)), record_type_(edge.record_type()) {
  PartitionerSpec spec;
  spec.channels.assign(channels_.begin(), channels_.end());
  spec.max_parallelism = max_parallelism;
  spec.subtask = subtask;
  partitioner_ = edge.NewPartitioner(std::move(spec));
}

void EdgeOutput::EmitWatermark(Timestamp watermark) {
  watermark_ = std::max(watermark_, watermark);
}

void EdgeOutput::EmitStatus(bool idle) {
  if (idle == idle_) return;
  idle_ = idle;
  Flush();
  for (LocalChannel* channel : channels_) channel->Send(IdleStatus{idle});
}

void EdgeOutput::SendBarrier(CheckpointId checkpoint) {
  Flush();
  for (LocalChannel* channel : channels_) channel->Send(checkpoint);
}

bool EdgeOutput::HasRoom() const {
  return std::ranges::all_of(channels_, [](const LocalChannel* c) { return c->HasRoom(); });
}

bool EdgeOutput::Flush() {
  bool sent = false;
  for (std::size_t i = 0; i < channels_.size(); ++i) {
    if (partitioner_->HasPending(i)) {
      partitioner_->Flush(i);
      sent = true;
    }
    if (sent_ < watermark_) {
      channels_[i]->Send(watermark_);
      sent = true;
    }
  }
  sent_ = watermark_;
  return sent;
}

void FanOut::Emit(Batch& batch) {
  if (batch.empty()) return;
  for (RecordTap* tap : taps_) tap->Take(batch, epoch_);
  for (std::size_t i = 0; i + 1 < edges_.size(); ++i) edges_[i]->Emit(*batch.Copy());
  if (!edges_.empty()) edges_.back()->Emit(batch);
}

void FanOut::EmitWatermark(Timestamp watermark) {
  for (RecordTap* tap : taps_) tap->TakeWatermark(watermark);
  for (EdgeOutput* edge : edges_) edge->EmitWatermark(watermark);
}

void FanOut::EmitStatus(bool idle) {
  for (RecordTap* tap : taps_) tap->TakeStatus(idle);
  for (EdgeOutput* edge : edges_) edge->EmitStatus(idle);
}

void OperatorOutputs::EmitWatermark(Timestamp watermark) {
  if (watermark <= watermark_) return;
  watermark_ = watermark;
  main_.EmitWatermark(watermark);
  for (auto& [tag, side] : sides_) side.EmitWatermark(watermark);
}

void OperatorOutputs::EmitStatus(bool idle) {
  main_.EmitStatus(idle);
  for (auto& [tag, side] : sides_) side.EmitStatus(idle);
}

}  // namespace penstock::testing
