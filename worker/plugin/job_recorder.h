#pragma once

#include <string>
#include <utility>
#include <vector>

#include "api/runtime/plugin.h"
#include "worker/plugin/job_options.h"

namespace penstock {

/// What a job function has declared.
struct RecordedJob {
  std::vector<OperatorSpec> operators;
  std::vector<std::string> complaints;
  std::vector<ArgumentSpec> arguments;
  CodeOptions options;
};

/// Writes down what a job function declares.
class JobRecorder final : public JobBuilder {
 public:
  std::uint32_t AddOperator(OperatorSpec spec) override;
  void Complain(std::string problem) override { job_.complaints.push_back(std::move(problem)); }
  void DeclareArgument(ArgumentSpec argument) override {
    job_.arguments.push_back(std::move(argument));
  }
  void SetOption(std::string key, std::string value) override {
    job_.options.emplace_back(std::move(key), std::move(value));
  }

  RecordedJob Take() { return std::move(job_); }

 private:
  RecordedJob job_;
};

/// Runs the job function. That it threw is a complaint, after what it had declared by then.
RecordedJob RecordJob(const PluginEntry& entry, const JobArguments& arguments);

}  // namespace penstock
