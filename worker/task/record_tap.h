#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/runtime/batch.h"
#include "api/runtime/record_type.h"
#include "checkpoint/value_layout.h"
#include "common/clock.h"
#include "common/ids.h"
#include "common/mutex.h"

namespace penstock {

/// Records for people to see.
struct TappedRecords {
  std::vector<std::string> lines;  ///< JSON, as wire/query.h says of TailRecords.
  std::uint64_t not_shown = 0;     ///< That have passed since the last time.
};

/// Shows some of the records that leave one operator at one subtask, while somebody watches. Off,
/// it costs the task a look at a flag per batch. The task thread only encodes the first records of
/// a batch, as many as are wanted; who collects them makes text of them. Whatever goes wrong with
/// that is not the task's: it never fails because it is watched.
class RecordTap {
 public:
  struct Place {
    SubtaskId subtask;
    std::string operator_name;
  };

  /// `type` is of any edge that reads the output, kCustom ones excepted. Both outlive this.
  RecordTap(Place place, const EdgeType& type, const Clock& clock);

  /// Any thread. Until `lease` has passed, at most so many records more, whatever was left before.
  void Watch(Clock::Duration lease, std::size_t records) EXCLUDES(mu_);
  /// Any thread. What has come since the last call.
  TappedRecords Collect() EXCLUDES(mu_);

  // Task thread:
  bool watched() const { return watched_.load(std::memory_order_relaxed); }
  /// Call it when watched(). The first batch after the end of the lease switches it off.
  void Take(const Batch& batch) EXCLUDES(mu_);

 private:
  class Encoder;
  /// Each its timestamp (8 bytes) and its encoded value.
  struct Encoded {
    std::uint32_t count = 0;
    std::string bytes;
  };

  void Forget() REQUIRES(mu_);
  void Log(std::string_view what) const;
  std::size_t Claim(std::size_t records) EXCLUDES(mu_);
  void Keep(std::vector<Encoded> encoded, std::size_t claimed) EXCLUDES(mu_);
  std::size_t Render(const Encoded& encoded, std::vector<std::string>& lines) const;
  std::string RecordText(std::string_view value) const;

  const Place place_;
  const EdgeType& type_;
  const Clock& clock_;
  const std::optional<ValueLayout> layout_;  // nothing: its values are shown as bytes
  const bool measurable_;                    // the end of a value can be found
  std::atomic<bool> watched_{false};

  Mutex mu_;
  Clock::MonotonicTime lease_end_ GUARDED_BY(mu_){};
  std::size_t wanted_ GUARDED_BY(mu_) = 0;
  std::vector<Encoded> waiting_ GUARDED_BY(mu_);
  std::size_t waiting_bytes_ GUARDED_BY(mu_) = 0;
  std::uint64_t not_shown_ GUARDED_BY(mu_) = 0;
};

}  // namespace penstock
