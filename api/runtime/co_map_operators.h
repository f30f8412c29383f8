#pragma once

#include <cstdint>
#include <functional>
#include <utility>

#include "api/collector.h"
#include "api/runtime/stateless_operators.h"

namespace penstock {

/// Any number of records out for each of either input.
template <typename T1, typename T2, typename Out, typename F1, typename F2>
class CoFlatMapOperator final : public StatelessOperator {
 public:
  CoFlatMapOperator(F1 first, F2 second) : first_(std::move(first)), second_(std::move(second)) {}

  void ProcessBatch(Batch& batch) override { ProcessInput(0, batch); }
  void ProcessInput(std::uint32_t input, Batch& batch) override {
    if (input == 0) {
      Apply(first_, static_cast<const TypedBatch<T1>&>(batch));
    } else {
      Apply(second_, static_cast<const TypedBatch<T2>&>(batch));
    }
  }

 private:
  template <typename F, typename T>
  void Apply(F& function, const TypedBatch<T>& records) {
    Collector<Out> collector(out_, *output_);
    for (std::size_t i = 0; i < records.size(); ++i) {
      collector.SetTimestamp(records.timestamps()[i]);
      std::invoke(function, records[i], collector);
    }
    collector.Flush();
  }

  F1 first_;
  F2 second_;
  TypedBatch<Out> out_;
};

}  // namespace penstock
