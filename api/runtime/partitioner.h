#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "api/runtime/channel_lane.h"
#include "api/runtime/key_traits.h"
#include "api/runtime/record_type.h"
#include "common/key_group.h"

namespace penstock {

/// What all partitioners share: a lane per channel.
template <typename T>
class LanePartitioner : public Partitioner {
 public:
  void Flush(std::size_t index) final { lanes_[index].Flush(); }
  bool HasPending(std::size_t index) const final { return lanes_[index].pending(); }

 protected:
  explicit LanePartitioner(const PartitionerSpec& spec) {
    lanes_.reserve(spec.channels.size());
    for (ChannelWriter* channel : spec.channels) lanes_.emplace_back(*channel);
  }

  /// All records to one lane.
  void EmitTo(ChannelLane<T>& lane, TypedBatch<T>& batch) {
    for (std::size_t i = 0; i < batch.size(); ++i) {
      lane.AddConsuming(batch[i], batch.timestamps()[i]);
    }
  }

  std::vector<ChannelLane<T>> lanes_;
};

/// In turn, record by record. With a single channel this is Forward; with only some of the
/// receivers' channels it is Rescale.
template <typename T>
class RebalancePartitioner final : public LanePartitioner<T> {
 public:
  explicit RebalancePartitioner(const PartitionerSpec& spec)
      : LanePartitioner<T>(spec), next_(spec.subtask % spec.channels.size()) {}

  void Emit(Batch& batch) override {
    auto& records = static_cast<TypedBatch<T>&>(batch);
    if (this->lanes_.size() == 1) return this->EmitTo(this->lanes_[0], records);
    for (std::size_t i = 0; i < records.size(); ++i) {
      this->lanes_[next_].AddConsuming(records[i], records.timestamps()[i]);
      if (++next_ == this->lanes_.size()) next_ = 0;
    }
  }

 private:
  std::size_t next_;
};

/// Each record to a channel chosen at random.
template <typename T>
class ShufflePartitioner final : public LanePartitioner<T> {
 public:
  explicit ShufflePartitioner(const PartitionerSpec& spec)
      : LanePartitioner<T>(spec), random_(spec.subtask + 1) {}

  void Emit(Batch& batch) override {
    auto& records = static_cast<TypedBatch<T>&>(batch);
    for (std::size_t i = 0; i < records.size(); ++i) {
      this->lanes_[Next()].AddConsuming(records[i], records.timestamps()[i]);
    }
  }

 private:
  /// xorshift64*: Vigna, "An experimental exploration of Marsaglia's xorshift generators", 2016.
  std::size_t Next() {
    random_ ^= random_ >> 12;
    random_ ^= random_ << 25;
    random_ ^= random_ >> 27;
    return ((random_ * 0x2545f4914f6cdd1dULL) >> 32) % this->lanes_.size();
  }

  std::uint64_t random_;  // never 0
};

/// Every record to the first channel.
template <typename T>
class GlobalPartitioner final : public LanePartitioner<T> {
 public:
  explicit GlobalPartitioner(const PartitionerSpec& spec) : LanePartitioner<T>(spec) {}

  void Emit(Batch& batch) override {
    this->EmitTo(this->lanes_.front(), static_cast<TypedBatch<T>&>(batch));
  }
};

/// To the channel that `choose(key, number of channels)` says.
template <typename T, typename Choose, typename KeyFn>
class CustomPartitioner final : public LanePartitioner<T> {
 public:
  CustomPartitioner(const PartitionerSpec& spec, Choose choose, KeyFn key)
      : LanePartitioner<T>(spec), choose_(std::move(choose)), key_(std::move(key)) {}

  void Emit(Batch& batch) override {
    auto& records = static_cast<TypedBatch<T>&>(batch);
    const auto count = static_cast<std::uint32_t>(this->lanes_.size());
    for (std::size_t i = 0; i < records.size(); ++i) {
      const std::uint32_t chosen =
          std::invoke(choose_, std::invoke(key_, std::as_const(records[i])), count);
      if (chosen >= count) Refuse(chosen, count);
      this->lanes_[chosen].AddConsuming(records[i], records.timestamps()[i]);
    }
  }

 private:
  [[noreturn, gnu::cold]] static void Refuse(std::uint32_t chosen, std::uint32_t count) {
    throw std::out_of_range("the function of partition_custom() has chosen subtask " +
                            std::to_string(chosen) + " of " + std::to_string(count) +
                            ", which are counted from 0");
  }

  Choose choose_;
  KeyFn key_;
};

/// Every record to every channel.
template <typename T>
class BroadcastPartitioner final : public LanePartitioner<T> {
 public:
  explicit BroadcastPartitioner(const PartitionerSpec& spec) : LanePartitioner<T>(spec) {}

  void Emit(Batch& batch) override {
    auto& records = static_cast<TypedBatch<T>&>(batch);
    for (std::size_t lane = 0; lane + 1 < this->lanes_.size(); ++lane) {
      for (std::size_t i = 0; i < records.size(); ++i) {
        this->lanes_[lane].AddCopy(records[i], records.timestamps()[i]);
      }
    }
    this->EmitTo(this->lanes_.back(), records);
  }
};

/// By the key group of the record's key.
template <typename T, typename KeyFn>
class HashPartitioner final : public LanePartitioner<T> {
 public:
  HashPartitioner(const PartitionerSpec& spec, KeyFn key)
      : LanePartitioner<T>(spec), key_(std::move(key)), max_parallelism_(spec.max_parallelism) {
    const auto parallelism = static_cast<std::uint32_t>(spec.channels.size());
    channel_of_group_.reserve(max_parallelism_);
    for (std::uint32_t group = 0; group < max_parallelism_; ++group) {
      channel_of_group_.push_back(
          static_cast<std::uint16_t>(SubtaskOfKeyGroup(group, max_parallelism_, parallelism)));
    }
  }

  void Emit(Batch& batch) override {
    auto& records = static_cast<TypedBatch<T>&>(batch);
    if (this->lanes_.size() == 1) return this->EmitTo(this->lanes_[0], records);
    for (std::size_t i = 0; i < records.size(); ++i) {
      const std::uint64_t hash = hash_(std::invoke(key_, std::as_const(records[i])));
      const std::uint16_t channel = channel_of_group_[KeyGroupOf(hash, max_parallelism_)];
      this->lanes_[channel].AddConsuming(records[i], records.timestamps()[i]);
    }
  }

 private:
  static_assert(kMaxMaxParallelism <= UINT16_MAX);

  const KeyFn key_;
  const std::uint32_t max_parallelism_;
  std::vector<std::uint16_t> channel_of_group_;
  KeyHasher<KeyOf<T, KeyFn>> hash_;
};

}  // namespace penstock
