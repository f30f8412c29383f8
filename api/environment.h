#pragma once

#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "api/job.h"
#include "api/runtime/source_operator.h"
#include "api/source.h"
#include "api/stream.h"

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
    static_assert(
        requires { RecordOf(&source); },
        "from() needs an object of a class derived from penstock::Source<Record>");
    using T = typename decltype(RecordOf(&source))::type;
    return AddSource<T>(std::move(uid), std::make_shared<const S>(std::move(source)));
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

  template <typename T>
  [[gnu::cold]] Stream<T> AddSource(std::string uid, std::shared_ptr<const Source<T>> source) {
    OperatorSpec spec;
    spec.kind = OperatorKind::kSource;
    spec.name = source->name();
    spec.uid = std::move(uid);
    spec.stateful = true;
    spec.delivery = source->delivery();
    spec.validate = [source](FileSystem& fs) { return source->Validate(fs); };
    spec.make = [source] { return std::make_unique<SourceOperatorOf<T>>(source); };
    return Stream<T>(AddOperator(draft_, std::move(spec)));
  }

  internal::JobDraft* draft_;
};

}  // namespace penstock
