#include "checkpoint/timestamp_text.h"

#include <cctype>
#include <chrono>

#include <fmt/format.h>

namespace penstock {
namespace {

using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr Timestamp kFirst{-62'167'219'200'000};  // 0000-01-01T00:00:00.000Z
constexpr Timestamp kLast{253'402'300'799'999};   // 9999-12-31T23:59:59.999Z

/// Takes `digits` digits from the front of `text`; -1 when there are fewer.
int TakeNumber(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return -1;
  int number = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (std::isdigit(static_cast<unsigned char>(text[i])) == 0) return -1;
    number = 10 * number + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return number;
}

bool Take(std::string_view& text, char expected) {
  if (text.empty() || text.front() != expected) return false;
  text.remove_prefix(1);
  return true;
}

/// ".25" is 250; nothing is 0; -1 when it isn't a fraction.
int TakeMillis(std::string_view& text) {
  if (!Take(text, '.')) return 0;
  int millis = 0;
  int scale = 1000;
  while (scale > 1 && !text.empty() && text.front() != 'Z') {
    const int digit = TakeNumber(text, 1);
    if (digit < 0) return -1;
    scale /= 10;
    millis += digit * scale;
  }
  return millis;
}

}  // namespace

std::optional<std::string> FormatTimestamp(Timestamp time) {
  if (time < kFirst || time > kLast) return std::nullopt;
  const std::chrono::sys_time<Millis> point{Millis(time.millis)};
  const sys_days day = std::chrono::floor<days>(point);
  const year_month_day date(day);
  const std::chrono::hh_mm_ss clock(point - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

std::optional<Timestamp> ParseTimestamp(std::string_view text) {
  const int year = TakeNumber(text, 4);
  if (year < 0 || !Take(text, '-')) return std::nullopt;
  const int month = TakeNumber(text, 2);
  if (month < 0 || !Take(text, '-')) return std::nullopt;
  const int day = TakeNumber(text, 2);
  if (day < 0 || !Take(text, 'T')) return std::nullopt;
  const int hour = TakeNumber(text, 2);
  if (hour < 0 || hour > 23 || !Take(text, ':')) return std::nullopt;
  const int minute = TakeNumber(text, 2);
  if (minute < 0 || minute > 59 || !Take(text, ':')) return std::nullopt;
  const int second = TakeNumber(text, 2);
  if (second < 0 || second > 59) return std::nullopt;
  const int millis = TakeMillis(text);
  const year_month_day date(std::chrono::year(year),
                            std::chrono::month(static_cast<unsigned>(month)),
                            std::chrono::day(static_cast<unsigned>(day)));
  if (millis < 0 || text != "Z" || !date.ok()) return std::nullopt;
  const Millis point = sys_days(date).time_since_epoch() + std::chrono::hours(hour) +
                       std::chrono::minutes(minute) + std::chrono::seconds(second) + Millis(millis);
  return Timestamp{point.count()};
}

}  // namespace penstock
