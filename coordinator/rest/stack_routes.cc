// Routes that show what threads do: dumps of their stacks, and flame graphs (docs/profiling.md).

#include <charconv>
#include <memory>

#include <fmt/format.h>

#include "common/stacks/stack_dump.h"
#include "coordinator/rest/job_views.h"
#include "coordinator/rest/json_body.h"
#include "coordinator/rest/rest_service.h"

namespace penstock {
namespace {

namespace json = boost::json;

constexpr std::chrono::seconds kPatience{5};

/// As Java prints it, whose readers are many.
json::object ThreadInfo(const json::object& thread, const std::string& where) {
  const std::string name = where + std::string(thread.at("thread").as_string());
  std::string text = fmt::format("\"{}\" Id={}", name, thread.at("id").as_int64());
  if (thread.contains("silent")) text += " (has not answered)";
  text += "\n";
  for (const json::value& frame : thread.at("stack").as_array())
    text += fmt::format("\tat {}\n", std::string_view(frame.as_string()));
  return {{"threadName", name}, {"stringifiedThreadInfo", text + "\n"}};
}

/// Gathers the answers of several processes to one request, and sends them when all are there.
class ThreadDump {
 public:
  ThreadDump(HttpResponder responder, std::size_t awaited)
      : responder_(std::move(responder)), awaited_(awaited) {
    if (awaited_ == 0) Send();
  }

  /// `where` goes before the names of the threads.
  void Add(const std::string& where, const Result<std::string>& answer) {
    json::error_code failure;
    const json::value threads = answer.ok() ? json::parse(*answer, failure) : json::value();
    if (threads.is_array()) {
      for (const json::value& thread : threads.get_array())
        infos_.push_back(ThreadInfo(thread.as_object(), where));
    } else {
      const std::string why = answer.ok() ? failure.message() : answer.status().message();
      infos_.push_back(json::object{{"threadName", where},
                                    {"stringifiedThreadInfo", where + "has not answered: " + why}});
    }
    if (--awaited_ == 0) Send();
  }

 private:
  void Send() { responder_.Send(JsonResponse(json::object{{"threadInfos", std::move(infos_)}})); }

  const HttpResponder responder_;
  std::size_t awaited_;
  json::array infos_;
};

struct Question {
  WorkerId worker;
  WorkerQuery query;
  std::string where;
};

void AskAll(Dispatcher& dispatcher, const RestCall& call, const std::vector<Question>& questions) {
  const auto dump = std::make_shared<ThreadDump>(  // shared: by the answers to come
      call.responder, questions.size());
  for (const Question& question : questions) {
    dispatcher.Ask(question.worker, question.query, kPatience,
                   [dump, where = question.where](const Result<std::string>& answer) {
                     dump->Add(where, answer);
                   });
  }
}

/// The worker itself and every task host on it.
std::vector<Question> QuestionsTo(const Dispatcher& dispatcher, WorkerId worker) {
  std::vector<Question> questions{{worker, DumpWorkerStacks{}, "worker: "}};
  for (const JobMaster* job : dispatcher.jobs()) {
    std::set<HostId> hosts;
    for (const Execution& execution : job->executions().executions()) {
      const bool there = execution.worker == worker && execution.end_millis == 0;
      if (!there || !hosts.insert(execution.host).second) continue;
      questions.push_back(
          {worker, AskHost{execution.host, DumpStacks{}}, job->graph().name + ": "});
    }
  }
  return questions;
}

Result<SampleKind> KindOf(std::string_view type) {
  if (type.empty() || type == "full" || type == "FULL") return SampleKind::kFull;
  if (type == "on_cpu" || type == "ON_CPU") return SampleKind::kOnCpu;
  if (type == "off_cpu" || type == "OFF_CPU") return SampleKind::kOffCpu;
  return Status::InvalidArgument("there is no such type of flame graph",
                                 "use type=full, on_cpu or off_cpu");
}

Result<std::optional<std::uint32_t>> SubtaskOf(const JobMaster& job, VertexId vertex,
                                               std::string_view text) {
  if (text.empty()) return std::optional<std::uint32_t>();
  std::uint32_t index = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), index);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size())
    return Status::InvalidArgument("'subtaskindex' must be a whole number");
  if (index >= job.graph().vertex(vertex).parallelism)
    return Status::NotFound("the vertex has no subtask " + std::string(text));
  return std::optional<std::uint32_t>(index);
}

HttpResponse ShowFlameGraph(FlameGraphs& graphs, const JobMaster& job, VertexId vertex,
                            const HttpRequest& request) {
  const auto kind = KindOf(request.Query("type"));
  if (!kind.ok()) return ErrorResponse(kind.status());
  const auto subtask = SubtaskOf(job, vertex, request.Query("subtaskindex"));
  if (!subtask.ok()) return ErrorResponse(subtask.status());
  return JsonResponse(graphs.Show(job, {job.spec().id, vertex, *subtask, *kind}));
}

}  // namespace

void RestService::AddStackRoutes() {
  AddVertexView("/jobs/:job/vertices/:vertex/flamegraph",
                [this](const JobMaster& job, VertexId vertex, const RestCall& call) {
                  return ShowFlameGraph(flame_graphs_, job, vertex, call.request);
                });
  router_.Add("GET", "/jobs/:job/vertices/:vertex/stacks", [this](const RestCall& call) {
    const auto id = ParseId<JobId>(call.Parameter("job"));
    const auto job = id.ok() ? dispatcher_.FindJob(*id) : id.status();
    if (!job.ok()) return call.responder.Send(ErrorResponse(job.status()));
    const auto vertex = ParseVertexId((*job)->graph(), call.Parameter("vertex"));
    if (!vertex.ok()) return call.responder.Send(ErrorResponse(vertex.status()));
    std::vector<Question> questions;
    for (const HostTasks& host : TasksByHost(**job, *vertex))
      questions.push_back({host.worker, AskHost{host.host, DumpStacks{host.subtasks}}, ""});
    AskAll(dispatcher_, call, questions);
  });
  router_.Add("GET", "/taskmanagers/:worker/thread-dump", [this](const RestCall& call) {
    const auto worker = ParseId<WorkerId>(call.Parameter("worker"));
    if (!worker.ok() || !dispatcher_.slots().workers().contains(*worker)) {
      return call.responder.Send(
          ErrorResponse(Status::NotFound("there is no worker " + call.Parameter("worker"),
                                         "'penstock workers' shows those that there are")));
    }
    AskAll(dispatcher_, call, QuestionsTo(dispatcher_, *worker));
  });
  router_.Add("GET", "/jobmanager/thread-dump", [this](const RestCall& call) {
    const auto dump = std::make_shared<ThreadDump>(call.responder, 1);  // shared: with the answer
    dispatcher_.Inspect(
        []() -> Result<std::string> { return StacksText(TakeStacks(ListThreads())); },
        [dump](const Result<std::string>& answer) { dump->Add("coordinator: ", answer); });
  });
}

}  // namespace penstock
