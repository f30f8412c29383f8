#pragma once

#include <memory>
#include <utility>

#include "api/runtime/key_traits.h"
#include "api/runtime/partitioner.h"
#include "api/runtime/record_type.h"
#include "api/runtime/record_type_of.h"

namespace penstock {

/// An edge without a key: Forward, Rebalance or Broadcast. A Forward edge whose ends have different
/// parallelism has more than one channel, and then distributes as Rebalance does.
template <typename T>
class PlainEdge final : public EdgeType {
 public:
  explicit PlainEdge(Distribution distribution) : distribution_(distribution) {}

  Distribution distribution() const override { return distribution_; }
  const RecordType& record_type() const override { return RecordTypeOf<T>::Instance(); }
  const Fingerprint& key() const override { return key_; }
  std::unique_ptr<Partitioner> NewPartitioner(PartitionerSpec spec) const override {
    if (distribution_ == Distribution::kBroadcast) {
      return std::make_unique<BroadcastPartitioner<T>>(spec);
    }
    return std::make_unique<RebalancePartitioner<T>>(spec);
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

}  // namespace penstock
