#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace penstock::testing {

/// What the naive windows and the operators under test are both given.
struct NaiveRecord {
  std::int64_t key = 0;
  std::int64_t value = 0;
};

/// A firing: the values in ascending order.
struct NaiveRow {
  std::int64_t key = 0;
  std::int64_t start = 0;
  std::int64_t end = 0;
  std::vector<std::int64_t> values;
  auto operator<=>(const NaiveRow&) const = default;
};

/// Which windows, and what is to happen to them.
struct NaiveSpec {
  enum class Windows { kTime, kSession, kGlobal };
  enum class Trigger {
    kEventTime,
    kProcessingTime,
    kCount,
    kDelta,
    kContinuousEventTime,
    kContinuousProcessingTime,
    kNever,
  };
  enum class Evictor { kNone, kCount, kTime, kDelta };

  std::string name;
  Windows windows = Windows::kTime;
  bool event_time = true;
  std::int64_t size = 0;
  std::int64_t slide = 0;
  std::int64_t offset = 0;
  std::function<std::int64_t(const NaiveRecord&)> gap = {};
  std::int64_t lateness = 0;
  Trigger trigger = Trigger::kEventTime;
  std::int64_t trigger_param = 0;
  bool purging = false;
  Evictor evictor = Evictor::kNone;
  std::int64_t evictor_param = 0;
  bool evict_after = false;
};

/// Windows as their definition has them: every window of every key with all its records, looked
/// through from end to end at every step. Times are far from the extremes.
class NaiveWindows {
 public:
  explicit NaiveWindows(NaiveSpec spec) : spec_(std::move(spec)) {}

  void Add(const NaiveRecord& record, std::int64_t time) {
    const std::int64_t at = spec_.event_time ? time : now;
    bool taken = false;
    for (Bounds bounds : Assign(record, at)) {
      if (spec_.windows == NaiveSpec::Windows::kSession) {
        bounds = MergeAll(record.key, bounds);
        if (!windows_.contains({record.key, bounds}) && IsLate(bounds)) continue;
      } else if (IsLate(bounds)) {
        continue;
      }
      taken = true;
      const Id id{record.key, bounds};
      Contents& contents = windows_[id];
      contents.elements.push_back({record.value, time});
      Obey(id, contents, OnElement(id, contents, record, time));
      if (!Endless()) TimersOf(contents, spec_.event_time).insert(Cleanup(bounds));
    }
    if (!taken) late.push_back(record.value);
  }
  void Watermark(std::int64_t to) {
    watermark = to;
    FireTimers(true, to);
  }
  void ProcessingTime(std::int64_t to) {
    now = to;
    FireTimers(false, to);
  }
  /// Whether nothing is left.
  bool empty() const { return windows_.empty(); }

  std::int64_t watermark = INT64_MIN;
  std::int64_t now = 0;
  std::vector<NaiveRow> rows;
  std::vector<std::int64_t> late;

 private:
  using Bounds = std::pair<std::int64_t, std::int64_t>;
  using Id = std::pair<std::int64_t, Bounds>;
  struct Element {
    std::int64_t value;
    std::int64_t time;
  };
  struct Contents {
    std::vector<Element> elements;
    std::int64_t count = 0;
    std::optional<std::int64_t> last;
    std::optional<std::int64_t> next;
    std::set<std::int64_t> event_timers;
    std::set<std::int64_t> processing_timers;
  };

  bool Endless() const { return spec_.windows == NaiveSpec::Windows::kGlobal; }
  static std::int64_t Last(Bounds bounds) {
    return bounds.second == INT64_MAX ? bounds.second : bounds.second - 1;
  }
  std::int64_t Cleanup(Bounds bounds) const {
    return Last(bounds) + (spec_.event_time ? spec_.lateness : 0);
  }
  bool IsLate(Bounds bounds) const {
    return spec_.event_time && !Endless() && Cleanup(bounds) <= watermark;
  }
  static std::set<std::int64_t>& TimersOf(Contents& contents, bool event_time) {
    return event_time ? contents.event_timers : contents.processing_timers;
  }

  std::vector<Bounds> Assign(const NaiveRecord& record, std::int64_t at) const {
    if (Endless()) return {{INT64_MIN, INT64_MAX}};
    if (spec_.windows == NaiveSpec::Windows::kSession) return {{at, at + spec_.gap(record)}};
    std::vector<Bounds> all;
    // Every start in reach that is a multiple of the slide away from the offset.
    for (std::int64_t start = at - spec_.size + 1; start <= at; ++start) {
      if ((start - spec_.offset) % spec_.slide == 0) all.push_back({start, start + spec_.size});
    }
    return all;
  }
  /// The session that `added` becomes: all windows of the key that touch are taken together.
  Bounds MergeAll(std::int64_t key, Bounds added) {
    std::vector<Id> touching;
    Bounds merged = added;
    for (const auto& [id, contents] : windows_) {
      if (id.first != key || id.second.first > added.second || id.second.second < added.first) {
        continue;
      }
      touching.push_back(id);
      merged.first = std::min(merged.first, id.second.first);
      merged.second = std::max(merged.second, id.second.second);
    }
    if (touching.empty() || (touching.size() == 1 && touching[0].second == merged)) return merged;
    Contents all;
    for (const Id& id : touching) {
      Contents& one = windows_[id];
      all.elements.insert(all.elements.end(), one.elements.begin(), one.elements.end());
      all.count += one.count;
      if (one.next && (!all.next || *one.next < *all.next)) all.next = one.next;
      windows_.erase(id);
    }
    OnMerge(merged, all);
    windows_[{key, merged}] = all;
    return merged;
  }
  void OnMerge(Bounds merged, Contents& all) const {
    using enum NaiveSpec::Trigger;
    const bool open = Last(merged) > watermark;
    if (spec_.trigger == kEventTime && open) all.event_timers.insert(Last(merged));
    if (spec_.trigger == kProcessingTime && Last(merged) > now) {
      all.processing_timers.insert(Last(merged));
    }
    if (spec_.trigger == kContinuousEventTime) {
      if (all.next) all.event_timers.insert(*all.next);
      if (open) all.event_timers.insert(Last(merged));
    }
    if (spec_.trigger == kContinuousProcessingTime && all.next) {
      all.processing_timers.insert(*all.next);
    }
  }

  static std::int64_t Floor(std::int64_t value, std::int64_t to) {
    return value - ((value % to) + to) % to;
  }
  bool OnElement(const Id& id, Contents& contents, const NaiveRecord& record, std::int64_t time) {
    using enum NaiveSpec::Trigger;
    const std::int64_t last = Last(id.second);
    switch (spec_.trigger) {
      case kEventTime:
        if (last <= watermark) return true;
        contents.event_timers.insert(last);
        return false;
      case kProcessingTime: contents.processing_timers.insert(last); return false;
      case kCount:
        if (++contents.count < spec_.trigger_param) return false;
        contents.count = 0;
        return true;
      case kDelta: {
        const bool fires =
            contents.last && std::abs(record.value - *contents.last) > spec_.trigger_param;
        if (fires || !contents.last) contents.last = record.value;
        return fires;
      }
      case kContinuousEventTime:
        if (last <= watermark) return true;
        contents.event_timers.insert(last);
        if (!contents.next) SetNext(Floor(time, spec_.trigger_param), last, contents, true);
        return false;
      case kContinuousProcessingTime:
        if (!contents.next) SetNext(Floor(now, spec_.trigger_param), last, contents, false);
        return false;
      case kNever: return false;
    }
    return false;
  }
  void SetNext(std::int64_t from, std::int64_t last, Contents& contents, bool event_time) {
    std::int64_t next = from + spec_.trigger_param;
    if (!event_time) next = std::max(next, Floor(now, spec_.trigger_param) + spec_.trigger_param);
    if (event_time || last > from) next = std::min(next, last);
    if (event_time && watermark == INT64_MAX && last == INT64_MAX) next = last;
    contents.next = next;
    TimersOf(contents, event_time).insert(next);
  }
  bool OnTimer(const Id& id, Contents& contents, std::int64_t time, bool event_time) {
    using enum NaiveSpec::Trigger;
    const std::int64_t last = Last(id.second);
    if (spec_.trigger == kEventTime) return event_time && time == last;
    if (spec_.trigger == kProcessingTime) return !event_time;
    const bool continuous =
        spec_.trigger == (event_time ? kContinuousEventTime : kContinuousProcessingTime);
    if (!continuous) return false;
    if (event_time && time == last) return true;
    if (contents.next != time) return false;
    SetNext(time, last, contents, event_time);
    return true;
  }

  void Obey(const Id& id, Contents& contents, bool fires) {
    if (!fires) return;
    if (!contents.elements.empty()) Fire(id, contents);
    if (spec_.purging) contents.elements.clear();
  }
  void Fire(const Id& id, Contents& contents) {
    if (!spec_.evict_after) Evict(contents.elements);
    NaiveRow row{id.first, id.second.first, id.second.second, {}};
    for (const Element& element : contents.elements) row.values.push_back(element.value);
    std::sort(row.values.begin(), row.values.end());
    rows.push_back(std::move(row));
    if (spec_.evict_after) Evict(contents.elements);
  }
  void Evict(std::vector<Element>& elements) const {
    if (elements.empty()) return;
    std::vector<Element> kept;
    std::int64_t latest = INT64_MIN;
    for (const Element& element : elements) latest = std::max(latest, element.time);
    for (std::size_t i = 0; i < elements.size(); ++i) {
      const Element& element = elements[i];
      bool keep = true;
      switch (spec_.evictor) {
        case NaiveSpec::Evictor::kNone: break;
        case NaiveSpec::Evictor::kCount:
          keep = elements.size() - i <= static_cast<std::size_t>(spec_.evictor_param);
          break;
        case NaiveSpec::Evictor::kTime: keep = element.time > latest - spec_.evictor_param; break;
        case NaiveSpec::Evictor::kDelta:
          keep = std::abs(element.value - elements.back().value) < spec_.evictor_param;
          break;
      }
      if (keep) kept.push_back(element);
    }
    elements = std::move(kept);
  }

  void FireTimers(bool event_time, std::int64_t to) {
    for (;;) {
      std::optional<std::pair<std::int64_t, Id>> first;
      for (auto& [id, contents] : windows_) {
        const std::set<std::int64_t>& timers = TimersOf(contents, event_time);
        if (timers.empty() || *timers.begin() > to) continue;
        if (!first || *timers.begin() < first->first) first = {*timers.begin(), id};
      }
      if (!first) return;
      const auto& [time, id] = *first;
      Contents& contents = windows_[id];
      TimersOf(contents, event_time).erase(time);
      Obey(id, contents, OnTimer(id, contents, time, event_time));
      if (event_time == spec_.event_time && !Endless() && time == Cleanup(id.second)) {
        windows_.erase(id);
      }
    }
  }

  const NaiveSpec spec_;
  std::map<Id, Contents> windows_;
};

}  // namespace penstock::testing
