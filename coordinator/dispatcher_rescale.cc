// The part of Dispatcher that gives a job another parallelism.

#include <algorithm>

#include <fmt/format.h>

#include "common/config/options.h"
#include "coordinator/dispatcher.h"

namespace penstock {
namespace {

std::uint32_t MaxParallelismOf(const JobGraph& graph) {
  std::uint32_t most = 1;
  for (const JobVertex& vertex : graph.vertices) most = std::max(most, vertex.max_parallelism);
  return most;
}

Status CheckMaxParallelism(const JobMaster& job, std::uint32_t parallelism) {
  const std::uint32_t most = MaxParallelismOf(job.graph());
  if (parallelism >= 1 && parallelism <= most) return {};
  return Status::InvalidArgument(
      fmt::format("parallelism {} is not within 1 and {}, the maximum parallelism that job {} was "
                  "submitted with",
                  parallelism, most, ToString(job.spec().id)),
      "pipeline.max-parallelism is set at submission; it can't change while there is state");
}

/// The job as it was submitted, but for its parallelism. The maximum stays what it was, whatever
/// the cluster's is by now.
Submission AnotherParallelism(const JobMaster& job, std::uint32_t parallelism) {
  const JobSpec& spec = job.spec();
  Submission submission{.plugin_hash = spec.plugin_hash,
                        .arguments = spec.arguments,
                        .working_directory = spec.working_directory,
                        .name = spec.name,
                        .configuration = spec.configuration,
                        .settled = true,
                        .idempotency_key = ""};
  submission.configuration[std::string(options::kParallelism.spec.key)] =
      std::to_string(parallelism);
  submission.configuration[std::string(options::kMaxParallelism.spec.key)] =
      std::to_string(MaxParallelismOf(job.graph()));
  return submission;
}

}  // namespace

void Dispatcher::Rescale(JobId job, std::uint32_t parallelism, Done<JobId> done) {
  const auto found = FindJob(job);
  Status allowed = found.ok() ? (*found)->CheckRescale() : found.status();
  if (allowed.ok()) allowed = CheckMaxParallelism(**found, parallelism);
  if (!allowed.ok()) return done(allowed);
  const Submission submission = AnotherParallelism(**found, parallelism);
  MakePlan(submission, [this, job, submission, done = std::move(done)](const Result<Plan>& plan) {
    done(BeginRescale(job, submission, plan));
  });
}

Result<JobId> Dispatcher::BeginRescale(JobId job, const Submission& submission,
                                       const Result<Plan>& plan) {
  PENSTOCK_RETURN_IF_ERROR(plan.status());
  const JobMaster& master = *jobs_.at(job).master;
  PENSTOCK_RETURN_IF_ERROR(master.CheckRescale());
  if (plan->graph != master.wanted_graph()) {
    PENSTOCK_RETURN_IF_ERROR(CheckMemory(plan->graph));
    PENSTOCK_RETURN_IF_ERROR(CheckSlots(master, plan->graph));
  }
  PENSTOCK_ASSIGN_OR_RETURN(const Configuration config, ConfigurationOf(submission.configuration));
  JobSpec spec = master.spec();
  spec.configuration = config.Explicit();
  spec.graph_json = JobGraphToJson(plan->graph);
  Tell(job, RescaleJob{std::move(spec), plan->graph});
  return job;
}

Status Dispatcher::CheckSlots(const JobMaster& job, const JobGraph& graph) const {
  const JobId id = job.spec().id;
  const std::uint32_t held = slots_.HeldBy(id);
  // One that holds none waits anyway.
  const std::uint32_t available = held > 0 ? held + slots_.free_slots() : slots_.total_slots();
  if (graph.slots() <= available) return {};
  return Status::User(
      ErrorCode::kResourceExhausted,
      fmt::format("job {} would need {} slots: it has {}, and {} of the cluster's {} are free",
                  ToString(id), graph.slots(), held, slots_.free_slots(), slots_.total_slots()),
      "add workers, end another job, or ask for less: 'penstock workers' shows the slots");
}

}  // namespace penstock
