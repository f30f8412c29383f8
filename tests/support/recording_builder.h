#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "api/penstock.h"

namespace penstock::testing {

/// Writes down what a job function declares.
struct RecordingBuilder final : JobBuilder {
  std::uint32_t AddOperator(OperatorSpec spec) override {
    operators.push_back(std::move(spec));
    return static_cast<std::uint32_t>(operators.size() - 1);
  }
  void Complain(std::string problem) override { problems.push_back(std::move(problem)); }
  void DeclareArgument(ArgumentSpec argument) override { arguments.push_back(std::move(argument)); }
  void SetOption(std::string key, std::string value) override {
    options.emplace_back(std::move(key), std::move(value));
  }

  std::vector<OperatorSpec> operators;
  std::vector<std::string> problems;
  std::vector<ArgumentSpec> arguments;
  std::vector<std::pair<std::string, std::string>> options;
};

inline RecordingBuilder BuildJob(internal::JobFunction job,
                                 std::map<std::string, std::string> named = {}) {
  RecordingBuilder builder;
  internal::BuildJob(job, {std::move(named), "/home/me"}, builder);
  return builder;
}

}  // namespace penstock::testing
