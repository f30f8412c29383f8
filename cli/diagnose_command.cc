#include "cli/diagnose_command.h"

#include <algorithm>
#include <ctime>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "cli/diagnose_local.h"
#include "cli/exit_code.h"
#include "cli/json_fields.h"
#include "common/clock.h"
#include "common/config/options.h"
#include "common/file_system.h"
#include "common/http/message.h"

namespace penstock {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxJobs = 20;
constexpr std::size_t kMaxLogs = 30;  // of a worker

/// Asks the coordinator for one thing after another, until it doesn't answer.
class RemoteFacts {
 public:
  RemoteFacts(const CommandContext& context, DiagnoseReport& report)
      : console_(context.console), rest_(context.Rest()), report_(report) {
    constexpr auto kPatience = std::chrono::seconds(15);
    rest_.set_timeout(kPatience);
  }

  void Collect(const std::string& only_job) {
    for (const char* path :
         {"/overview", "/config", "/jobmanager/config", "/jobmanager/environment",
          "/jobmanager/thread-dump", "/taskmanagers", "/jobs/overview", "/metrics"}) {
      Take(path);
    }
    TakeLogs("/jobmanager");
    for (const std::string& worker : Ids("/taskmanagers", "taskmanagers", "id")) {
      Take("/taskmanagers/" + worker + "/thread-dump");
      TakeLogs("/taskmanagers/" + worker);
    }
    std::vector<std::string> jobs{only_job};
    if (only_job.empty()) jobs = Ids("/jobs/overview", "jobs", "jid");
    if (jobs.size() > kMaxJobs) jobs.erase(jobs.begin() + kMaxJobs, jobs.end());
    for (const std::string& job : jobs) TakeJob("/jobs/" + job);
  }

  /// It answered everything, though it may have refused.
  bool reachable() const { return reachable_; }

 private:
  /// Puts the answer of a GET into the archive, under the name of its path.
  void Take(const std::string& path) {
    const std::string name = "cluster" + path + (path == "/metrics" ? ".txt" : ".json");
    Keep(name, Ask(path));
  }

  void Keep(const std::string& name, const Result<std::string>& answer) {
    if (answer.ok())
      report_.Add(name, *answer);
    else
      report_.Miss(name, answer.status());
  }

  Result<std::string> Ask(const std::string& path) {
    if (!reachable_) return Status::Unavailable("the coordinator does not answer");
    console_.Progress("asking for " + path);
    Result<std::string> answer = rest_.GetText(path);
    if (!answer.ok() && answer.status().code() == ErrorCode::kUnavailable) reachable_ = false;
    return answer;
  }

  std::vector<std::string> Ids(const std::string& path, const char* list, const char* member) {
    std::vector<std::string> ids;
    const Result<std::string> answer = Ask(path);
    if (!answer.ok()) return ids;
    json::error_code failure;
    const json::value value = json::parse(*answer, failure);
    for (const json::value& thing : ArrayField(value, list)) {
      ids.push_back(TextField(thing, member));
    }
    return ids;
  }

  void TakeLogs(const std::string& owner) {
    std::vector<std::string> names = Ids(owner + "/logs", "logs", "name");
    if (names.size() > kMaxLogs) names.resize(kMaxLogs);  // the newest come first
    for (const std::string& name : names) {
      const std::string log = owner + "/logs/" + PercentEncode(name);
      // Their ids make names longer than tar allows.
      const bool host = name.find('.') == 65;
      const std::string shown =
          host ? name.substr(0, 8) + name.substr(32, 9) + name.substr(65) : name;
      constexpr std::size_t kOwner = sizeof("/taskmanagers/12345678") - 1;
      Keep(fmt::format("logs{}/{}", owner.substr(0, kOwner), shown), Ask(log));
    }
  }

  void TakeJob(const std::string& job) {
    Take(job);
    for (const char* view : {"plan", "config", "exceptions", "checkpoints", "checkpoints/config",
                             "events", "bottleneck", "history", "metrics"}) {
      Take(job + "/" + view);
    }
    Keep("cluster" + job + "/logs.txt", Ask(job + "/logs"));
    for (const std::string& vertex : Ids(job, "vertices", "id")) {
      const std::string path = job + "/vertices/" + vertex;
      const std::string number =
          vertex.substr(vertex.size() - std::min<std::size_t>(8, vertex.size()));
      Keep("cluster" + job + "/vertices/" + number + "/stacks.json", Ask(path + "/stacks"));
    }
  }

  Console& console_;
  RestClient rest_;
  DiagnoseReport& report_;
  bool reachable_ = true;
};

std::string DefaultName() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32] = "";
  std::strftime(text, sizeof(text), "%Y%m%d-%H%M%S", &parts);
  return fmt::format("penstock-diagnose-{}.tar.gz", text);
}

Redaction SecretsOf(const CommandContext& context) {
  std::vector<std::string> secrets{context.Token()};
  const auto secret =
      ReadFile(PosixFileSystem(), JoinPath(context.config.Get(options::kDataDirectory), "secret"));
  if (secret.ok()) secrets.push_back(secret->substr(0, secret->find('\n')));
  return Redaction(std::move(secrets));
}

}  // namespace

int Diagnose(const CommandContext& context, const DiagnoseRequest& request) {
  const std::string path = request.file.empty() ? DefaultName() : request.file;
  Result<TarWriter> archive = TarWriter::Create(path);
  if (!archive.ok()) return Fail(context, archive.status());
  const Redaction redaction = SecretsOf(context);
  DiagnoseReport report(std::move(archive).value(), redaction,
                        ToMillis(SystemClock::Instance().Wall()) / 1000);
  AddLocalFacts(context, report);
  RemoteFacts remote(context, report);
  remote.Collect(request.job);
  if (!remote.reachable()) {
    context.console.Message("The coordinator does not answer; this machine's logs are taken.");
    AddLocalLogs(context, report);
  }
  if (Status closed = report.Close(); !closed.ok()) return Fail(context, closed);
  context.console.Message(
      fmt::format("{} files, {} not to be had (see MANIFEST). Read it before "
                  "you hand it on: logs may show your data.",
                  report.files(), report.missing()));
  context.console.Line(path);
  return kExitDone;
}

}  // namespace penstock
