#pragma once

#include <charconv>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

#include "api/runtime/plugin.h"
#include "common/timestamp.h"

namespace penstock {

/// The arguments a job was submitted with: `penstock run job.so --input flights.json --top 5`. A
/// job asks for each by name; what is missing, has the wrong type or was never asked for is
/// reported, all at once, when the job function has returned. Until then a missing argument is an
/// empty value. Types: std::string, bool ("true", "false"), integers, floating point, durations
/// ("10 s", "5min").
class Arguments {
 public:
  explicit Arguments(JobArguments given) : given_(std::move(given)) {}

  /// A path; a relative one belongs to the directory the job was submitted from.
  std::string path(const std::string& name) const {
    return Absolute(Find(name, "path", nullptr), "");
  }
  std::string path(const std::string& name, const std::string& fallback) const {
    return Absolute(Find(name, "path", &fallback), fallback);
  }
  /// The argument, or `fallback` when it isn't given.
  template <typename T>
  T get(const std::string& name, T fallback) const {
    const std::string shown = Show(fallback);
    return Parse<T>(name, Find(name, TypeName<T>(), &shown), std::move(fallback));
  }
  std::string get(const std::string& name, const char* fallback) const {
    return get<std::string>(name, fallback);
  }
  /// The argument; the submission is refused when it isn't given.
  template <typename T>
  T required(const std::string& name) const {
    return Parse<T>(name, Find(name, TypeName<T>(), nullptr), T{});
  }

  /// For the framework, after the job function has returned: everything that is wrong.
  [[gnu::cold]] std::vector<std::string> Problems() const {
    std::vector<std::string> problems = problems_;
    for (const auto& [name, value] : given_.named) {
      if (!known_.contains(name)) problems.push_back("unknown argument --" + name);
    }
    for (std::string& problem : problems) problem += "; " + Known();
    return problems;
  }

 private:
  template <typename T>
  struct IsDuration : std::false_type {};
  template <typename Rep, typename Period>
  struct IsDuration<std::chrono::duration<Rep, Period>> : std::true_type {};

  template <typename T>
  static constexpr const char* TypeName() {
    if constexpr (std::is_same_v<T, std::string>) {
      return "text";
    } else if constexpr (std::is_same_v<T, bool>) {
      return "true|false";
    } else if constexpr (std::is_integral_v<T>) {
      return "integer";
    } else if constexpr (std::is_floating_point_v<T>) {
      return "number";
    } else {
      static_assert(
          IsDuration<T>::value,
          "an argument is a std::string, bool, integer, floating point number or duration; "
          "read it as std::string and convert it yourself");
      return "duration";
    }
  }

  template <typename T>
  static std::string Show(const T& value) {
    if constexpr (std::is_same_v<T, std::string>) {
      return value;
    } else if constexpr (std::is_same_v<T, bool>) {
      return value ? "true" : "false";
    } else if constexpr (IsDuration<T>::value) {
      return FormatDuration(std::chrono::duration_cast<Millis>(value));
    } else if constexpr (std::is_floating_point_v<T>) {
      char shortest[64];
      return {shortest, std::to_chars(shortest, shortest + sizeof(shortest), value).ptr};
    } else {
      return std::to_string(value);
    }
  }

  /// Null when the argument isn't given.
  const std::string* Find(const std::string& name, const char* type,
                          const std::string* fallback) const {
    known_[name] = std::string("<") + type + ">" +
                   (fallback == nullptr ? "" : " (default '" + *fallback + "')");
    const auto found = given_.named.find(name);
    if (found != given_.named.end()) return &found->second;
    if (fallback == nullptr) problems_.push_back("argument --" + name + " is missing");
    return nullptr;
  }

  template <typename T>
  T Parse(const std::string& name, const std::string* text, T fallback) const {
    if (text == nullptr) return fallback;
    T value{};
    if (ParseValue(*text, value)) return value;
    problems_.push_back("argument --" + name + " is '" + *text + "', which is no " + TypeName<T>());
    return fallback;
  }

  static bool ParseValue(const std::string& text, std::string& value) {
    value = text;
    return true;
  }
  static bool ParseValue(std::string_view text, bool& value) {
    value = text == "true";
    return value || text == "false";
  }
  template <typename T>
  requires std::is_arithmetic_v<T>
  static bool ParseValue(std::string_view text, T& value) {
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, value);
    return error == std::errc() && rest == end;
  }
  template <typename Rep, typename Period>
  static bool ParseValue(std::string_view text, std::chrono::duration<Rep, Period>& value) {
    std::int64_t count = 0;
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, count);
    if (error != std::errc()) return false;
    std::string_view unit(rest, static_cast<std::size_t>(end - rest));
    while (!unit.empty() && unit.front() == ' ') unit.remove_prefix(1);
    const std::int64_t millis = MillisOf(unit);
    std::int64_t total = 0;
    if (millis == 0 || __builtin_mul_overflow(count, millis, &total)) return false;
    value = std::chrono::duration_cast<std::chrono::duration<Rep, Period>>(Millis(total));
    return true;
  }
  /// Milliseconds of a unit; 0 when there is no such unit.
  static std::int64_t MillisOf(std::string_view unit) {
    if (unit == "ms") return 1;
    if (unit == "s") return 1000;
    if (unit == "min" || unit == "m") return 60 * 1000;
    if (unit == "h") return 60 * 60 * 1000;
    if (unit == "d") return 24 * 60 * 60 * 1000;
    return 0;
  }

  std::string Absolute(const std::string* text, const std::string& fallback) const {
    const std::string& path = text == nullptr ? fallback : *text;
    if (path.empty() || path.front() == '/' || given_.working_directory.empty()) return path;
    return given_.working_directory + "/" + (path.starts_with("./") ? path.substr(2) : path);
  }

  std::string Known() const {
    if (known_.empty()) return "this job takes no arguments";
    std::string list;
    for (const auto& [name, type] : known_) {
      list += (list.empty() ? "--" : ", --") + name + " " + type;
    }
    return "this job knows " + list;
  }

  const JobArguments given_;
  // A job function gets its arguments as const; these remember what it asked for.
  mutable std::map<std::string, std::string> known_;
  mutable std::vector<std::string> problems_;
};

}  // namespace penstock
