#include "cli/job_log_follower.h"

#include <fmt/format.h>

#include "cli/json_fields.h"
#include "common/logging.h"

namespace penstock {
namespace {

namespace json = boost::json;

/// Of what a host had printed before somebody looked.
constexpr std::uint64_t kBefore = 4096;

/// "<job>-<host>.log", and not one that was put aside.
bool IsHostLog(const std::string& name, const std::string& job) {
  constexpr std::string_view kEnding = ".log";
  constexpr std::size_t kHost = 32;
  return name.starts_with(job + "-") && name.ends_with(kEnding) &&
         name.size() == job.size() + 1 + kHost + kEnding.size();
}

}  // namespace

Result<std::string> JobLogFollower::Step() {
  PENSTOCK_ASSIGN_OR_RETURN(std::string state, PrintEvents());
  FindHosts(!begun_);
  begun_ = true;
  for (auto& [path, host] : hosts_) PrintHost(host);
  return state;
}

Result<std::string> JobLogFollower::PrintEvents() {
  PENSTOCK_ASSIGN_OR_RETURN(const json::value answer,
                            rest_.Get(fmt::format("/jobs/{}/events?since={}", job_, last_event_)));
  const std::int64_t last = NumberField(answer, "last");
  if (last < last_event_) {  // a coordinator that has been restarted counts anew
    last_event_ = 0;
    return PrintEvents();
  }
  for (const json::value& event : ArrayField(answer, "events")) {
    const Clock::WallTime time{std::chrono::milliseconds(NumberField(event, "timestamp"))};
    context_.console.Line(fmt::format("{} {}", FormatTime(time), TextField(event, "message")));
  }
  last_event_ = last;
  return TextField(answer, "state");
}

void JobLogFollower::FindHosts(bool first) {
  const Result<json::value> workers = rest_.Get("/taskmanagers");
  if (!workers.ok()) return;  // the next step will tell
  for (const json::value& worker : ArrayField(*workers, "taskmanagers")) {
    const std::string directory = "/taskmanagers/" + TextField(worker, "id") + "/logs";
    const Result<json::value> files = rest_.Get(directory);
    if (!files.ok()) continue;
    for (const json::value& file : ArrayField(*files, "logs")) {
      const std::string name = TextField(file, "name");
      // Workers of one machine share a directory, so a file may be on several lists.
      if (!IsHostLog(name, job_) || hosts_.contains(name)) continue;
      Host host{LogCursor(rest_, directory, name), name.substr(job_.size() + 1, 8), ""};
      if (first) static_cast<void>(host.cursor.SkipToLast(kBefore));
      hosts_.emplace(name, std::move(host));
    }
  }
}

void JobLogFollower::PrintHost(Host& host) {
  const Result<std::string> text = host.cursor.Next();
  if (!text.ok()) return;  // its worker may be gone; the events tell
  host.line += *text;
  std::size_t end = 0;
  while ((end = host.line.find('\n')) != std::string::npos) {
    context_.console.Line(fmt::format("{} | {}", host.name, host.line.substr(0, end)));
    host.line.erase(0, end + 1);
  }
}

}  // namespace penstock
