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

/// What an operator emits on one of its outputs, and over what edge it is to be read; a null edge
/// is the record type's forward edge.
struct StreamEnd {
  std::uint32_t from = 0;
  std::string side;                      // tag; empty: the main output
  std::shared_ptr<const EdgeType> edge;  // shared: by all readers
};

/// The reading end of a stream in a job under construction: of one operator, or of several that
/// form a union.
struct StreamEnds {
  JobDraft* draft = nullptr;
  std::vector<StreamEnd> ends;

  /// The operator that emits the stream, for settings; null, and a complaint that names `call`, for
  /// a union.
  [[gnu::cold]] OperatorSpec* Emitter(const std::string& call) const {
    if (ends.size() == 1) return &draft->at(ends.front().from);
    draft->Complain(call +
                    " after union_with(): a union is no operator; call it on its parts or "
                    "on what reads it");
    return nullptr;
  }
  /// All of them, read over `edge`.
  [[gnu::cold]] StreamEnds Over(std::shared_ptr<const EdgeType> edge) const {
    StreamEnds over = *this;
    for (StreamEnd& end : over.ends) end.edge = edge;
    return over;
  }
};

/// Lets `spec` read `ends` as its input number `input`.
[[gnu::cold]] inline void AddInput(const StreamEnds& from,
                                   const std::shared_ptr<const EdgeType>& forward,
                                   OperatorSpec& spec, std::uint32_t input = 0) {
  for (const StreamEnd& end : from.ends) {
    spec.inputs.push_back({end.from, end.edge ? end.edge : forward, end.side, input});
  }
}

/// Adds an operator whose inputs are declared; what it emits.
[[gnu::cold]] inline StreamEnds AddOperator(JobDraft* draft, OperatorSpec spec) {
  return {draft, {{draft->Add(std::move(spec)), "", nullptr}}};
}

/// Adds an operator with one input; what it emits.
[[gnu::cold]] inline StreamEnds AddReader(const StreamEnds& from,
                                          const std::shared_ptr<const EdgeType>& forward,
                                          OperatorSpec spec) {
  AddInput(from, forward, spec);
  return AddOperator(from.draft, std::move(spec));
}

}  // namespace penstock::internal
