#include "bench/checkpoint/keyed_job.h"

#include <algorithm>
#include <utility>

#include "api/process.h"
#include "api/runtime/process_operator.h"

namespace penstock::bench {
namespace {

// As in Task.
constexpr std::uint32_t kStepsPerMeasure = 16;

/// Emits the keys of those accesses that found nothing.
struct KeepProfiles : KeyedProcess<std::uint64_t, Access, std::uint64_t> {
  ValueState<Profile> profile{this, "profile"};

  void process(const Access& access, Context& context, Collector<std::uint64_t>& out) {
    if (access.changes) return Change(profile.edit(), access.value);
    const Profile* found = profile.get();
    if (found == nullptr || found->changes == 0) out.collect(context.key());
  }
  static void Change(Profile& profile, std::int64_t value) {
    if (profile.changes++ == 0) profile.first = profile.least = profile.most = value;
    profile.last = value;
    profile.least = std::min(profile.least, value);
    profile.most = std::max(profile.most, value);
    profile.sum += value;
  }
};

class CountingSink final : public Operator {
 public:
  explicit CountingSink(std::uint64_t& count) : count_(count) {}

  Status Open(OperatorContext&, Output&) override { return Status::Ok(); }
  void ProcessBatch(Batch& batch) override { count_ += batch.size(); }
  void ProcessWatermark(Timestamp) override {}

 private:
  std::uint64_t& count_;
};

}  // namespace

KeyedJob::KeyedJob(std::uint64_t memory_bytes)
    : bed_(memory_bytes), vertex_(Vertex()), chain_(bed_.identity(), vertex_, {}) {
  specs_.resize(2);
  specs_[0].make = [] { return MakeProcess<Access>("profiles", &Access::key, KeepProfiles{}); };
  specs_[1].make = [this] { return std::make_unique<CountingSink>(missing_); };
}

JobVertex KeyedJob::Vertex() {
  JobVertex vertex;
  vertex.operators.resize(2);
  GraphOperator& profiles = vertex.operators[0];
  profiles.name = profiles.uid = "profiles";
  profiles.kind = "transform";
  profiles.stateful = true;
  GraphOperator& sink = vertex.operators[1];
  sink.name = sink.uid = "missing";
  sink.kind = "sink";
  sink.index = 1;
  sink.input = 0;
  return vertex;
}

Status KeyedJob::Open(std::shared_ptr<const RestoredCheckpoint> restore) {
  PENSTOCK_RETURN_IF_ERROR(chain_.Open(specs_));
  PENSTOCK_RETURN_IF_ERROR(bed_.state().Open(chain_.tables(), restore));
  return restore != nullptr ? chain_.Restore(*restore) : Status::Ok();
}

Status KeyedJob::Step(TypedBatch<Access>& batch, bool snapshot_in_flight) {
  PENSTOCK_RETURN_IF_ERROR(chain_.ProcessBatch(0, batch));
  if (++unmeasured_steps_ >= kStepsPerMeasure) {
    unmeasured_steps_ = 0;
    PENSTOCK_RETURN_IF_ERROR(bed_.state().Balance(snapshot_in_flight));
  }
  const Clock::MonotonicTime now = bed_.identity().clock.Now();
  PENSTOCK_ASSIGN_OR_RETURN(const bool filled, bed_.state().Fill(now, /*busy=*/true));
  static_cast<void>(filled);
  return Status::Ok();
}

Result<FrozenChain> KeyedJob::Freeze(CheckpointId checkpoint) {
  PENSTOCK_ASSIGN_OR_RETURN(FrozenChain frozen, chain_.Freeze(checkpoint));
  bed_.state().BeginSnapshot();
  return frozen;
}

}  // namespace penstock::bench
