#pragma once

#include <cmath>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "common/clock.h"
#include "common/config/configuration.h"
#include "common/config/options.h"
#include "common/ids.h"
#include "common/status.h"

namespace penstock {

/// A named value of a log line, such as job=… or checkpoint=7. Use the usual names: job,
/// generation, checkpoint, vertex, subtask, worker, host, error. Never put secrets in one.
class LogField {
 public:
  LogField(std::string_view key, std::string_view value) : key_(key), value_(value) {}
  LogField(std::string_view key, const char* value) : key_(key), value_(value) {}
  LogField(std::string_view key, const std::string& value) : key_(key), value_(value) {}
  LogField(std::string_view key, const Status& status) : key_(key), value_(status.message()) {}
  LogField(std::string_view key, bool value)
      : key_(key), value_(value ? "true" : "false"), bare_(true) {}
  template <typename T>
  requires std::integral<T> LogField(std::string_view key, T value)
      : key_(key), value_(std::to_string(value)), bare_(true) {}
  LogField(std::string_view key, double value)
      : key_(key), value_(std::to_string(value)), bare_(std::isfinite(value)) {}
  template <typename Tag>
  LogField(std::string_view key, HexId<Tag> id) : key_(key), value_(ToString(id)) {}
  template <typename Tag, typename Rep>
  LogField(std::string_view key, StrongId<Tag, Rep> id)
      : key_(key), value_(ToString(id)), bare_(true) {}

  std::string_view key() const { return key_; }
  const std::string& value() const { return value_; }
  /// A number or a boolean: not quoted in JSON.
  bool bare() const { return bare_; }

 private:
  std::string_view key_;
  std::string value_;
  bool bare_ = false;
};

using LogFields = std::initializer_list<LogField>;

struct LoggingOptions {
  LogLevel level = LogLevel::kInfo;
  LogFormat format = LogFormat::kText;
  bool to_stderr = true;
  /// Also to this file, in an existing directory; empty for none. Rotated at `file_bytes`, keeping
  /// `files` old ones.
  std::string file{};
  std::uint64_t file_bytes = 16ULL << 20;
  unsigned files = 4;
};

/// Replaces where and how the process logs; before it, lines of level info and above go to stderr
/// as text. Thread-safe. Fails when the file cannot be opened, leaving everything as it was.
Status InitLogging(const LoggingOptions& options);
/// As the options log.* say; makes <data>/logs when log.file is given. InvalidArgument when that is
/// no plain name.
Status InitLogging(const Configuration& config);
void SetLogLevel(LogLevel level);
bool LogEnabled(LogLevel level);

/// Writes one line. Thread-safe; does nothing below the level; a sink that fails loses the line.
void Log(LogLevel level, std::string_view message, LogFields fields = {});
inline void LogDebug(std::string_view message, LogFields fields = {}) {
  Log(LogLevel::kDebug, message, fields);
}
inline void LogInfo(std::string_view message, LogFields fields = {}) {
  Log(LogLevel::kInfo, message, fields);
}
inline void LogWarn(std::string_view message, LogFields fields = {}) {
  Log(LogLevel::kWarn, message, fields);
}
inline void LogError(std::string_view message, LogFields fields = {}) {
  Log(LogLevel::kError, message, fields);
}

/// The line without its newline. Control characters and, where they would be ambiguous, blanks and
/// quotes are escaped, so that one event is always one line.
std::string FormatLogLine(LogFormat format, LogLevel level, Clock::WallTime time,
                          std::string_view message, LogFields fields);

/// RFC 3339 in UTC with milliseconds, such as 2026-01-31T23:59:59.123Z.
std::string FormatTime(Clock::WallTime time);

}  // namespace penstock
