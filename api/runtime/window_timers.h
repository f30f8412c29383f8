#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "api/runtime/timer_table.h"
#include "api/runtime/window_entry.h"
#include "api/runtime/window_key.h"
#include "api/trigger.h"

namespace penstock {

/// The timers of the windows of one operator. TriggerTimers means the window that At() named last.
/// Task thread only.
template <typename K>
class WindowTimers final : public internal::TriggerTimers {
 public:
  using Table = TimerTable<WindowKey<K>>;

  WindowTimers(const std::string& uid, KeyGroupRange groups, std::uint32_t max_parallelism)
      : event_time_(EventTimeDescriptor(uid), groups, max_parallelism),
        processing_time_(ProcessingTimeDescriptor(uid), groups, max_parallelism) {}

  static StateDescriptor EventTimeDescriptor(const std::string& uid) {
    return Describe(uid, "window-timers");
  }
  static StateDescriptor ProcessingTimeDescriptor(const std::string& uid) {
    return Describe(uid, "window-processing-timers");
  }

  /// `at` and `known` live until the next call; `hash` is that of `at`.
  void At(const WindowKey<K>& at, std::uint64_t hash, KnownTimers& known) {
    at_ = &at;
    hash_ = hash;
    known_ = &known;
  }
  void SetEventTime(Timestamp time) override { Set(event_time_, known_->event_time, time); }
  void EraseEventTime(Timestamp time) override { Erase(event_time_, known_->event_time, time); }
  void SetProcessingTime(Timestamp time) override {
    Set(processing_time_, known_->processing_time, time);
  }
  void EraseProcessingTime(Timestamp time) override {
    Erase(processing_time_, known_->processing_time, time);
  }
  /// Sets the timer at which the window is forgotten.
  void SetCleanup(Timestamp time, bool is_event_time) {
    if (known_->cleanup) return;
    known_->cleanup = true;
    const Timestamp known = is_event_time ? known_->event_time : known_->processing_time;
    if (known != time) TableOf(is_event_time).Set(*at_, hash_, time);
  }
  void EraseCleanup(Timestamp time, bool is_event_time) {
    if (is_event_time) return EraseEventTime(time);
    EraseProcessingTime(time);
  }

  Table& event_time() { return event_time_; }
  Table& processing_time() { return processing_time_; }

 private:
  static StateDescriptor Describe(const std::string& uid, const std::string& name) {
    Fingerprint space = internal::DescribeWindow();
    Codec<Timestamp>::Describe("time", space);
    return {uid, name, "window-timers", FingerprintOf<K>(), std::move(space), {}};
  }

  void Set(Table& table, Timestamp& known, Timestamp time) {
    if (known == time && time != Timestamp::Min()) return;
    table.Set(*at_, hash_, time);
    known = time;
  }
  void Erase(Table& table, Timestamp& known, Timestamp time) {
    if (known == time) known = Timestamp::Min();
    table.Erase(*at_, hash_, time);
  }
  Table& TableOf(bool is_event_time) { return is_event_time ? event_time_ : processing_time_; }

  Table event_time_;
  Table processing_time_;
  const WindowKey<K>* at_ = nullptr;
  std::uint64_t hash_ = 0;
  KnownTimers* known_ = nullptr;
};

}  // namespace penstock
