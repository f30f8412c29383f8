// What JobTest does with a job function before it runs what that declares.

#include <dlfcn.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>

#include "api/runtime/job_validation.h"
#include "api/testing/job_test.h"

namespace penstock::testing {
namespace {

/// In place of a sink: its records are tapped.
class DroppingOperator final : public Operator {
 public:
  Status Open(OperatorContext&, Output&) override { return Status::Ok(); }
  void ProcessBatch(Batch&) override {}
  void ProcessWatermark(Timestamp) override {}
};

std::string Listed(const std::vector<PlanProblem>& problems) {
  std::string text;
  for (const PlanProblem& problem : problems) {
    text += "\n  - " + problem.message;
    if (!problem.hint.empty()) text += " (" + problem.hint + ")";
  }
  return text;
}

}  // namespace

PluginFunction load_job(const std::string& path) {
  void* const plugin = ::dlopen(path.c_str(), RTLD_NOW);
  if (plugin == nullptr) {
    Misuse("cannot load the job " + path + ": " + ::dlerror(), "give the path of a plugin");
  }
  const auto entry = reinterpret_cast<PluginFunction>(::dlsym(plugin, kPluginSymbol));
  if (entry == nullptr) Misuse(path + " has no job", "write PENSTOCK_JOB(name) { ... } in it");
  return entry;
}

void JobTest::Prepare() {
  if (!recorded_) {
    const JobArguments given{arguments_, std::filesystem::current_path().string()};
    Result<RecordedJob> recorded = function_.Record(given);
    ThrowIfError(recorded.status());
    recorded_ = std::move(recorded).value();
    CheckProblems();
    Result<RecordedJob> again = function_.Record(given);
    ThrowIfError(again.status());
    CheckPure(*again);
    ReplaceSources();
    TapOperators();
    Validate();
    for (const CrashPoint& point : crash_points_) static_cast<void>(Find(point.uid));
  }
  CheckProblems();
}

void JobTest::CheckProblems() {
  const std::vector<PlanProblem> problems = FindProblems(*recorded_, defaults_);
  if (problems.empty()) return;
  recorded_.reset();
  Misuse("the job cannot run:" + Listed(problems));
}

/// The runtime runs the function in every process and compares.
void JobTest::CheckPure(const RecordedJob& job) {
  const std::string difference =
      FirstDifference(GraphWithoutChains(recorded_->operators, defaults_),
                      GraphWithoutChains(job.operators, defaults_));
  if (difference.empty()) return;
  recorded_.reset();
  Misuse("the job function declares another job when it runs again: " + difference,
         "let it depend on its arguments only");
}

std::size_t JobTest::Find(const std::string& uid) const {
  const std::vector<OperatorSpec>& specs = recorded_->operators;
  auto found = std::ranges::find(specs, uid, &OperatorSpec::uid);
  if (found == specs.end()) found = std::ranges::find(specs, uid, &OperatorSpec::name);
  if (found != specs.end() && !uid.empty()) {
    return static_cast<std::size_t>(found - specs.begin());
  }
  std::string known;
  for (const OperatorSpec& spec : specs)
    known += (known.empty() ? "'" : ", '") + LabelOf(spec) + "'";
  Misuse("the job has no operator '" + uid + "'", "it has " + known);
}

/// Throws unless the records that operator `op` emits or, as a sink, takes are of that type.
void JobTest::CheckRecords(std::size_t op, const void* type_id, const std::string& what) {
  const auto check = [&](const OperatorSpec::Input& input) {
    if (input.edge->record_type().NewBatch()->type_id() == type_id) return;
    Misuse(what + " has another type of records than the test", "use the stream's record type");
  };
  if (recorded_->operators[op].kind == OperatorKind::kSink) {
    std::ranges::for_each(recorded_->operators[op].inputs, check);
    return;
  }
  for (const OperatorSpec& reader : recorded_->operators) {
    for (const OperatorSpec::Input& input : reader.inputs) {
      if (input.from == op && input.side.empty()) check(input);
    }
  }
}

void JobTest::ReplaceSources() {
  for (auto& [uid, feed] : feeds_) {
    const std::size_t op = Find(uid);
    OperatorSpec& spec = recorded_->operators[op];
    if (spec.kind != OperatorKind::kSource) Misuse("input '" + uid + "' is no source of the job");
    CheckRecords(op, feed->type_id(), "source '" + uid + "'");
    spec.validate = nullptr;
    spec.make = [feed = feed.get()] { return feed->NewOperator(); };
  }
}

void JobTest::TapOperators() {
  for (const auto& [uid, tap] : taps_) {
    const std::size_t op = Find(uid);
    CheckRecords(op, tap->type_id(), "output '" + uid + "'");
    OperatorSpec& spec = recorded_->operators[op];
    if (spec.kind != OperatorKind::kSink) continue;
    spec.validate = nullptr;
    spec.make = [] { return std::make_unique<DroppingOperator>(); };
  }
}

void JobTest::Validate() {
  for (const OperatorSpec& spec : recorded_->operators) {
    if (!spec.validate) continue;
    ThrowIfError(spec.validate(files_).WithContext("operator '" + LabelOf(spec) + "'"));
  }
}

}  // namespace penstock::testing
