#include "common/logging.h"

#include <array>
#include <atomic>
#include <ctime>
#include <memory>
#include <vector>

#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include "common/file_system.h"

namespace penstock {
namespace {

struct Logging {
  std::shared_ptr<spdlog::logger> logger;
  LogFormat format = LogFormat::kText;
};

std::shared_ptr<spdlog::logger> MakeLogger(std::vector<spdlog::sink_ptr> sinks) {
  auto logger = std::make_shared<spdlog::logger>("penstock", sinks.begin(), sinks.end());
  logger->set_pattern("%v");
  logger->set_level(spdlog::level::trace);
  logger->flush_on(spdlog::level::trace);
  // A full disk must neither stop the process nor throw into it.
  logger->set_error_handler([](const std::string&) {});
  return logger;
}

/// Shared, because a thread may be writing a line while the settings are replaced. Never destroyed:
/// threads may log while the process ends.
std::atomic<std::shared_ptr<const Logging>>& Current() {
  static auto* const current =
      new std::atomic<std::shared_ptr<const Logging>>(std::make_shared<const Logging>(
          Logging{MakeLogger({std::make_shared<spdlog::sinks::stderr_sink_mt>()})}));
  return *current;
}

std::atomic<LogLevel> current_level{LogLevel::kInfo};

std::string_view LevelName(LogLevel level) {
  constexpr std::array<std::string_view, 6> kNames{"TRACE", "DEBUG", "INFO",
                                                   "WARN",  "ERROR", "OFF"};
  return kNames[static_cast<std::size_t>(level)];
}

/// Escapes what breaks lines, terminals or quotes; other bytes, UTF-8 among them, stay. The result
/// is valid inside quotes of JSON when the bytes are UTF-8.
void AppendEscaped(std::string& out, std::string_view text, bool quoted) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n')
      out += "\\n";
    else if (c == '\t')
      out += "\\t";
    else if (c == '\r')
      out += "\\r";
    else if (byte < 0x20 || byte == 0x7f)
      out += fmt::format("\\u{:04x}", byte);
    else if (quoted && (c == '"' || c == '\\')) {
      out += '\\';
      out += c;
    } else
      out += c;
  }
}

void AppendQuoted(std::string& out, std::string_view text) {
  out += '"';
  AppendEscaped(out, text, true);
  out += '"';
}

void AppendTextValue(std::string& out, const LogField& field) {
  const std::string& value = field.value();
  const bool plain = !value.empty() && value.find_first_of(" =\"\\\n\t\r") == std::string::npos;
  if (plain)
    AppendEscaped(out, value, false);
  else
    AppendQuoted(out, value);
}

}  // namespace

std::string FormatTime(Clock::WallTime time) {
  const std::int64_t millis = ToMillis(time);
  const std::int64_t fraction = ((millis % 1000) + 1000) % 1000;
  const auto seconds = static_cast<std::time_t>((millis - fraction) / 1000);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900,
                     parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                     fraction);
}

std::string FormatLogLine(LogFormat format, LogLevel level, Clock::WallTime time,
                          std::string_view message, LogFields fields) {
  if (format == LogFormat::kText) {
    std::string line = fmt::format("{} {:<5} ", FormatTime(time), LevelName(level));
    AppendEscaped(line, message, false);
    for (const LogField& field : fields) {
      line += fmt::format(" {}=", field.key());
      AppendTextValue(line, field);
    }
    return line;
  }
  std::string line = fmt::format(
      "{{\"time\":\"{}\",\"level\":\"{}\",\"message\":", FormatTime(time), LevelName(level));
  AppendQuoted(line, message);
  for (const LogField& field : fields) {
    line += ',';
    AppendQuoted(line, field.key());
    line += ':';
    if (field.bare())
      line += field.value();
    else
      AppendQuoted(line, field.value());
  }
  return line + "}";
}

Status InitLogging(const LoggingOptions& options) {
  std::vector<spdlog::sink_ptr> sinks;
  try {
    if (options.to_stderr) sinks.push_back(std::make_shared<spdlog::sinks::stderr_sink_mt>());
    if (!options.file.empty()) {
      sinks.push_back(std::make_shared<spdlog::sinks::rotating_file_sink_mt>(
          options.file, options.file_bytes, options.files));
    }
  } catch (const spdlog::spdlog_ex& error) {
    return Status::External(options.file + ": cannot log there: " + error.what(),
                            "check that the directory exists and is writable");
  }
  Current().store(
      std::make_shared<const Logging>(Logging{MakeLogger(std::move(sinks)), options.format}));
  SetLogLevel(options.level);
  return {};
}

Status InitLogging(const Configuration& config) {
  LoggingOptions logging;
  logging.level = config.Get(options::kLogLevel);
  logging.format = config.Get(options::kLogFormat);
  logging.file_bytes = config.Get(options::kLogFileSize).bytes;
  logging.files = static_cast<unsigned>(config.Get(options::kLogFiles));
  const std::string name = config.Get(options::kLogFile);
  if (name.empty()) return InitLogging(logging);
  if (name.find('/') != std::string::npos || name.front() == '.') {
    return Status::InvalidArgument("log.file: '" + name + "' is not the name of a file",
                                   "give a name such as coordinator.log; it is made in "
                                   "<penstock.data-dir>/logs");
  }
  const std::string directory = JoinPath(config.Get(options::kDataDirectory), "logs");
  PENSTOCK_RETURN_IF_ERROR(PosixFileSystem().MakeDirectories(directory));
  logging.to_stderr = false;
  logging.file = JoinPath(directory, name);
  return InitLogging(logging);
}

void SetLogLevel(LogLevel level) { current_level.store(level, std::memory_order_relaxed); }

bool LogEnabled(LogLevel level) { return level >= current_level.load(std::memory_order_relaxed); }

void Log(LogLevel level, std::string_view message, LogFields fields) {
  if (!LogEnabled(level) || level == LogLevel::kOff) return;
  const std::shared_ptr<const Logging> logging = Current().load();
  const std::string line =
      FormatLogLine(logging->format, level, SystemClock::Instance().Wall(), message, fields);
  logging->logger->log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace penstock
