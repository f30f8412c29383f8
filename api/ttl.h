#pragma once

#include <chrono>

#include "common/timestamp.h"

namespace penstock {

/// How long what a state keeps stays valid without being used: given where the state is declared,
///   penstock::ValueState<int> count{this, "count", penstock::ttl(1h)};
/// Each value, each element of a list and each element of a map has a time of its own. Made by
/// ttl().
class TimeToLive {
 public:
  /// Without one, things stay for ever.
  constexpr TimeToLive() = default;
  explicit constexpr TimeToLive(Millis duration) : duration_(duration), given_(true) {}

  /// The time that counts is the wall clock's. The default.
  constexpr TimeToLive processing_time() const { return With(&TimeToLive::event_time_, false); }
  /// The time that counts is the watermark; a thing lives from the timestamp of the record that it
  /// was last used for, or from the watermark where that is later.
  constexpr TimeToLive event_time() const { return With(&TimeToLive::event_time_, true); }

  /// Its time begins again when it is written. The default.
  constexpr TimeToLive on_create_and_write() const { return With(&TimeToLive::on_read_, false); }
  /// Its time begins again when it is written or read: reading then costs a change.
  constexpr TimeToLive on_read_and_write() const { return With(&TimeToLive::on_read_, true); }

  /// What has expired is never seen again. The default.
  constexpr TimeToLive never_return_expired() const { return With(&TimeToLive::returns_, false); }
  /// What has expired may be seen until the memory is needed.
  constexpr TimeToLive return_expired_if_not_cleaned_up() const {
    return With(&TimeToLive::returns_, true);
  }

  constexpr bool given() const { return given_; }
  constexpr Millis duration() const { return duration_; }
  constexpr bool is_event_time() const { return event_time_; }
  constexpr bool refreshes_on_read() const { return on_read_; }
  constexpr bool returns_expired() const { return returns_; }

 private:
  constexpr TimeToLive With(bool TimeToLive::*option, bool value) const {
    TimeToLive changed = *this;
    changed.*option = value;
    return changed;
  }

  Millis duration_{0};
  bool given_ = false;
  bool event_time_ = false;
  bool on_read_ = false;
  bool returns_ = false;
};

/// Must be at least a millisecond; complained of when the job is submitted.
constexpr TimeToLive ttl(Millis duration) { return TimeToLive(duration); }

}  // namespace penstock
