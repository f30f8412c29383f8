#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "api/penstock.h"
#include "api/testing/job_test.h"
#include "api/testing/placeholders.h"

namespace penstock::testing {

/// What tests of stream expressions have in common. Every call runs the operators until they have
/// nothing to do, and throws JobFailure when one of them fails.
template <typename Out>
class OperatorTestBase {
 public:
  using Duration = JobTest::Duration;

  OperatorTestBase(const OperatorTestBase&) = delete;
  OperatorTestBase& operator=(const OperatorTestBase&) = delete;

  /// After every call all state is moved out of memory, and new instances go on from a snapshot: a
  /// function that keeps something outside of its states forgets it.
  void torture() { torture_ = true; }
  /// The instances die after the next call, before anybody has seen its output, and new ones do it
  /// again from the snapshot before it: the output must be as if nothing had happened.
  void fail_next() { fail_next_ = true; }

  /// The clock of processing time moves; timers fire in their time.
  void advance_processing_time(Duration by) {
    Call([&] { job_.advance(by); });
  }
  /// No more records will come, at any input.
  virtual void end() = 0;

  /// Everything that was emitted.
  std::vector<Out> output() const { return output_.records(); }
  /// The same with timestamps.
  const std::vector<Emitted<Out>>& emitted() const { return output_.emitted(); }
  /// What was emitted since the last call.
  std::vector<Out> take_output() { return output_.take(); }
  /// What was emitted with that tag.
  template <typename U>
  std::vector<U> side_output(const OutputTag<U>& tag) {
    return job_.side_output(tag);
  }
  /// The last one that came out; Timestamp::Min() when none did.
  Timestamp output_watermark() const { return output_.watermark(); }
  /// Whether what comes out is idle.
  bool output_idle() const { return output_.idle(); }
  std::uint64_t counter(const std::string& name) { return job_.counter(name); }

  Checkpoint snapshot() { return job_.checkpoint(); }
  /// New instances go on from `from`, with what is sent from now on; the output stays.
  void restore(const Checkpoint& from) { restore(from, parallelism_); }
  void restore(const Checkpoint& from, std::uint32_t parallelism) {
    parallelism_ = parallelism;
    ForgetInput();
    job_.RestoreKeeping(from, parallelism);
    job_.run_until_idle();
  }

  /// For settings (before the first call) and all else.
  JobTest& job() { return job_; }

 protected:
  explicit OperatorTestBase(JobFunction job)
      : job_(std::move(job)), output_(job_.output<Out>("test-output")) {}
  virtual ~OperatorTestBase() = default;

  virtual void ForgetInput() = 0;

  template <typename Do>
  void Call(Do&& act) {
    const bool fail = std::exchange(fail_next_, false);
    if (fail) job_.checkpoint();
    act();
    job_.run_until_idle();
    if (fail) {
      job_.crash();
      job_.run_until_idle();
    }
    if (torture_ && !job_.finished()) {
      job_.Torment();
      job_.run_until_idle();
    }
  }

  JobTest job_;
  JobOutput<Out>& output_;

 private:
  std::uint32_t parallelism_ = 1;
  bool torture_ = false;
  bool fail_next_ = false;
};

/// Tests a stream expression alone: one operator or several.
///   OperatorTest<Click, Count> test([](const Stream<Click>& clicks) {
///     return clicks.key_by(&Click::user).process("count", CountClicks{});
///   });
///   test.process({"ann"}, Timestamp{5});
///   EXPECT_EQ(test.output().size(), 1U);
template <typename In, typename Out>
class OperatorTest final : public OperatorTestBase<Out> {
 public:
  /// `expression`: const Stream<In>& → Stream<Out>.
  template <typename F>
  explicit OperatorTest(F expression)
      : OperatorTestBase<Out>([expression](Environment& env, const Arguments&) {
          const Stream<Out> out = expression(env.from("test-input", NoSource<In>{}));
          out.sink_to("test-output", NoSink<Out>{});
        }),
        input_(this->job_.template input<In>("test-input")) {
    input_.set_random(nullptr);
  }

  void process(In record, Timestamp timestamp = {}) {
    this->Call([&] { input_.send(std::move(record), timestamp); });
  }
  /// As one batch.
  void process_all(const std::vector<Emitted<In>>& records) {
    this->Call([&] { input_.send_all(records); });
  }
  void watermark(Timestamp watermark) {
    this->Call([&] { input_.watermark(watermark); });
  }
  void idle() {
    this->Call([&] { input_.idle(); });
  }
  void active() {
    this->Call([&] { input_.active(); });
  }
  void end() override {
    input_.end();
    this->job_.run();
  }

 private:
  void ForgetInput() override { input_.Forget(); }

  JobInput<In>& input_;
};

/// The same for an expression of two streams.
template <typename A, typename B, typename Out>
class TwoInputTest final : public OperatorTestBase<Out> {
 public:
  /// `expression`: (const Stream<A>&, const Stream<B>&) → Stream<Out>.
  template <typename F>
  explicit TwoInputTest(F expression)
      : OperatorTestBase<Out>([expression](Environment& env, const Arguments&) {
          const Stream<A> first = env.from("test-input-1", NoSource<A>{});
          const Stream<B> second = env.from("test-input-2", NoSource<B>{});
          const Stream<Out> out = expression(first, second);
          out.sink_to("test-output", NoSink<Out>{});
        }),
        first_(this->job_.template input<A>("test-input-1")),
        second_(this->job_.template input<B>("test-input-2")) {
    first_.set_random(nullptr);
    second_.set_random(nullptr);
  }

  void process1(A record, Timestamp timestamp = {}) {
    this->Call([&] { first_.send(std::move(record), timestamp); });
  }
  void process2(B record, Timestamp timestamp = {}) {
    this->Call([&] { second_.send(std::move(record), timestamp); });
  }
  void watermark1(Timestamp watermark) {
    this->Call([&] { first_.watermark(watermark); });
  }
  void watermark2(Timestamp watermark) {
    this->Call([&] { second_.watermark(watermark); });
  }
  /// Of both inputs.
  void watermark(Timestamp watermark) {
    this->Call([&] {
      first_.watermark(watermark);
      second_.watermark(watermark);
    });
  }
  void idle1() {
    this->Call([&] { first_.idle(); });
  }
  void idle2() {
    this->Call([&] { second_.idle(); });
  }
  void end() override {
    first_.end();
    second_.end();
    this->job_.run();
  }

 private:
  void ForgetInput() override {
    first_.Forget();
    second_.Forget();
  }

  JobInput<A>& first_;
  JobInput<B>& second_;
};

}  // namespace penstock::testing
