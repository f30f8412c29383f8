#pragma once

#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "api/job.h"
#include "api/runtime/batch_stamper.h"
#include "api/runtime/source_operator.h"
#include "api/source.h"
#include "api/stream.h"
#include "api/time.h"

namespace penstock {

/// Where a job begins: a job function declares its sources here and builds streams from them. The
/// function must be a pure function of its arguments; it runs again wherever the job runs.
class Environment {
 public:
  explicit Environment(internal::JobDraft& draft) : draft_(&draft) {}

  /// A stream of what the source reads. Its positions are state, found by `uid`, which must not
  /// change while the job lives.
  template <typename S>
  auto from(std::string uid, S source) {
    return AddSource<RecordType<S>>(std::move(uid), Share(std::move(source)), std::nullopt);
  }
  /// With timestamps, `timestamp_of` each record (a callable or member pointer), and watermarks
  /// that the strategy makes in each split apart: splits that are in order of time are merged,
  /// whatever subtask reads them. A split's watermark is state.
  template <typename S, typename Generator, typename F>
  auto from(std::string uid, S source, const WatermarkStrategy<Generator>& strategy,
            F timestamp_of) {
    using T = RecordType<S>;
    std::optional<StampingPlan> plan;
    if constexpr (internal::CheckStamping<T, Generator, F>()) {
      plan = MakeStampingPlan<T>(strategy, std::move(timestamp_of));
    }
    return AddSource<T>(std::move(uid), Share(std::move(source)), std::move(plan));
  }
  /// The same with the timestamps that the source's system has given the records.
  template <typename S, typename Generator>
  auto from(std::string uid, S source, const WatermarkStrategy<Generator>& strategy) {
    return from(std::move(uid), std::move(source), strategy, KeepsTimestamp());
  }
  /// Every source needs a uid: this form only exists to say so, with all the other problems of the
  /// job.
  template <typename S>
  auto from(S source) {
    draft_->ComplainOfMissingUid("source \"" + source.name() + "\"", "env.from(\"my-name\", ...)");
    return from("", std::move(source));
  }

  /// Sets an option of this job, as docs/configuration.md describes it; stronger than the command
  /// line, the environment and the file. An unknown key, one that isn't a job's, and a value that
  /// isn't valid are problems of the job.
  ///
  ///   env.set("execution.checkpointing.interval", "5 s");
  void set(std::string key, std::string value) {
    draft_->SetOption(std::move(key), std::move(value));
  }

 private:
  template <typename T>
  static std::type_identity<T> RecordOf(const Source<T>*);
  template <typename S>
  static auto RecordTypeOf() {
    static_assert(
        requires(const S* source) { RecordOf(source); },
        "from() needs an object of a class derived from penstock::Source<Record>");
    return decltype(RecordOf(static_cast<const S*>(nullptr)))();
  }
  template <typename S>
  using RecordType = typename decltype(RecordTypeOf<S>())::type;

  template <typename S>
  static auto Share(S source) {
    return std::make_shared<const S>(std::move(source));
  }

  template <typename T>
  [[gnu::cold]] Stream<T> AddSource(std::string uid, std::shared_ptr<const Source<T>> source,
                                    std::optional<StampingPlan> plan) {
    OperatorSpec spec;
    spec.kind = OperatorKind::kSource;
    spec.name = source->name();
    spec.uid = std::move(uid);
    spec.stateful = true;
    spec.delivery = source->delivery();
    spec.validate = [source](FileSystem& fs) { return source->Validate(fs); };
    if (plan) {
      if (const std::string problem = plan->options.Problem(); !problem.empty()) {
        draft_->Complain(problem);
      }
      spec.alignment_group = plan->options.alignment_group;
    }
    spec.make = [source, plan = std::move(plan)] {
      return std::make_unique<SourceOperatorOf<T>>(source, plan);
    };
    return Stream<T>(AddOperator(draft_, std::move(spec)));
  }

  internal::JobDraft* draft_;
};

}  // namespace penstock
