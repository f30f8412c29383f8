#pragma once

#include <concepts>
#include <functional>
#include <type_traits>
#include <utility>

#include "api/collector.h"
#include "api/runtime/operator.h"
#include "api/runtime/typed_batch.h"
#include "common/timestamp.h"

namespace penstock {

/// What the operators without state share: they keep the output and pass watermarks on.
class StatelessOperator : public Operator {
 public:
  Status Open(OperatorContext&, Output& output) override {
    output_ = &output;
    return Status::Ok();
  }
  void ProcessWatermark(Timestamp watermark) override { output_->EmitWatermark(watermark); }

 protected:
  Output* output_ = nullptr;
};

/// Type that a map function `F` makes of a T.
template <typename T, typename F>
using MapOutput = std::remove_cvref_t<std::invoke_result_t<F&, T&&>>;

/// One record out for each in. Same type in and out: rewrites the batch in place.
template <typename T, typename F>
class MapOperator final : public StatelessOperator {
 public:
  explicit MapOperator(F map) : map_(std::move(map)) {}

  void ProcessBatch(Batch& batch) override {
    auto& in = static_cast<TypedBatch<T>&>(batch);
    if constexpr (std::is_same_v<T, Out>) {
      for (std::size_t i = 0; i < in.size(); ++i) {
        Out result = std::invoke(map_, std::move(in[i]));
        // Text of the new record may view a string of the old one, if records have strings.
        if constexpr (!std::is_trivially_copyable_v<T>) Codec<T>::AdoptText(result, in.arena());
        in[i] = std::move(result);
        if constexpr (std::is_trivially_copyable_v<T>) Codec<T>::AdoptText(in[i], in.arena());
      }
      output_->Emit(in);
    } else {
      Transform(in);
    }
  }

 private:
  using Out = MapOutput<T, F>;
  struct NoBatch {};

  void Transform(TypedBatch<T>& in) {
    for (std::size_t i = 0; i < in.size(); ++i) {
      out_.Append(std::invoke(map_, std::move(in[i])), in.timestamps()[i]);
      if (out_.full()) Flush();
    }
    if (!out_.empty()) Flush();
  }
  void Flush() {
    output_->Emit(out_);
    out_.Clear();
  }

  F map_;
  [[no_unique_address]] std::conditional_t<std::is_same_v<T, Out>, NoBatch, TypedBatch<Out>> out_;
};

/// A function of (T&) that returns nothing changes the record where it is. One of (const T&) would
/// have no effect and is none.
template <typename F, typename T>
concept ChangesInPlace = requires(F& function, T& record) {
  { std::invoke(function, record) } -> std::same_as<void>;
}
&&!std::is_invocable_v<F&, const T&>;

/// Changes each record in place: nothing is copied or moved.
template <typename T, typename F>
class UpdateOperator final : public StatelessOperator {
 public:
  explicit UpdateOperator(F update) : update_(std::move(update)) {}

  void ProcessBatch(Batch& batch) override {
    auto& records = static_cast<TypedBatch<T>&>(batch);
    for (std::size_t i = 0; i < records.size(); ++i) {
      std::invoke(update_, records[i]);
      Codec<T>::AdoptText(records[i], records.arena());
    }
    output_->Emit(records);
  }

 private:
  F update_;
};

/// Keeps the records that `F` is true for, in the same batch.
template <typename T, typename F>
class FilterOperator final : public StatelessOperator {
 public:
  explicit FilterOperator(F keep) : keep_(std::move(keep)) {}

  void ProcessBatch(Batch& batch) override {
    auto& records = static_cast<TypedBatch<T>&>(batch);
    auto& timestamps = records.timestamps();
    std::size_t kept = 0;
    for (std::size_t i = 0; i < records.size(); ++i) {
      if (!std::invoke(keep_, std::as_const(records[i]))) continue;
      if (kept != i) {
        std::swap(records[kept], records[i]);  // both slots keep their memory
        timestamps[kept] = timestamps[i];
      }
      ++kept;
    }
    records.Truncate(kept);
    if (kept > 0) output_->Emit(records);
  }

 private:
  F keep_;
};

/// Any number of records out for each in.
template <typename T, typename U, typename F>
class FlatMapOperator final : public StatelessOperator {
 public:
  explicit FlatMapOperator(F map) : map_(std::move(map)) {}

  void ProcessBatch(Batch& batch) override {
    auto& in = static_cast<TypedBatch<T>&>(batch);
    Collector<U> collector(out_, *output_);
    for (std::size_t i = 0; i < in.size(); ++i) {
      collector.SetTimestamp(in.timestamps()[i]);
      std::invoke(map_, std::as_const(in[i]), collector);
    }
    collector.Flush();
  }

 private:
  F map_;
  TypedBatch<U> out_;
};

}  // namespace penstock
