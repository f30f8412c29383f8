#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "api/arguments.h"
#include "api/runtime/plugin.h"

namespace penstock::internal {

/// The operators that a job function has declared, and what is wrong with them. They reach the
/// JobBuilder when the function has returned, because names and parallelism are given afterwards.
class JobDraft {
 public:
  [[gnu::cold]] std::uint32_t Add(OperatorSpec spec) {
    spec.uid_reported = std::exchange(next_lacks_uid_, false);
    operators_.push_back(std::move(spec));
    return static_cast<std::uint32_t>(operators_.size() - 1);
  }
  OperatorSpec& at(std::uint32_t index) { return operators_[index]; }
  /// The place of the operator that is added next, counted from 1.
  std::string next_position() const { return std::to_string(operators_.size() + 1); }
  void Complain(std::string problem) { problems_.push_back(std::move(problem)); }
  /// Complains that `what`, the next operator, has no uid; `call` is what to write.
  [[gnu::cold]] void ComplainOfMissingUid(const std::string& what, const std::string& call) {
    Complain(what + " at position " + next_position() + " needs a uid: write " + call);
    next_lacks_uid_ = true;
  }

  [[gnu::cold]] void SetOption(std::string key, std::string value) {
    options_.emplace_back(std::move(key), std::move(value));
  }

  /// `valid_arguments`: sources and sinks may check themselves.
  [[gnu::cold]] void Submit(JobBuilder& builder, bool valid_arguments) {
    if (operators_.empty())
      Complain("the job has no operators: begin with env.from(\"name\", source)");
    for (auto& [key, value] : options_) builder.SetOption(std::move(key), std::move(value));
    for (std::string& problem : problems_) builder.Complain(std::move(problem));
    for (OperatorSpec& spec : operators_) {
      if (!valid_arguments) spec.validate = nullptr;
      builder.AddOperator(std::move(spec));
    }
  }

 private:
  std::vector<OperatorSpec> operators_;
  std::vector<std::pair<std::string, std::string>> options_;
  std::vector<std::string> problems_;
  bool next_lacks_uid_ = false;
};

/// A reading end in a job under construction: which operator it reads, and over what edge.
struct StreamEnd {
  JobDraft* draft = nullptr;
  std::uint32_t from = 0;
};

[[gnu::cold]] inline std::uint32_t AddReader(const StreamEnd& end,
                                             std::shared_ptr<const EdgeType> edge,
                                             OperatorSpec spec) {
  spec.inputs.push_back({end.from, std::move(edge)});
  return end.draft->Add(std::move(spec));
}

}  // namespace penstock::internal
