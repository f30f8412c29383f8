#pragma once

#include <functional>
#include <string>
#include <type_traits>
#include <utility>

#include "api/penstock.h"
#include "api/runtime/job_recorder.h"

namespace penstock::testing {

/// A job to be tested: what PENSTOCK_JOB exports, or any function of (Environment&, const
/// Arguments&).
class JobFunction {
 public:
  /// `penstock_plugin` of a test that is linked with the job's source, or what load_job() gives.
  JobFunction(PluginFunction plugin) : JobFunction(*plugin()) {}  // NOLINT: implicit by design
  template <typename F>
  requires std::is_invocable_v<F&, Environment&, const Arguments&> JobFunction(
      F job)  // NOLINT: implicit by design
      : name_("test"),
        build_([job = std::move(job)](const JobArguments& given, JobBuilder& builder) {
          internal::BuildJob(job, given, builder);
        }) {}

  const std::string& name() const { return name_; }
  /// What it declares for these arguments. A user error when it throws.
  Result<RecordedJob> Record(const JobArguments& arguments) const {
    return RecordJob(build_, arguments);
  }

 private:
  explicit JobFunction(const PluginEntry& entry) : name_(entry.job_name), build_(entry.build) {}

  std::string name_;
  std::function<void(const JobArguments&, JobBuilder&)> build_;
};

/// The job of a plugin, which stays loaded. Throws JobFailure.
PluginFunction load_job(const std::string& path);

}  // namespace penstock::testing
