#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "api/runtime/output.h"
#include "api/runtime/record_type.h"
#include "api/testing/local_channel.h"
#include "api/testing/record_tap.h"

namespace penstock::testing {

/// The outgoing end of one edge at one subtask. A watermark waits behind the records before it.
class EdgeOutput final : public Output {
 public:
  /// `channels`, by receiving subtask, outlive this.
  EdgeOutput(std::vector<LocalChannel*> channels, const EdgeType& edge,
             std::uint32_t max_parallelism, std::uint32_t subtask);

  const RecordType& record_type() const { return record_type_; }
  void Emit(Batch& batch) override { partitioner_->Emit(batch); }
  void EmitWatermark(Timestamp watermark) override;
  void EmitStatus(bool idle) override;
  void SendBarrier(CheckpointId checkpoint);
  bool HasRoom() const;
  /// Sends what waits. True when there was something.
  bool Flush();

 private:
  const std::vector<LocalChannel*> channels_;
  const RecordType& record_type_;
  std::unique_ptr<Partitioner> partitioner_;
  Timestamp watermark_ = Timestamp::Min();  // the last one emitted
  Timestamp sent_ = Timestamp::Min();
  bool idle_ = false;
};

/// Hands on to all readers of one output of an operator: copies to all but the last.
class FanOut final : public Output {
 public:
  /// All outlive this.
  explicit FanOut(const Epoch& epoch) : epoch_(epoch) {}
  void Add(EdgeOutput& reader) { edges_.push_back(&reader); }
  void Add(RecordTap& tap) { taps_.push_back(&tap); }
  void AddOnce(RecordTap& tap) {
    if (std::ranges::find(taps_, &tap) == taps_.end()) Add(tap);
  }

  const std::vector<EdgeOutput*>& edges() const { return edges_; }
  void Emit(Batch& batch) override;
  void EmitWatermark(Timestamp watermark) override;
  void EmitStatus(bool idle) override;

 private:
  const Epoch& epoch_;
  std::vector<EdgeOutput*> edges_;
  std::vector<RecordTap*> taps_;
};

/// What an operator emits: on its main output and, by tag, on others, which get the watermarks of
/// the main one.
class OperatorOutputs final : public Output {
 public:
  explicit OperatorOutputs(const Epoch& epoch) : main_(epoch), epoch_(epoch) {}

  FanOut& main() { return main_; }
  FanOut& side(const std::string& tag) { return sides_.try_emplace(tag, epoch_).first->second; }
  void Emit(Batch& batch) override {
    records_ += batch.size();
    main_.Emit(batch);
  }
  void EmitWatermark(Timestamp watermark) override;
  void EmitStatus(bool idle) override;
  /// Emitted until now on the main output.
  std::uint64_t records() const { return records_; }

 private:
  FanOut main_;
  const Epoch& epoch_;
  std::map<std::string, FanOut> sides_;
  std::uint64_t records_ = 0;
  Timestamp watermark_ = Timestamp::Min();
};

}  // namespace penstock::testing
