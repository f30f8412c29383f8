#pragma once

#include <cstdint>
#include <type_traits>
#include <utility>

#include "api/collector.h"
#include "api/operator_state.h"
#include "api/output_tag.h"
#include "api/runtime/operator.h"
#include "api/runtime/side_outputs.h"
#include "common/timestamp.h"

namespace penstock {

/// What a function over a stream without keys gets to know. Valid during the call.
class FunctionContext {
 public:
  /// Of the record; Timestamp::Min() in open().
  Timestamp timestamp() const { return timestamp_; }
  /// Timestamp::Min() before the first one.
  Timestamp watermark() const { return watermark_; }
  /// The wall clock.
  Timestamp processing_time() const { return {ToMillis(operator_.clock().Wall())}; }
  /// Which of the operator's subtasks this is, from 0, and how many there are.
  std::uint32_t subtask() const { return operator_.subtask(); }
  std::uint32_t parallelism() const { return operator_.parallelism(); }

  /// A metric of the operator, made at the first call and shown as <uid>.<name>. Ask for it in
  /// open() and keep the reference.
  Counter& counter(const std::string& name) { return operator_.counter(name); }

  /// Emits to a side output, with the record's timestamp unless another one is given.
  template <typename U>
  void output(const OutputTag<U>& tag, std::type_identity_t<U> record) {
    output(tag, std::move(record), timestamp_);
  }
  template <typename U>
  void output(const OutputTag<U>& tag, std::type_identity_t<U> record, Timestamp timestamp) {
    sides_.Emit(tag, std::move(record), timestamp);
  }

  // For operators; what is given to the constructor outlives the context.
  FunctionContext(OperatorContext& context, internal::SideOutputs& sides)
      : operator_(context), sides_(sides) {}
  void SetTimestamp(Timestamp timestamp) { timestamp_ = timestamp; }
  void SetWatermark(Timestamp watermark) { watermark_ = watermark; }

 private:
  OperatorContext& operator_;
  internal::SideOutputs& sides_;
  Timestamp timestamp_ = Timestamp::Min();
  Timestamp watermark_ = Timestamp::Min();
};

/// Base of a function over a stream without keys, whose state belongs to the operator:
///   struct Numbering : penstock::Process<Event, Numbered> {
///     penstock::ListOperatorState<std::int64_t> next{this, "next"};
///     void open(Context& context);     // may be left out: before the first record, with the
///     states
///                                      // of the restored checkpoint
///     void process(const Event& event, Context& context, penstock::Collector<Numbered>& out);
///     void close();                    // may be left out: after the last record of a job that
///     ends
///   };
/// Placed by Stream::process. The function is copied into every subtask; each copy is called by one
/// thread. Members that are not states are lost in a failure.
template <typename In, typename Out>
class Process : public internal::OperatorStateOwner {
 public:
  using Input = In;
  using Output = Out;
  using Context = FunctionContext;
};

}  // namespace penstock
