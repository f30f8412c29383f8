#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/runtime/operator.h"
#include "api/runtime/operator_boundary.h"
#include "api/runtime/plugin.h"
#include "api/runtime/record_type.h"
#include "graph/job_graph.h"
#include "wire/messages.h"
#include "worker/state/frozen_chain.h"
#include "worker/state/restored_checkpoint.h"
#include "worker/stream_element.h"
#include "worker/task/operator_context.h"
#include "worker/task/partition_output.h"
#include "worker/task/task_identity.h"
#include "worker/task/task_state.h"

namespace penstock {

/// What comes through a channel.
struct InputChannelType {
  std::uint32_t input = 0;  ///< For Operator::ProcessInput.
  const RecordType* record = nullptr;
};

/// Where the output of one operator of the chain leaves the task.
struct ChainEdge {
  std::uint32_t from_operator = 0;  ///< Position in the chain.
  std::string side;                 ///< Tag of the output; empty: the main one.
  const RecordType* record = nullptr;
  std::unique_ptr<PartitionOutput> output;
};

/// The operators of one vertex at one subtask: a tree, fused by direct calls. Every call into it
/// returns the first error of any operator, stamped with that operator's name; after an error the
/// chain only drops what it is given. Task thread only unless stated.
class OperatorChain {
 public:
  /// `task` and `vertex` outlive this.
  OperatorChain(const TaskIdentity& task, const JobVertex& vertex, std::vector<ChainEdge> edges);
  ~OperatorChain();
  OperatorChain(const OperatorChain&) = delete;
  OperatorChain& operator=(const OperatorChain&) = delete;

  /// Makes and opens all operators. `specs` of the whole job.
  Status Open(const std::vector<OperatorSpec>& specs);
  /// The keyed tables of every operator that has any, after Open.
  std::vector<OperatorTables> tables() const;
  /// Gives every operator its state, after Open, when its tables are restored.
  Status Restore(const RestoredCheckpoint& restore);

  /// For the vertex's inputs: records, a watermark that has advanced, or a changed status.
  Status ProcessBatch(std::uint32_t input, Batch& batch);
  /// Decodes the records into `batch`, which must be empty, and processes it.
  Status ProcessEncoded(const InputChannelType& type, const EncodedRecords& records, Batch& batch);
  Status ProcessWatermark(Timestamp watermark);
  Status ProcessStatus(bool idle);
  /// The earliest of all operators; nothing when none waits for a time.
  std::optional<Timestamp> NextProcessingTime() const;
  /// At the operators that wait for `now` or a time before it.
  Status OnProcessingTime(Timestamp now);
  /// For a source.
  Status PollSource(SourcePoll& outcome);
  Clock::MonotonicTime next_poll() const { return source_->next_poll(); }
  /// As if the source had emitted the maximum watermark; one of an idle source would not count.
  Status EndEventTime();
  void SetGroupWatermark(Timestamp others) { source_->SetGroupWatermark(others); }
  Timestamp source_watermark() const { return source_watermark_; }
  SourceOperator::EventTime source_event_time() const { return source_->event_time(); }
  /// The greatest timestamp of the last batch that the source has emitted; Min before.
  Timestamp source_emitted() const { return source_emitted_; }
  /// The least that its edges have been given; of a chain without edges nothing.
  std::optional<Timestamp> output_watermark() const;
  bool source_idle() const { return source_idle_; }

  /// States and frozen tables in chain order.
  Result<FrozenChain> Freeze(CheckpointId checkpoint);
  Status NotifyCompleted(CheckpointId checkpoint);
  Status Close();

  bool HasRoom() const;
  /// True when something was sent.
  bool Flush(PartitionOutput::FlushScope scope);
  void SendBarrier(const CheckpointBarrier& barrier);

  /// Any thread, after Open.
  const OperatorBoundary& boundary() const { return boundary_; }
  std::uint64_t records_out() const;
  /// By edge, in the order they were given.
  std::vector<EdgeMetrics> edge_metrics() const;
  /// Of the output that is fullest; see OutputChannel::usage.
  double output_usage() const;
  /// Adds "<operator>.<counter>": those the operators keep, and numRecordsIn and numRecordsOut of
  /// each; `records_in` is what the chain was given.
  void CollectCounters(std::map<std::string, std::uint64_t>& counters,
                       std::uint64_t records_in) const;

 private:
  class ChainedOutput;
  class FanOutput;
  class SourceOutput;
  class SideWatermarks;
  class TapOutput;
  struct Node;

  Output& MakeOutputs(Node& node);
  Output& Tapped(const Node& node, const std::vector<OperatorSpec>& specs, Output& next);
  Output& Join(std::vector<Output*> consumers);
  std::uint64_t RecordsOutOf(const Node& node) const;
  Status ForEachOperator(const std::function<Status(Node&)>& call);
  Status RestoreOperator(const RestoredCheckpoint& restore, Node& node);

  const TaskIdentity& task_;
  const JobVertex& vertex_;
  std::vector<ChainEdge> edges_;
  OperatorBoundary boundary_;
  std::vector<std::unique_ptr<Output>> outputs_;  // outlive the nodes' operators
  std::vector<std::unique_ptr<Node>> nodes_;      // by position
  SourceOperator* source_ = nullptr;              // nodes_[0]'s, of a source vertex
  Output* root_output_ = nullptr;                 // of nodes_[0]
  Timestamp source_watermark_ = Timestamp::Min();
  Timestamp source_emitted_ = Timestamp::Min();
  bool source_idle_ = false;
};

}  // namespace penstock
