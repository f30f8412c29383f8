#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

#include "api/runtime/batch.h"
#include "api/runtime/typed_batch.h"
#include "api/watermark_strategy.h"
#include "common/timestamp.h"

namespace penstock {

/// Gives the records of one split, or of one subtask's stream, their timestamps, and runs the
/// generator that makes watermarks of them.
class BatchStamper {
 public:
  virtual ~BatchStamper() = default;
  /// Sets all timestamps of the batch.
  virtual void Stamp(Batch& batch, WatermarkOutput& output) = 0;
  virtual void OnPeriodic(WatermarkOutput& output) = 0;
  /// Takes over from the first release, which stored the greatest timestamp instead of a watermark.
  virtual void RestoreGreatest(Timestamp greatest, WatermarkOutput& output) const = 0;
};

/// A strategy for records of one type, without the type. A description: copied into every subtask.
struct StampingPlan {
  static constexpr Millis kPeriod{200};

  std::function<std::unique_ptr<BatchStamper>()> make;
  internal::WatermarkOptions options;
  bool needs_period = false;  ///< OnPeriodic has to be called while no records come.
};

/// In place of a function that gives a record's timestamp: it has one from its source.
struct KeepsTimestamp {};

template <typename T, typename Generator, typename F>
class BatchStamperOf final : public BatchStamper {
 public:
  BatchStamperOf(const Generator& generator, const F& timestamp_of)
      : generator_(generator), timestamp_of_(timestamp_of) {}

  void Stamp(Batch& batch, WatermarkOutput& output) override {
    auto& records = static_cast<TypedBatch<T>&>(batch);
    Timestamp* const timestamps = records.timestamps().data();
    for (std::size_t i = 0; i < records.size(); ++i) {
      const T& record = records[i];
      if constexpr (!std::is_same_v<F, KeepsTimestamp>) {
        timestamps[i] = std::invoke(timestamp_of_, record);
      }
      generator_.on_event(record, timestamps[i], output);
    }
    generator_.on_periodic(output);
  }
  void OnPeriodic(WatermarkOutput& output) override { generator_.on_periodic(output); }
  [[gnu::cold]] void RestoreGreatest(Timestamp greatest, WatermarkOutput& output) const override {
    if constexpr (std::is_same_v<Generator, internal::BoundedOutOfOrderness>) {
      output.emit(generator_.Behind(greatest));
    }
  }

 private:
  Generator generator_;
  [[no_unique_address]] F timestamp_of_;
};

namespace internal {

/// Says at compile time what a strategy and a timestamp function for records T lack.
template <typename T, typename Generator, typename F>
constexpr bool CheckStamping() {
  constexpr bool kTimestamps =
      std::is_same_v<F, KeepsTimestamp> || std::is_invocable_r_v<Timestamp, F&, const T&>;
  static_assert(kTimestamps,
                "the function that gives timestamps must be a member pointer or function that "
                "takes one record of this stream and gives a penstock::Timestamp");
  static_assert(WatermarkGenerator<Generator, T>,
                "the strategy's generator needs void on_event(const Record&, Timestamp, "
                "WatermarkOutput&) and void on_periodic(WatermarkOutput&) for the records of this "
                "stream; the function of punctuated() takes (const Record&, Timestamp) and gives a "
                "std::optional<Timestamp>");
  return kTimestamps && WatermarkGenerator<Generator, T>;
}

}  // namespace internal

template <typename T, typename Generator, typename F>
[[gnu::cold]] StampingPlan MakeStampingPlan(const WatermarkStrategy<Generator>& strategy,
                                            F timestamp_of) {
  return {[generator = strategy.generator(), timestamp_of = std::move(timestamp_of)] {
            return std::make_unique<BatchStamperOf<T, Generator, F>>(generator, timestamp_of);
          },
          strategy.options(), !internal::KnowsOnlyRecords<Generator>};
}

}  // namespace penstock
