#pragma once

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

/// Runs the job function. A user error when it throws.
Result<RecordedJob> RecordJob(const PluginEntry& entry, const JobArguments& arguments);

}  // namespace penstock
