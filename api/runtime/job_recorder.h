#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "api/runtime/plugin.h"
#include "common/status.h"

namespace penstock {

/// What a job function has declared.
struct RecordedJob {
  std::vector<OperatorSpec> operators;
  std::vector<std::string> complaints;
};

/// Writes down what a job function declares.
class JobRecorder final : public JobBuilder {
 public:
  std::uint32_t AddOperator(OperatorSpec spec) override;
  void Complain(std::string problem) override { job_.complaints.push_back(std::move(problem)); }

  RecordedJob Take() { return std::move(job_); }

 private:
  RecordedJob job_;
};

/// Runs a job function, as in PluginEntry::build. A user error when it throws.
Result<RecordedJob> RecordJob(const std::function<void(const JobArguments&, JobBuilder&)>& build,
                              const JobArguments& arguments);

}  // namespace penstock
