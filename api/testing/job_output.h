#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "api/runtime/typed_batch.h"
#include "api/testing/collecting_output.h"
#include "api/testing/job_failure.h"
#include "api/testing/record_tap.h"

namespace penstock::testing {

/// What a sink of the job under test was given, or what another operator emitted. Exactly once: a
/// crash or restore takes back what came after the checkpoint.
template <typename T>
class JobOutput final : public RecordTap {
 public:
  /// With timestamps, in order of arrival.
  const std::vector<Emitted<T>>& emitted() const { return emitted_; }
  std::vector<T> records() const { return RecordsFrom(0); }
  /// Those that came since the last call.
  std::vector<T> take() { return RecordsFrom(std::exchange(taken_, emitted_.size())); }
  /// The last one; Timestamp::Min() when there was none.
  Timestamp watermark() const { return watermark_; }
  /// Whether it has become idle.
  bool idle() const { return idle_; }

  const void* type_id() const override { return TypedBatch<T>::TypeId(); }
  void Take(const Batch& batch, Epoch epoch) override {
    const auto& from = static_cast<const TypedBatch<T>&>(batch);
    for (std::size_t i = 0; i < from.size(); ++i) {
      emitted_.push_back({from[i], from.timestamps()[i]});
      Codec<T>::AdoptText(emitted_.back().record, arena_);
      epochs_.push_back(epoch);
    }
  }
  void TakeWatermark(Timestamp watermark) override { watermark_ = std::max(watermark_, watermark); }
  void TakeStatus(bool idle) override { idle_ = idle; }
  void Rewind(Epoch last) override {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < emitted_.size(); ++i) {
      if (epochs_[i] > last) continue;
      if (kept != i) emitted_[kept] = std::move(emitted_[i]);
      epochs_[kept++] = epochs_[i];
    }
    emitted_.resize(kept);
    epochs_.resize(kept);
    taken_ = std::min(taken_, kept);
    idle_ = false;
  }

 private:
  std::vector<T> RecordsFrom(std::size_t first) const {
    std::vector<T> records;
    for (std::size_t i = first; i < emitted_.size(); ++i) records.push_back(emitted_[i].record);
    return records;
  }

  std::vector<Emitted<T>> emitted_;
  std::vector<Epoch> epochs_;  // of each
  Arena arena_;                // of Text in the records
  std::size_t taken_ = 0;
  Timestamp watermark_ = Timestamp::Min();
  bool idle_ = false;
};

/// What went to a side output, of whatever type.
class SideRecords final : public RecordTap {
 public:
  explicit SideRecords(const void* type_id) : type_id_(type_id) {}

  const void* type_id() const override { return type_id_; }
  void Take(const Batch& batch, Epoch epoch) override { batches_.push_back({batch.Copy(), epoch}); }
  void TakeWatermark(Timestamp) override {}
  void TakeStatus(bool) override {}
  void Rewind(Epoch last) override {
    std::erase_if(batches_, [last](const Taken& taken) { return taken.epoch > last; });
  }
  /// Requires batches of TypedBatch<T>. Text in the records lives as long as they do here.
  template <typename T>
  void AppendTo(std::vector<T>& records) const {
    for (const Taken& taken : batches_) {
      const auto& batch = static_cast<const TypedBatch<T>&>(*taken.batch);
      records.insert(records.end(), batch.data(), batch.data() + batch.size());
    }
  }

 private:
  struct Taken {
    std::unique_ptr<Batch> batch;
    Epoch epoch;
  };

  const void* const type_id_;
  std::vector<Taken> batches_;
};

}  // namespace penstock::testing
