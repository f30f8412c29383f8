// The part of job_views.h about what has happened to a job.

#include <fmt/format.h>

#include "common/logging.h"
#include "coordinator/rest/job_views.h"

namespace penstock {

namespace json = boost::json;

json::object JobEvents(const JobMaster& job, std::uint64_t since) {
  json::array events;
  for (const JobEventLine& line : job.events().lines()) {
    if (line.id <= since) continue;
    const char* level = line.level == LogLevel::kError  ? "ERROR"
                        : line.level == LogLevel::kWarn ? "WARN"
                                                        : "INFO";
    events.push_back(json::object{{"id", line.id},
                                  {"timestamp", line.wall_millis},
                                  {"level", level},
                                  {"kind", ToString(line.kind)},
                                  {"message", line.text}});
  }
  return {{"events", std::move(events)},
          {"last", job.events().last()},
          {"state", ToString(job.state())}};
}

std::string JobLogText(const JobMaster& job) {
  const auto time = [](std::int64_t millis) {
    return FormatTime(Clock::WallTime(std::chrono::milliseconds(millis)));
  };
  std::string text;
  for (const JobEventLine& line : job.events().lines()) {
    text += fmt::format("{} {}\n", time(line.wall_millis), line.text);
  }
  for (const EndedHost& log : job.ended_hosts()) {
    text += fmt::format("\n{} task host {} of generation {} on worker {}: {}\n{}\n",
                        time(log.wall_millis), ToString(log.host), ToString(log.generation),
                        ToString(log.worker), log.description, log.tail);
  }
  return text;
}

}  // namespace penstock
