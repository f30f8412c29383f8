#pragma once

#include <memory>
#include <utility>

#include "api/runtime/key_traits.h"
#include "api/runtime/partitioner.h"
#include "api/runtime/record_type.h"
#include "api/runtime/record_type_of.h"

namespace penstock {

/// An edge without a key or function of its own. A Forward edge whose ends have different
/// parallelism has more than one channel, and then distributes as Rebalance does.
template <typename T>
class PlainEdge final : public EdgeType {
 public:
  explicit PlainEdge(Distribution distribution) : distribution_(distribution) {}

  Distribution distribution() const override { return distribution_; }
  const RecordType& record_type() const override { return RecordTypeOf<T>::Instance(); }
  const Fingerprint& key() const override { return key_; }
  std::unique_ptr<Partitioner> NewPartitioner(PartitionerSpec spec) const override {
    switch (distribution_) {
      case Distribution::kBroadcast: return std::make_unique<BroadcastPartitioner<T>>(spec);
      case Distribution::kShuffle: return std::make_unique<ShufflePartitioner<T>>(spec);
      case Distribution::kGlobal: return std::make_unique<GlobalPartitioner<T>>(spec);
      default: return std::make_unique<RebalancePartitioner<T>>(spec);
    }
  }

 private:
  const Distribution distribution_;
  const Fingerprint key_;  // empty
};

/// An edge that distributes by the key which `KeyFn` takes out of a record.
template <typename T, typename KeyFn>
class HashEdge final : public EdgeType {
 public:
  explicit HashEdge(KeyFn key_fn)
      : key_fn_(std::move(key_fn)), key_(FingerprintOf<KeyOf<T, KeyFn>>()) {}

  Distribution distribution() const override { return Distribution::kHash; }
  const RecordType& record_type() const override { return RecordTypeOf<T>::Instance(); }
  const Fingerprint& key() const override { return key_; }
  std::unique_ptr<Partitioner> NewPartitioner(PartitionerSpec spec) const override {
    return std::make_unique<HashPartitioner<T, KeyFn>>(spec, key_fn_);
  }

 private:
  const KeyFn key_fn_;
  const Fingerprint key_;
};

/// An edge whose receiver `Choose` picks by what `KeyFn` takes out of a record.
template <typename T, typename Choose, typename KeyFn>
class CustomEdge final : public EdgeType {
 public:
  CustomEdge(Choose choose, KeyFn key) : choose_(std::move(choose)), key_fn_(std::move(key)) {}

  Distribution distribution() const override { return Distribution::kCustom; }
  const RecordType& record_type() const override { return RecordTypeOf<T>::Instance(); }
  const Fingerprint& key() const override { return key_; }
  std::unique_ptr<Partitioner> NewPartitioner(PartitionerSpec spec) const override {
    return std::make_unique<CustomPartitioner<T, Choose, KeyFn>>(spec, choose_, key_fn_);
  }

 private:
  const Choose choose_;
  const KeyFn key_fn_;
  const Fingerprint key_;  // empty: the key says nothing about where state is
};

}  // namespace penstock
