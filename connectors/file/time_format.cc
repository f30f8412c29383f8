#include "connectors/file/time_format.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

namespace penstock {
namespace {

constexpr std::int64_t kMillisPerDay = 86'400'000;

/// A date and a time of day as read; what a format doesn't mention keeps its default.
struct CivilTime {
  std::int64_t year = 1970;
  int month = 1;
  int day = 1;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int millis = 0;
  int offset_minutes = 0;
};

// Days since 1970-01-01 and back. Source: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms"
// (https://howardhinnant.github.io/date_algorithms.html), days_from_civil and civil_from_days.
std::int64_t DaysFromCivil(std::int64_t year, int month, int day) {
  year -= month <= 2 ? 1 : 0;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const std::int64_t day_of_era =
      year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

void CivilFromDays(std::int64_t days, CivilTime& civil) {
  days += 719468;
  const std::int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const std::int64_t day_of_era = days - era * 146097;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const std::int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t month_from_march = (5 * day_of_year + 2) / 153;
  civil.day = static_cast<int>(day_of_year - (153 * month_from_march + 2) / 5 + 1);
  civil.month = static_cast<int>(month_from_march + (month_from_march < 10 ? 3 : -9));
  civil.year = year_of_era + era * 400 + (civil.month <= 2 ? 1 : 0);
}

int DaysInMonth(std::int64_t year, int month) {
  static constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : kDays[static_cast<std::size_t>(month - 1)];
}

std::optional<Timestamp> ToTimestamp(const CivilTime& t) {
  const bool valid = t.month >= 1 && t.month <= 12 && t.day >= 1 &&
                     t.day <= DaysInMonth(t.year, t.month) && t.hour < 24 && t.minute < 60 &&
                     t.second < 60;
  if (!valid) return std::nullopt;
  const std::int64_t minutes = (t.hour * 60 + t.minute) - t.offset_minutes;
  return Timestamp{DaysFromCivil(t.year, t.month, t.day) * kMillisPerDay + minutes * 60'000 +
                   t.second * 1000 + t.millis};
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

/// Takes exactly `digits` digits off the front of `text`.
bool TakeNumber(std::string_view& text, int digits, int& value) {
  if (text.size() < static_cast<std::size_t>(digits)) return false;
  int number = 0;
  for (int i = 0; i < digits; ++i) {
    if (!IsDigit(text[static_cast<std::size_t>(i)])) return false;
    number = number * 10 + (text[static_cast<std::size_t>(i)] - '0');
  }
  text.remove_prefix(static_cast<std::size_t>(digits));
  value = number;
  return true;
}

bool TakeYear(std::string_view& text, std::int64_t& year) {
  int number = 0;
  if (!TakeNumber(text, 4, number)) return false;
  year = number;
  return true;
}

/// One to nine digits, of which the first three count.
bool TakeFraction(std::string_view& text, int& millis) {
  std::size_t digits = 0;
  int number = 0;
  for (; digits < text.size() && digits < 9 && IsDigit(text[digits]); ++digits) {
    if (digits < 3) number = number * 10 + (text[digits] - '0');
  }
  for (std::size_t i = digits; i < 3; ++i) number *= 10;
  text.remove_prefix(digits);
  millis = number;
  return digits > 0;
}

bool TakeCharacter(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

bool TakeOffset(std::string_view& text, int& minutes) {
  if (TakeCharacter(text, 'Z')) return true;
  const bool negative = TakeCharacter(text, '-');
  if (!negative && !TakeCharacter(text, '+')) return false;
  int hours = 0;
  int rest = 0;
  if (!TakeNumber(text, 2, hours)) return false;
  const bool colon = TakeCharacter(text, ':');
  if (!TakeNumber(text, 2, rest) && colon) return false;
  if (hours > 23 || rest > 59) return false;
  minutes = (hours * 60 + rest) * (negative ? -1 : 1);
  return true;
}

bool TakeField(std::string_view& text, char conversion, CivilTime& time) {
  switch (conversion) {
    case 'Y': return TakeYear(text, time.year);
    case 'm': return TakeNumber(text, 2, time.month);
    case 'd': return TakeNumber(text, 2, time.day);
    case 'H': return TakeNumber(text, 2, time.hour);
    case 'M': return TakeNumber(text, 2, time.minute);
    case 'S': return TakeNumber(text, 2, time.second);
    case 'f': return TakeFraction(text, time.millis);
    case 'z': return TakeOffset(text, time.offset_minutes);
    default: return TakeCharacter(text, '%');
  }
}

bool TakeIsoTime(std::string_view& text, CivilTime& time) {
  if (!TakeNumber(text, 2, time.hour) || !TakeCharacter(text, ':') ||
      !TakeNumber(text, 2, time.minute)) {
    return false;
  }
  if (TakeCharacter(text, ':')) {
    if (!TakeNumber(text, 2, time.second)) return false;
    if (TakeCharacter(text, '.') && !TakeFraction(text, time.millis)) return false;
  }
  return text.empty() || TakeOffset(text, time.offset_minutes);
}

std::optional<Timestamp> ParseIso8601(std::string_view text) {
  CivilTime time;
  if (!TakeYear(text, time.year) || !TakeCharacter(text, '-') || !TakeNumber(text, 2, time.month) ||
      !TakeCharacter(text, '-') || !TakeNumber(text, 2, time.day)) {
    return std::nullopt;
  }
  if (!text.empty()) {
    if (!TakeCharacter(text, 'T') && !TakeCharacter(text, ' ')) return std::nullopt;
    if (!TakeIsoTime(text, time) || !text.empty()) return std::nullopt;
  }
  return ToTimestamp(time);
}

std::optional<Timestamp> ParseMillis(std::string_view text) {
  Timestamp time;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), time.millis);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return time;
}

void AppendPadded(std::int64_t value, std::size_t width, std::string& out) {
  const std::string digits = std::to_string(value);
  if (digits.size() < width) out.append(width - digits.size(), '0');
  out += digits;
}

void AppendYear(std::int64_t year, std::string& out) {
  if (year < 0 || year > 9999) out += year < 0 ? '-' : '+';
  AppendPadded(year < 0 ? -year : year, 4, out);
}

CivilTime ToCivil(Timestamp time) {
  std::int64_t days = time.millis / kMillisPerDay;
  std::int64_t rest = time.millis % kMillisPerDay;
  if (rest < 0) {
    rest += kMillisPerDay;
    --days;
  }
  CivilTime civil;
  CivilFromDays(days, civil);
  civil.hour = static_cast<int>(rest / 3'600'000);
  civil.minute = static_cast<int>(rest / 60'000 % 60);
  civil.second = static_cast<int>(rest / 1000 % 60);
  civil.millis = static_cast<int>(rest % 1000);
  return civil;
}

void AppendField(char conversion, const CivilTime& time, std::string& out) {
  switch (conversion) {
    case 'Y': return AppendYear(time.year, out);
    case 'm': return AppendPadded(time.month, 2, out);
    case 'd': return AppendPadded(time.day, 2, out);
    case 'H': return AppendPadded(time.hour, 2, out);
    case 'M': return AppendPadded(time.minute, 2, out);
    case 'S': return AppendPadded(time.second, 2, out);
    case 'f': return AppendPadded(time.millis, 3, out);
    case 'z': out += 'Z'; return;
    default: out += conversion;
  }
}

}  // namespace

Result<TimeFormat> TimeFormat::Make(std::string_view pattern) {
  TimeFormat format;
  format.pattern_ = pattern;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '%') {
      format.steps_ += pattern[i];
      continue;
    }
    const char conversion = ++i < pattern.size() ? pattern[i] : '\0';
    if (conversion == 'F') {
      format.steps_ += "%Y-%m-%d";
    } else if (conversion == 'T') {
      format.steps_ += "%H:%M:%S";
    } else if (conversion != '\0' &&
               std::string_view("YmdHMSfz%").find(conversion) != std::string_view::npos) {
      format.steps_ += {'%', conversion};
    } else {
      return Status::InvalidArgument(
          "time format '" + format.pattern_ + "': unknown conversion '%" +
              (conversion == '\0' ? std::string() : std::string(1, conversion)) + "'",
          "use %Y %m %d %H %M %S %f %z %F %T and %%");
    }
  }
  if (format.steps_.find("%Y") == std::string::npos) {
    return Status::InvalidArgument("time format '" + format.pattern_ + "' has no year",
                                   "write it like %Y-%m-%d %H:%M:%S");
  }
  return format;
}

std::optional<Timestamp> TimeFormat::Parse(std::string_view text) const {
  if (steps_.empty()) {
    const bool digits =
        !text.empty() && std::all_of(text.begin() + (text[0] == '-' ? 1 : 0), text.end(), IsDigit);
    return digits ? ParseMillis(text) : ParseIso8601(text);
  }
  CivilTime time;
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const bool fits =
        steps_[i] == '%' ? TakeField(text, steps_[++i], time) : TakeCharacter(text, steps_[i]);
    if (!fits) return std::nullopt;
  }
  return text.empty() ? ToTimestamp(time) : std::nullopt;
}

Result<TimeFormat> TimeFormat::MakeOrDefault(std::string_view pattern) {
  return pattern.empty() ? TimeFormat() : Make(pattern);
}

void TimeFormat::Append(Timestamp time, std::string& out) const {
  if (steps_.empty()) return AppendIso8601(time, out);
  const CivilTime civil = ToCivil(time);
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    if (steps_[i] == '%') {
      AppendField(steps_[++i], civil, out);
    } else {
      out += steps_[i];
    }
  }
}

void AppendIso8601(Timestamp time, std::string& out) {
  const CivilTime civil = ToCivil(time);
  AppendYear(civil.year, out);
  struct Part {
    char before;
    int value;
  };
  const std::array<Part, 5> parts = {Part{'-', civil.month}, Part{'-', civil.day},
                                     Part{'T', civil.hour}, Part{':', civil.minute},
                                     Part{':', civil.second}};
  for (const Part& part : parts) {
    out += part.before;
    AppendPadded(part.value, 2, out);
  }
  if (civil.millis != 0) {
    out += '.';
    AppendPadded(civil.millis, 3, out);
  }
  out += 'Z';
}

}  // namespace penstock
