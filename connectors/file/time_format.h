#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/status.h"
#include "common/timestamp.h"

namespace penstock {

/// A way to write points in time, in the words of strptime(3); always UTC unless the text carries
/// an offset. Immutable, thread-safe.
///   %Y year (4 digits)  %m month  %d day  %H hour  %M minute  %S second (2 digits each)
///   %f fraction of a second (1 to 9 digits)  %z "Z", "+hh", "+hhmm" or "+hh:mm"
///   %F = %Y-%m-%d  %T = %H:%M:%S  %% a percent sign; anything else stands for itself.
class TimeFormat {
 public:
  /// ISO 8601, such as 2001-01-31, 2001-01-31T18:30 or 2001-01-31 18:30:00.25+01:00; or digits
  /// only: milliseconds since the Unix epoch.
  TimeFormat() = default;
  /// InvalidArgument names the conversion that is not known, or the part of the date that is
  /// missing.
  static Result<TimeFormat> Make(std::string_view pattern);

  /// The default for an empty pattern.
  static Result<TimeFormat> MakeOrDefault(std::string_view pattern);

  /// The whole text must fit. Nothing when it doesn't, or when there is no such day or hour.
  std::optional<Timestamp> Parse(std::string_view text) const;
  /// Appends the time, in UTC; milliseconds for %f.
  void Append(Timestamp time, std::string& out) const;
  /// As it was given to Make; empty for the default.
  const std::string& pattern() const { return pattern_; }

 private:
  std::string pattern_;
  std::string steps_;  // the pattern with %F and %T written out
};

/// Appends such as 2001-01-31T18:30:00Z, with .mmm before the Z unless it is zero. Years that don't
/// have four digits are written with a sign.
void AppendIso8601(Timestamp time, std::string& out);

}  // namespace penstock
