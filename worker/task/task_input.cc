#include "worker/task/task_input.h"

#include <algorithm>
#include <map>
#include <utility>
#include <variant>

namespace penstock {

TaskInput::TaskInput(std::unique_ptr<InputGate> gate, const std::vector<InputChannelType>& channels,
                     OperatorChain& chain, const Clock& clock, BarrierReceiver& barriers,
                     CheckpointMode mode, bool counting)
    : gate_(std::move(gate)),
      chain_(chain),
      clock_(clock),
      barriers_(barriers),
      mode_(mode),
      counting_(counting),
      aligner_(gate_->channel_count(), mode),
      valve_(gate_->channel_count()),
      at_barrier_(valve_.watermarks()) {
  std::map<const RecordType*, std::shared_ptr<Batch>> decoded;
  for (const InputChannelType& channel : channels) {
    std::shared_ptr<Batch>& batch = decoded[channel.record];
    if (batch == nullptr) batch = channel.record->NewBatch();
    channels_.push_back({channel, batch});
  }
}

void TaskInput::RestoreWatermarks(const std::vector<Timestamp>& watermarks) {
  valve_.Restore(watermarks);
  at_barrier_ = watermarks;
}

Status TaskInput::Step(bool& worked) {
  std::optional<InputGate::Received> received = gate_->Poll();
  worked = received.has_value();
  if (!worked) return Status::Ok();
  if (counting_) Count(*received);
  return std::visit(
      [&](auto&& element) {
        return Take(received->channel, std::forward<decltype(element)>(element));
      },
      std::move(received->element));
}

void TaskInput::Count(const InputGate::Received& received) {
  if (const auto* batch = std::get_if<std::unique_ptr<Batch>>(&received.element)) {
    records_.Add((*batch)->size());
  } else if (const auto* encoded = std::get_if<EncodedRecords>(&received.element)) {
    records_.Add(encoded->count);
  }
  bytes_.Add(received.bytes);
}

Status TaskInput::Take(std::uint32_t channel, std::unique_ptr<Batch> batch) {
  PENSTOCK_RETURN_IF_ERROR(chain_.ProcessBatch(channels_[channel].type.input, *batch));
  batch->Clear();
  gate_->Recycle(channel, std::move(batch));
  return Status::Ok();
}

Status TaskInput::Take(std::uint32_t channel, const EncodedRecords& encoded) {
  const ChannelInput& from = channels_[channel];
  const Status status = chain_.ProcessEncoded(from.type, encoded, *from.decoded);
  from.decoded->Clear();
  return status;
}

Status TaskInput::Take(std::uint32_t channel, Watermark watermark) {
  return Forward(valve_.OnWatermark(channel, watermark.time));
}

Status TaskInput::Take(std::uint32_t channel, WatermarkStatus status) {
  return Forward(valve_.OnStatus(channel, status.idle));
}

Status TaskInput::Forward(const WatermarkValve::Change& change) {
  if (change.idle == false) PENSTOCK_RETURN_IF_ERROR(chain_.ProcessStatus(false));
  if (change.watermark) PENSTOCK_RETURN_IF_ERROR(chain_.ProcessWatermark(*change.watermark));
  return change.idle == true ? chain_.ProcessStatus(true) : Status::Ok();
}

Status TaskInput::Take(std::uint32_t channel, const CheckpointBarrier& barrier) {
  at_barrier_[channel] = std::max(valve_.watermark(channel), valve_.current());
  const std::int64_t now = clock_.Now().time_since_epoch().count();
  const BarrierAligner::Step step = aligner_.OnBarrier(channel, barrier, now);
  if (step.aborted) barriers_.OnAborted(*step.aborted);
  if (step.unblock_all) gate_->UnblockAll();
  if (step.block) gate_->Block(channel);
  if (!step.aligned) return Status::Ok();
  if (mode_ == CheckpointMode::kExactlyOnce) {
    for (Timestamp& watermark : at_barrier_) watermark = std::max(watermark, valve_.current());
  }
  return barriers_.OnAligned(*step.aligned, step.alignment_nanos);
}

}  // namespace penstock
