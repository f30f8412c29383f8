#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "api/runtime/plugin.h"
#include "bench/state/state_bed.h"
#include "worker/task/operator_chain.h"
#include "worker/task/task_input.h"

namespace penstock::bench {

/// The input, the chain and the output of a task, without its thread: records come through an input
/// gate of one local channel and go out through another one, where they are dropped.
class MeasuredTask final : private BarrierReceiver {
 public:
  /// Hands out the next batch, which is taken back when it has been used.
  using NextBatch = std::function<std::unique_ptr<Batch>()>;
  using Recycle = std::function<void(std::unique_ptr<Batch>)>;

  struct Parts {
    std::vector<std::function<std::unique_ptr<Operator>()>> operators;  ///< One after another.
    const EdgeType& in;
    const EdgeType& out;
    NextBatch next;
    Recycle recycle;
  };
  /// `counting`: as metrics.enabled. What `parts` refers to outlives this.
  MeasuredTask(Parts parts, bool counting);
  ~MeasuredTask() override;

  Status Open();
  /// Takes one batch through the task.
  Status Step();
  Status Watermark(Timestamp time) { return chain_.ProcessWatermark(time); }
  /// What the host does once a second with all that was counted; the number of its counters.
  std::size_t Collect() const;
  std::uint64_t records() const { return input_.records(); }

 private:
  Status OnAligned(const CheckpointBarrier&, std::int64_t) override { return Status::Ok(); }
  void OnAborted(CheckpointId) override {}
  static JobVertex VertexOf(std::size_t operators);

  const Parts parts_;
  const TaskIdentity identity_;
  const JobVertex vertex_;
  std::vector<OperatorSpec> specs_;
  OperatorChain chain_;
  TaskInput input_;
};

}  // namespace penstock::bench
