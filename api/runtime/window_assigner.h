#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "api/window.h"
#include "common/timestamp.h"

namespace penstock {

/// The arithmetic of panes and windows. Window number i is [i * slide + offset, i * slide + offset
/// + size); a pane is named by its start, cut off at Timestamp::Min(). Nothing overflows, whatever
/// the timestamps. Stateless.
class WindowAssigner {
 public:
  explicit WindowAssigner(const WindowSpec& spec)
      : size_(spec.size.count()),
        slide_(spec.slide.count()),
        pane_(spec.pane().count()),
        offset_(Rest(spec.offset.count(), slide_)),
        pane_offset_(offset_ % pane_) {}

  std::int64_t PaneOf(Timestamp time) const {
    std::int64_t rest = Rest(time.millis, pane_) - pane_offset_;
    if (rest < 0) rest += pane_;
    return (time - Millis(rest)).millis;
  }
  /// How far from `pane` on records surely belong to it; less than the truth where the start is cut
  /// off.
  std::uint64_t LengthOf(std::int64_t pane) const {
    return pane == Timestamp::Min().millis ? 1 : static_cast<std::uint64_t>(pane_);
  }

  /// The first window that contains the pane.
  std::int64_t FirstWindowOf(std::int64_t pane) const {
    const Wide end = FloorDivide(Wide{pane} - offset_, pane_) * pane_ + pane_;
    return Clamp(FloorDivide(end - size_ + slide_ - 1, slide_));
  }
  /// The first window that a watermark leaves open: window i is complete when its end - 1 has been
  /// reached.
  std::int64_t FirstOpen(Timestamp watermark) const {
    return Clamp(FloorDivide(Wide{watermark.millis} + 1 - size_ - offset_, slide_) + 1);
  }
  /// Records before it belong only to earlier windows.
  std::int64_t StartOf(std::int64_t window) const { return Clamp(Start(window)); }
  /// Start of the last pane of a window.
  std::int64_t LastPaneOf(std::int64_t window) const {
    return Clamp(Start(window) + size_ - pane_);
  }
  /// The first pane that windows after `window` need; none when they lie beyond all timestamps.
  std::optional<std::int64_t> FirstPaneAfter(std::int64_t window) const {
    const Wide start = Start(window) + slide_;
    if (start > Timestamp::Max().millis) return std::nullopt;
    return Clamp(start);
  }
  Window BoundsOf(std::int64_t window) const {
    return {{StartOf(window)}, {Clamp(Start(window) + size_)}};
  }
  /// The latest window that contains `time`.
  Window LatestOf(Timestamp time) const {
    const Wide start = LatestStart(time);
    return {{Clamp(start)}, {Clamp(start + size_)}};
  }
  /// Calls add(bounds) for every window that contains `time`, the latest first.
  template <typename Add>
  void ForEachOf(Timestamp time, Add&& add) const {
    for (Wide start = LatestStart(time); start + size_ > time.millis; start -= slide_) {
      add(Window{{Clamp(start)}, {Clamp(start + size_)}});
    }
  }

 private:
  __extension__ using Wide = __int128;

  Wide LatestStart(Timestamp time) const {
    return FloorDivide(Wide{time.millis} - offset_, slide_) * slide_ + offset_;
  }
  Wide Start(std::int64_t window) const { return Wide{window} * slide_ + offset_; }
  /// 0 <= result < divisor.
  static std::int64_t Rest(std::int64_t value, std::int64_t divisor) {
    const std::int64_t rest = value % divisor;
    return rest < 0 ? rest + divisor : rest;
  }

  static Wide FloorDivide(Wide value, Wide divisor) {
    const Wide quotient = value / divisor;
    return value % divisor < 0 ? quotient - 1 : quotient;
  }
  static std::int64_t Clamp(Wide value) {
    return static_cast<std::int64_t>(
        std::clamp(value, Wide{Timestamp::Min().millis}, Wide{Timestamp::Max().millis}));
  }

  const std::int64_t size_;
  const std::int64_t slide_;
  const std::int64_t pane_;
  const std::int64_t offset_;  // less than slide_
  const std::int64_t pane_offset_;
};

}  // namespace penstock
