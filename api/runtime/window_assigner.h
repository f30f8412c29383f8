#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "api/window.h"
#include "common/timestamp.h"

namespace penstock {

/// The arithmetic of panes and windows. Window number i is [i * slide, i * slide + size); a pane is
/// named by its start, cut off at Timestamp::Min(). Nothing overflows, whatever the timestamps.
/// Stateless.
class WindowAssigner {
 public:
  explicit WindowAssigner(const WindowSpec& spec)
      : size_(spec.size.count()), slide_(spec.slide.count()), pane_(spec.pane().count()) {}

  std::int64_t PaneOf(Timestamp time) const {
    std::int64_t rest = time.millis % pane_;
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
    const Wide end = FloorDivide(pane, pane_) * pane_ + pane_;
    return Clamp(FloorDivide(end - size_ + slide_ - 1, slide_));
  }
  /// The first window that a watermark leaves open: window i is complete when its end - 1 has been
  /// reached.
  std::int64_t FirstOpen(Timestamp watermark) const {
    return Clamp(FloorDivide(Wide{watermark.millis} + 1 - size_, slide_) + 1);
  }
  /// Records before it belong only to earlier windows.
  std::int64_t StartOf(std::int64_t window) const { return Clamp(Wide{window} * slide_); }
  /// Start of the last pane of a window.
  std::int64_t LastPaneOf(std::int64_t window) const {
    return Clamp(Wide{window} * slide_ + size_ - pane_);
  }
  /// The first pane that windows after `window` need; none when they lie beyond all timestamps.
  std::optional<std::int64_t> FirstPaneAfter(std::int64_t window) const {
    const Wide start = (Wide{window} + 1) * slide_;
    if (start > Timestamp::Max().millis) return std::nullopt;
    return Clamp(start);
  }
  Window BoundsOf(std::int64_t window) const {
    return {{StartOf(window)}, {Clamp(Wide{window} * slide_ + size_)}};
  }

 private:
  __extension__ using Wide = __int128;

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
};

}  // namespace penstock
