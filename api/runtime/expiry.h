#pragma once

#include <algorithm>
#include <cstdint>

#include "api/ttl.h"
#include "common/timestamp.h"

namespace penstock::internal {

/// The times that the states of an operator go by; kept up to date by the operator. Min() as long
/// as it is not known.
struct StateTime {
  Timestamp processing = Timestamp::Min();  ///< Of the call at hand.
  Timestamp event = Timestamp::Min();       ///< The watermark; in an event-time timer, the timer's.
  Timestamp record = Timestamp::Min();      ///< Of the record at hand; Min() without one.
};

/// What is stored as time of the last use before that is known: the time to live has not begun. So
/// a restore that adds a time to live to a state writes this.
inline constexpr std::int64_t kUnstamped = Timestamp::Min().millis;

/// Decides for one state what has expired. Cheap to copy; `time` outlives it. Task thread only.
class Expiry {
 public:
  Expiry(const TimeToLive& ttl, const StateTime& time) : ttl_(ttl), time_(&time) {}

  bool Expired(std::int64_t last_use) const {
    return last_use != kUnstamped && Timestamp{last_use} + ttl_.duration() <= Now();
  }
  /// It has expired and must not be seen.
  bool Hidden(std::int64_t last_use) const { return !ttl_.returns_expired() && Expired(last_use); }
  /// Its time to live is to begin.
  bool Begins(std::int64_t last_use) const { return last_use == kUnstamped && Use() != kUnstamped; }
  /// Reading something that was last used then is to be noted.
  bool RefreshedByReading(std::int64_t last_use) const {
    if (last_use == kUnstamped) return Begins(last_use);
    return ttl_.refreshes_on_read() && last_use != Use() && !Expired(last_use);
  }
  /// What is stored for a use at this moment.
  std::int64_t Use() const {
    return ttl_.is_event_time() ? std::max(time_->event, time_->record).millis
                                : time_->processing.millis;
  }
  bool refreshes_on_read() const { return ttl_.refreshes_on_read(); }
  bool returns_expired() const { return ttl_.returns_expired(); }

 private:
  Timestamp Now() const { return ttl_.is_event_time() ? time_->event : time_->processing; }

  TimeToLive ttl_;
  const StateTime* time_;
};

}  // namespace penstock::internal
