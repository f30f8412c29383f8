#include "worker/task/barrier_aligner.h"

#include <algorithm>

namespace penstock {

void BarrierAligner::Begin(CheckpointId checkpoint, std::int64_t now) {
  std::fill(arrived_.begin(), arrived_.end(), false);
  pending_ = 0;
  current_ = checkpoint;
  started_ = now;
}

BarrierAligner::Step BarrierAligner::OnBarrier(std::uint32_t channel,
                                               const CheckpointBarrier& barrier, std::int64_t now) {
  Step step;
  if (barrier.checkpoint < current_) return step;
  if (barrier.checkpoint == current_ && (!aligning() || arrived_[channel])) return step;
  if (barrier.checkpoint > current_) {
    if (aligning()) {
      step.aborted = current_;
      step.unblock_all = true;
    }
    Begin(barrier.checkpoint, now);
  }
  arrived_[channel] = true;
  ++pending_;
  if (pending_ < arrived_.size()) {
    step.block = mode_ == CheckpointMode::kExactlyOnce || barrier.final;
    return step;
  }
  step.unblock_all = true;
  step.aligned = barrier;
  step.alignment_nanos = now - started_;
  pending_ = 0;
  return step;
}

}  // namespace penstock
