#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "api/runtime/evolution_of.h"
#include "api/runtime/kept_record.h"
#include "api/runtime/keyed_loop.h"
#include "api/runtime/operator.h"
#include "api/runtime/state_table.h"
#include "api/runtime/typed_batch.h"

namespace penstock {

template <typename T, typename KeyFn>
std::vector<StateDescriptor> ReduceStates(const std::string& uid) {
  return {{uid,
           "reduced",
           "value",
           FingerprintOf<KeyOf<T, KeyFn>>(),
           {},
           FingerprintOf<T>(),
           EvolutionOf<T>()}};
}

/// Combines the records of each key one by one and emits the combination after every record, with
/// the record's timestamp. The first record of a key is emitted as it is.
template <typename T, typename KeyFn, typename F>
class ReduceOperator final : public Operator {
 public:
  using K = KeyOf<T, KeyFn>;

  static_assert(
      std::is_invocable_r_v<T, F&, const T&, const T&>,
      "reduce takes a function (const Record& current, const Record& next) that returns a "
      "Record");

  ReduceOperator(std::string uid, KeyFn key, F reduce)
      : uid_(std::move(uid)), reduce_(std::move(reduce)), loop_(std::move(key)) {}

  Status Open(OperatorContext& context, Output& output) override {
    output_ = &output;
    table_.emplace(ReduceStates<T, KeyFn>(uid_).front(), context.key_groups(),
                   context.max_parallelism());
    context.RegisterTable(*table_);
    return Status::Ok();
  }
  void ProcessBatch(Batch& batch) override {
    auto& records = static_cast<TypedBatch<T>&>(batch);
    loop_.Run(records, *table_, [&](std::size_t i, const K& key, std::uint64_t hash, Entry* hint) {
      const auto [entry, created] = table_->GetOrCreateNear(hint, key, hash);
      Emit(Update(*entry, hash, created, records[i]), records.timestamps()[i]);
    });
    Flush();
  }
  void ProcessWatermark(Timestamp watermark) override { output_->EmitWatermark(watermark); }

 private:
  using Table = StateTable<K, KeptRecord<T>, KeptRecordValue<T>>;
  using Entry = typename Table::Entry;

  const T& Update(Entry& entry, std::uint64_t hash, bool created, const T& record) {
    KeptRecord<T>& kept = table_->Mutable(entry, hash);
    if (created) {
      kept.Set(record);
    } else {
      kept.Set(std::invoke(reduce_, std::as_const(kept.record), record));
    }
    return kept.record;
  }
  void Emit(const T& record, Timestamp timestamp) {
    if (batch_.full()) Flush();
    T& slot = batch_.AppendSlot(timestamp);
    slot = record;
    Codec<T>::AdoptText(slot, batch_.arena());
  }
  void Flush() {
    if (batch_.empty()) return;
    output_->Emit(batch_);
    batch_.Clear();
  }

  const std::string uid_;
  F reduce_;
  KeyedLoop<T, KeyFn> loop_;
  Output* output_ = nullptr;
  std::optional<Table> table_;
  TypedBatch<T> batch_;
};

template <typename T, typename KeyFn, typename F>
std::unique_ptr<Operator> MakeReduce(std::string uid, KeyFn key, F reduce) {
  return std::make_unique<ReduceOperator<T, KeyFn, F>>(std::move(uid), std::move(key),
                                                       std::move(reduce));
}

}  // namespace penstock
