#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/runtime/operator.h"
#include "api/runtime/record_type.h"
#include "common/status.h"
#include "graph/argument_spec.h"

namespace penstock {

/// What an operator is, for validation, chaining and the plan's picture.
enum class OperatorKind : unsigned char { kSource, kTransform, kSink };

/// What a source or sink can promise; the job's guarantee is the weakest of all.
enum class Delivery : unsigned char {
  kReplayable,     ///< Source: reads again from a position.
  kNotReplayable,  ///< Source: what was read and not checkpointed is gone.
  kTransactional,  ///< Sink: output becomes visible only with its checkpoint.
  kIdempotent,     ///< Sink: repeated output replaces itself.
  kAtLeastOnce,    ///< Sink: output may repeat after a failure.
  kNone,           ///< Not a source or sink.
};

/// Whether an operator may run in one task with the one that it reads.
enum class Chaining : unsigned char {
  kAllowed,
  kHead,   ///< It begins a task.
  kNever,  ///< It has a task of its own.
};

/// One logical operator of a job, as the job function declares it.
struct OperatorSpec {
  OperatorKind kind = OperatorKind::kTransform;
  std::string name;           ///< For people: "filter", "weekly: sliding(7 d, 1 d)".
  std::string uid;            ///< Empty: none given.
  bool uid_reported = false;  ///< That it lacks one has been complained of, with the call to write.
  bool stateful = false;
  Delivery delivery = Delivery::kNone;
  std::optional<std::uint32_t> parallelism;      ///< Default: the job's.
  std::optional<std::uint32_t> max_parallelism;  ///< Default: the job's.
  Chaining chaining = Chaining::kAllowed;
  std::string slot_sharing_group;   ///< Empty: that of its inputs.
  bool assigns_watermarks = false;  ///< Those of its input, and their status, end at it.
  /// Of a source: those with the same name wait for one another; empty: it waits for none.
  std::string alignment_group;
  /// What it reads: the operator's index, as returned by AddOperator, and the edge; none for a
  /// source.
  struct Input {
    std::uint32_t from = 0;
    std::shared_ptr<const EdgeType> edge;  // shared: by the specs of both hosts of a fan-out
    std::string side;         ///< Tag of the output that it reads; empty: the main one.
    std::uint32_t input = 0;  ///< For ProcessInput. Several with one number are a union.
  };
  std::vector<Input> inputs;
  /// Keyed states that it will register, and states that belong to the operator (kinds
  /// "list-operator", "union" and "broadcast"); operator_uid is filled in.
  std::vector<StateDescriptor> states;
  /// Checks what can be checked at submission: of sources and sinks, else empty. Run by the planner
  /// only.
  std::function<Status(FileSystem&)> validate;
  /// Makes one instance per subtask; a SourceOperator when kind is kSource.
  std::function<std::unique_ptr<Operator>()> make;
};

/// Receives the operators of a job; the runtime implements it.
class JobBuilder {
 public:
  virtual ~JobBuilder() = default;
  /// Returns the operator's index: 0, 1, … in order of the calls.
  virtual std::uint32_t AddOperator(OperatorSpec spec) = 0;
  /// Something is wrong with the job; all complaints are reported at once, after the function
  /// returned.
  virtual void Complain(std::string problem) = 0;
  /// An argument that the job knows; each once.
  virtual void DeclareArgument(ArgumentSpec argument) = 0;
  /// An option of the job (docs/configuration.md) that its code sets; checked by the runtime.
  virtual void SetOption(std::string key, std::string value) = 0;
};

/// The arguments of a submission, after `--` or behind the plugin on the command line.
struct JobArguments {
  std::map<std::string, std::string> named;  ///< --key value; paths have been made absolute.
  std::string working_directory;             ///< Of the submitter.
};

/// Changes with every incompatible change of the interfaces in api/runtime.
inline constexpr std::uint32_t kPluginAbiVersion = 6;

/// What a plugin exports, through the one C function `penstock_plugin`.
struct PluginEntry {
  const char* job_name;
  /// Runs the job function. It must be a pure function of its arguments. May throw.
  void (*build)(const JobArguments& arguments, JobBuilder& builder);
};

extern "C" {
using PluginFunction = const PluginEntry* (*)();
}
inline constexpr const char* kPluginSymbol = "penstock_plugin";

}  // namespace penstock
