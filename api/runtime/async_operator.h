#pragma once

#include <algorithm>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "api/async_function.h"
#include "api/operator_process.h"
#include "api/runtime/kept_record.h"
#include "api/runtime/operator.h"
#include "api/runtime/operator_restore.h"
#include "api/runtime/side_outputs.h"
#include "api/runtime/typed_batch.h"
#include "common/bytes.h"

namespace penstock {

/// Whether answers leave in the order of their records. When they don't, watermarks still stand
/// between the records that they stood between.
enum class AsyncOrder : unsigned char { kOrdered, kUnordered };

/// Runs an AsyncFunction. Records wait in a queue, with the watermarks between them, until their
/// answer has come and it is their turn. State: version (4 bytes), count (4), then for each record
/// or watermark that waits: whether it is a record (1), its timestamp (8), the record (a string; of
/// a watermark empty).
template <typename In, typename Fn>
class AsyncOperator final : public Operator {
 public:
  using Out = typename Fn::Output;

  static_assert(
      requires(Fn fn, const In& record, AsyncResult<Out> result) {
        fn.async_invoke(record, result);
      },
      "an AsyncFunction needs void async_invoke(const In&, penstock::AsyncResult<Out>)");

  AsyncOperator(AsyncOrder order, AsyncOptions options, Fn function)
      : order_(order), options_(options), function_(std::move(function)) {}
  ~AsyncOperator() override {
    if (completions_ != nullptr) completions_->Close();
  }

  Status Open(OperatorContext& context, Output& output) override {
    context_ = &context;
    output_ = &output;
    completions_ = std::make_shared<internal::AsyncCompletions<Out>>(context.waker());
    timeouts_ = &context.counter("numAsyncTimeouts");
    retries_ = &context.counter("numAsyncRetries");
    if (!context.restored()) OpenFunction();
    return Status::Ok();
  }
  [[gnu::cold]] Status Restore(const OperatorRestore& restore) override {
    OpenFunction();
    Deal deal(restore);
    for (const OperatorRestore::State& state : restore.Considered()) {
      PENSTOCK_RETURN_IF_ERROR(TakeOver(state.bytes, restore, deal));
    }
    return Status::Ok();
  }
  [[gnu::cold]] Status SnapshotState(CheckpointId, std::string& state) override {
    ByteWriter out(state);
    out.Fixed(kStateVersion);
    out.Fixed(static_cast<std::uint32_t>(queue_.size()));
    for (const Item& item : queue_) {
      out.Fixed(static_cast<std::uint8_t>(item.is_record));
      out.Fixed(item.timestamp.millis);
      out.String(item.is_record ? EncodeToString(item.record.record) : "");
    }
    return Status::Ok();
  }
  void ProcessBatch(Batch& batch) override {
    auto& records = static_cast<TypedBatch<In>&>(batch);
    for (std::size_t i = 0; i < records.size(); ++i) {
      if (!WaitUntil([this] { return in_flight_.size() < options_.capacity(); })) return;
      Add(records[i], records.timestamps()[i]);
    }
    TakeCompletions();
  }
  void ProcessWatermark(Timestamp watermark) override {
    if (!queue_.empty() && !queue_.back().is_record) queue_.pop_back();
    Item& item = queue_.emplace_back();
    item.timestamp = watermark;
    // Nothing may be under way when the input has ended.
    if (watermark == Timestamp::Max()) WaitUntil([this] { return in_flight_.empty(); });
    TakeCompletions();
  }
  std::optional<Timestamp> NextProcessingTime() override {
    if (!completions_->empty()) return Timestamp::Min();
    std::optional<Timestamp> next;
    if (!deadlines_.empty()) next = deadlines_.begin()->first;
    if (!repeats_.empty() && (!next || repeats_.begin()->first < *next)) {
      next = repeats_.begin()->first;
    }
    return next;
  }
  void OnProcessingTime(Timestamp now) override {
    TakeCompletions();
    FireDue(now);
    EmitDone();
  }
  std::size_t PendingAnswers() const override {
    return in_flight_.size() - std::min(in_flight_.size(), repeats_.size());
  }
  Status Close() override {
    if constexpr (requires { function_.close(); }) function_.close();
    return Status::Ok();
  }

 private:
  static constexpr std::uint32_t kStateVersion = 1;

  /// A record or a watermark that waits for its turn.
  struct Item {
    bool is_record = false;
    Timestamp timestamp;
    KeptRecord<In> record{};
    std::uint64_t number = 0;
    std::uint32_t attempt = 1;
    bool timed_out = false;
    bool done = false;
    std::vector<Out> answer;
  };
  using Queue = std::list<Item>;

  void OpenFunction() {
    if constexpr (requires(FunctionContext & context) { function_.open(context); }) {
      internal::SideOutputs sides(*context_);
      FunctionContext context(*context_, sides);
      function_.open(context);
    }
  }
  [[gnu::cold]] Status TakeOver(std::string_view state, const OperatorRestore& restore,
                                Deal& deal) {
    ByteReader in(state);
    const auto version = in.Fixed<std::uint32_t>();
    const auto count = in.Fixed<std::uint32_t>();
    if (version != kStateVersion) return Damaged();
    for (std::uint32_t i = 0; i < count && !in.failed(); ++i) {
      const bool is_record = in.Fixed<std::uint8_t>() != 0;
      const Timestamp timestamp{in.Fixed<std::int64_t>()};
      ByteReader bytes(in.String());
      In record{};
      if (!is_record && restore.same_parallelism()) queue_.emplace_back().timestamp = timestamp;
      if (!is_record) continue;
      if (!Codec<In>::Decode(bytes, record) || bytes.remaining() != 0) return Damaged();
      if (deal.Next()) Add(record, timestamp);
    }
    return in.failed() || in.remaining() != 0 ? Damaged() : Status::Ok();
  }
  static Status Damaged() { return Status::Corruption("state of an async operator is damaged"); }

  Timestamp Now() const { return {ToMillis(context_->clock().Wall())}; }

  void Add(const In& record, Timestamp timestamp) {
    Item& item = queue_.emplace_back();
    item.is_record = true;
    item.timestamp = timestamp;
    item.record.Set(record);
    item.number = next_number_++;
    in_flight_.emplace(item.number, &item);
    deadlines_.emplace(Now() + options_.timeout(), item.number);
    Call(item);
  }
  void Call(Item& item) {
    function_.async_invoke(item.record.record, {completions_, {item.number, item.attempt}});
  }
  /// Waits on the task's thread; false when the task is cancelled.
  template <typename Condition>
  bool WaitUntil(Condition&& condition) {
    while (!condition()) {
      TakeCompletions();
      FireDue(Now());
      if (condition()) break;
      if (!completions_->empty()) continue;
      if (!context_->waker().Wait(NextWake())) return false;
    }
    return true;
  }
  std::optional<Clock::MonotonicTime> NextWake() {
    const std::optional<Timestamp> next = NextProcessingTime();
    if (!next) return std::nullopt;
    const Millis wait(std::max<std::int64_t>(0, next->millis - Now().millis));
    return context_->clock().Now() + wait;
  }
  void TakeCompletions() {
    if (!completions_->empty()) {
      for (auto& completion : completions_->TakeAll()) Take(completion);
    }
    EmitDone();
  }
  void Take(typename internal::AsyncCompletions<Out>::Completion& completion) {
    const auto found = in_flight_.find(completion.call.record);
    if (found == in_flight_.end()) return;
    Item& item = *found->second;
    if (item.attempt != completion.call.attempt) return;
    if (completion.failed) return Failed(item, completion.reason);
    item.answer = std::move(completion.records);
    item.done = true;
    in_flight_.erase(found);
  }
  [[gnu::cold]] void Failed(Item& item, const std::string& reason) {
    if (item.attempt < options_.attempts() && !item.timed_out) {
      ++item.attempt;
      retries_->Add(1);
      repeats_.emplace(Now() + options_.DelayBefore(item.attempt), item.number);
      return;
    }
    context_->Fail(Status::Unavailable(
        "an asynchronous call has failed" + Attempts(item.attempt) + ": " + reason,
        "let the function complete() without records to go on, or raise retry()"));
  }
  static std::string Attempts(std::uint32_t count) {
    return count == 1 ? "" : " " + std::to_string(count) + " times";
  }
  void FireDue(Timestamp now) {
    while (!repeats_.empty() && repeats_.begin()->first <= now) {
      const std::uint64_t number = repeats_.begin()->second;
      repeats_.erase(repeats_.begin());
      if (const auto found = in_flight_.find(number); found != in_flight_.end()) {
        Call(*found->second);
      }
    }
    while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
      const std::uint64_t number = deadlines_.begin()->second;
      deadlines_.erase(deadlines_.begin());
      if (const auto found = in_flight_.find(number); found != in_flight_.end()) {
        TimeOut(*found->second);
      }
    }
  }
  [[gnu::cold]] void TimeOut(Item& item) {
    timeouts_->Add(1);
    item.timed_out = true;
    ++item.attempt;  // an answer that comes now is too late
    if constexpr (requires(AsyncResult<Out> result) {
                    function_.timeout(item.record.record, result);
                  }) {
      function_.timeout(item.record.record, {completions_, {item.number, item.attempt}});
    } else {
      context_->Fail(Status::Unavailable(
          "an asynchronous call has not been answered in " + FormatDuration(options_.timeout()),
          "give the function a timeout(), or raise async_options().timeout()"));
    }
  }
  /// Emits what has its answer and its turn.
  void EmitDone() {
    bool overtaking = false;
    for (auto item = queue_.begin(); item != queue_.end();) {
      const bool ready = item->is_record ? item->done : !overtaking;
      if (!ready && (order_ == AsyncOrder::kOrdered || !item->is_record)) break;
      if (!ready) {
        overtaking = true;
        ++item;
        continue;
      }
      Emit(*item);
      item = queue_.erase(item);
    }
    Flush();
  }
  void Emit(Item& item) {
    if (!item.is_record) {
      Flush();
      output_->EmitWatermark(item.timestamp);
      return;
    }
    for (Out& record : item.answer) {
      batch_.Append(std::move(record), item.timestamp);
      if (batch_.full()) Flush();
    }
  }
  void Flush() {
    if (batch_.empty()) return;
    output_->Emit(batch_);
    batch_.Clear();
  }

  const AsyncOrder order_;
  const AsyncOptions options_;
  OperatorContext* context_ = nullptr;
  Output* output_ = nullptr;
  Counter* timeouts_ = nullptr;
  Counter* retries_ = nullptr;
  std::shared_ptr<internal::AsyncCompletions<Out>> completions_;  // shared with results under way
  Fn function_;  // after completions_: its threads end first

  Queue queue_;
  std::unordered_map<std::uint64_t, Item*> in_flight_;  // by number: records without an answer
  std::multimap<Timestamp, std::uint64_t> deadlines_;   // of records, some answered since
  std::multimap<Timestamp, std::uint64_t> repeats_;
  std::uint64_t next_number_ = 0;
  TypedBatch<Out> batch_;
};

}  // namespace penstock
