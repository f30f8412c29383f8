#include "api/runtime/job_validation.h"

#include <map>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "common/key_group.h"

namespace penstock {
namespace {

/// What an operator does that needs a uid; empty when it needs none.
std::string_view NeedOfUid(const OperatorSpec& op) {
  if (op.kind == OperatorKind::kSource) return "is a source";
  if (op.stateful || !op.states.empty()) return "keeps state";
  if (op.delivery == Delivery::kTransactional) return "is a transactional sink";
  return "";
}

class Validation {
 public:
  Validation(const RecordedJob& job, const JobDefaults& defaults)
      : job_(job), defaults_(defaults) {}

  std::vector<PlanProblem> Run() {
    for (const std::string& complaint : job_.complaints) Add(complaint);
    CheckSources();
    for (std::size_t i = 0; i < job_.operators.size(); ++i) CheckOperator(i);
    return std::move(problems_);
  }

 private:
  void Add(std::string message, std::string hint = "") {
    problems_.push_back({std::move(message), std::move(hint)});
  }

  void CheckSources() {
    for (const OperatorSpec& op : job_.operators) {
      if (op.kind == OperatorKind::kSource) return;
    }
    Add("the job has no source", "begin a stream with env.from(\"uid\", source)");
  }

  void CheckOperator(std::size_t index) {
    const OperatorSpec& op = job_.operators[index];
    CheckInputs(op, index);
    CheckUid(op);
    CheckParallelism(op);
    if (!op.make) Add(fmt::format("operator '{}' can't be made", op.name));
  }

  void CheckInputs(const OperatorSpec& op, std::size_t index) {
    if (op.inputs.empty() != (op.kind == OperatorKind::kSource)) {
      Add(fmt::format("operator '{}' {}", op.name,
                      op.inputs.empty() ? "reads nothing" : "is a source and has inputs"));
    }
    for (const OperatorSpec::Input& input : op.inputs) {
      if (input.from >= index || input.edge == nullptr) {
        Add(fmt::format("operator '{}' reads something that was not declared before it", op.name));
      } else if (job_.operators[input.from].kind == OperatorKind::kSink) {
        Add(fmt::format("operator '{}' reads from sink '{}'", op.name,
                        job_.operators[input.from].name));
      }
    }
  }

  void CheckUid(const OperatorSpec& op) {
    if (op.uid.empty()) {
      const std::string_view need = NeedOfUid(op);
      if (need.empty() || op.uid_reported) return;
      Add(fmt::format("operator '{}' {} but has no uid", op.name, need),
          "give it one as its first argument: a short name that never changes");
      return;
    }
    if (op.uid.front() == '#') {
      Add(fmt::format("uid '{}' of operator '{}' begins with '#'", op.uid, op.name),
          "begin it with a letter");
    }
    const auto [first, added] = uids_.emplace(op.uid, op.name);
    if (added) return;
    Add(fmt::format("uid '{}' is used by operator '{}' and by operator '{}'", op.uid, first->second,
                    op.name),
        "give each operator a uid of its own");
  }

  void CheckParallelism(const OperatorSpec& op) {
    const std::uint32_t parallelism = op.parallelism.value_or(defaults_.parallelism);
    const std::uint32_t maximum = op.max_parallelism.value_or(defaults_.max_parallelism);
    if (parallelism == 0) Add(fmt::format("operator '{}' has parallelism 0", op.name));
    if (maximum == 0 || maximum > kMaxMaxParallelism) {
      Add(fmt::format("operator '{}' has a maximum parallelism of {}", op.name, maximum),
          fmt::format("it must be from 1 to {}", kMaxMaxParallelism));
    }
    if (parallelism <= maximum) return;
    Add(fmt::format("operator '{}' has parallelism {}, more than the maximum of {}", op.name,
                    parallelism, maximum),
        op.max_parallelism ? "lower it, or raise set_max_parallelism()"
                           : "lower it, or raise pipeline.max-parallelism");
  }

  const RecordedJob& job_;
  const JobDefaults& defaults_;
  std::map<std::string, std::string> uids_;  // uid → name of the first operator with it
  std::vector<PlanProblem> problems_;
};

}  // namespace

std::vector<PlanProblem> FindProblems(const RecordedJob& job, const JobDefaults& defaults) {
  return Validation(job, defaults).Run();
}

}  // namespace penstock
