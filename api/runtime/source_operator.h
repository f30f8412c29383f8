#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/runtime/operator.h"
#include "api/runtime/split_watermarks.h"
#include "api/runtime/typed_batch.h"
#include "api/source.h"
#include "common/bytes.h"

namespace penstock {

/// Runs a Source at one subtask: takes every `parallelism`-th split and reads them in order; a
/// split that has nothing yet lets the next one go on. With a strategy for watermarks the split
/// with the least watermark is read instead, so that splits in order of time are merged. After a
/// restore the splits are those of the snapshot and no others, so that a split that has been read
/// is never read again; at another parallelism they are dealt anew, those that are done apart from
/// the others. State (docs/formats/snapshot.md): version (4 bytes), count (4), then for each split
/// id, position (strings), whether it is done (1) and watermark (8).
template <typename T>
class SourceOperatorOf final : public SourceOperator {
 public:
  explicit SourceOperatorOf(std::shared_ptr<const Source<T>> source,
                            std::optional<StampingPlan> stamping = std::nullopt)
      : source_(std::move(source)), watermarks_(std::move(stamping)) {}

  Status Open(OperatorContext& context, Output& output) override {
    context_ = &context;
    output_ = &output;
    records_out_ = &context.counter("numRecordsOut");
    return Status::Ok();
  }

  [[gnu::cold]] Status Restore(const OperatorRestore& restore) override {
    if (restore.states.empty()) return Status::Ok();
    Deal unfinished(restore);
    Deal done(restore);
    for (const OperatorRestore::State& state : restore.Considered()) {
      PENSTOCK_RETURN_IF_ERROR(TakeSplits(state.bytes, unfinished, done));
    }
    assigned_ = true;
    return Status::Ok();
  }

  SourcePoll Poll() override {
    if (Status assigned = Assign(); !assigned.ok()) return Failed(std::move(assigned));
    watermarks_.OnTime(context_->clock().Now());
    watermarks_.Emit(*output_);
    if (const std::optional<std::size_t> next = NextReadable()) {
      current_ = *next;
      if (Status read = ReadFrom(current_); !read.ok()) return Failed(std::move(read));
      watermarks_.Emit(*output_);
    }
    return Outcome();
  }

  Clock::MonotonicTime next_poll() const override { return next_poll_; }
  EventTime event_time() const override {
    const std::optional<std::size_t> slowest = watermarks_.slowest();
    return {slowest ? &splits_[*slowest].split.id : nullptr, watermarks_.furthest()};
  }
  [[gnu::cold]] void SetGroupWatermark(Timestamp least) override {
    watermarks_.SetGroupWatermark(least);
  }

  [[gnu::cold]] Status SnapshotState(CheckpointId, std::string& state) override {
    PENSTOCK_RETURN_IF_ERROR(Assign());
    ByteWriter out(state);
    out.Fixed(kStateVersion);
    out.Fixed(static_cast<std::uint32_t>(splits_.size()));
    for (std::size_t i = 0; i < splits_.size(); ++i) {
      SplitInProgress& split = splits_[i];
      split.Settle();
      out.String(split.split.id);
      out.String(split.split.state);
      out.Fixed(static_cast<std::uint8_t>(split.done));
      out.Fixed(watermarks_.stored(i).millis);
    }
    return Status::Ok();
  }

 private:
  static constexpr std::uint32_t kStateVersion = 2;
  static constexpr std::uint32_t kVersionWithoutWatermarks = 1;
  static constexpr Clock::Duration kShortestWait = std::chrono::milliseconds(1);
  static constexpr Clock::Duration kLongestWait = std::chrono::hours(1);

  struct SplitInProgress {
    SourceSplit split;
    bool done = false;
    std::unique_ptr<SplitReader<T>> reader;
    Clock::MonotonicTime not_before{};  // it had nothing; when to ask again

    /// Writes the reader's position into the split.
    void Settle() {
      if (reader == nullptr) return;
      split.state.clear();
      reader->SnapshotPosition(split.state);
    }
  };

  /// Takes those splits of an old subtask that are dealt to this one.
  [[gnu::cold]] Status TakeSplits(std::string_view state, Deal& unfinished, Deal& done) {
    ByteReader in(state);
    const auto version = in.Fixed<std::uint32_t>();
    const auto count = in.Fixed<std::uint32_t>();
    if (version != kStateVersion && version != kVersionWithoutWatermarks) {
      return Status::Corruption("state of a source has a wrong version");
    }
    for (std::uint32_t i = 0; i < count && !in.failed(); ++i) {
      SplitInProgress split;
      split.split.id = in.String();
      split.split.state = in.String();
      split.done = in.Fixed<std::uint8_t>() != 0;
      Timestamp watermark = Timestamp::Min();
      if (version == kStateVersion) watermark.millis = in.Fixed<std::int64_t>();
      if ((split.done ? done : unfinished).Next()) Take(std::move(split), watermark);
    }
    if (!in.failed() && in.remaining() == 0) return Status::Ok();
    return Status::Corruption("state of a source has a wrong size");
  }

  /// Takes this subtask's splits, at the first call of a fresh start.
  [[gnu::cold]] Status Assign() {
    if (assigned_) return Status::Ok();
    PENSTOCK_ASSIGN_OR_RETURN(std::vector<SourceSplit> all, source_->Splits(*context_));
    for (std::size_t i = context_->subtask(); i < all.size(); i += context_->parallelism()) {
      SplitInProgress split;
      split.split = std::move(all[i]);
      Take(std::move(split), Timestamp::Min());
    }
    assigned_ = true;
    return Status::Ok();
  }

  [[gnu::cold]] void Take(SplitInProgress split, Timestamp watermark) {
    watermarks_.Add(watermark, split.done);
    splits_.push_back(std::move(split));
  }

  bool Readable(std::size_t split, Clock::MonotonicTime now) const {
    return !splits_[split].done && splits_[split].not_before <= now && !watermarks_.Paused(split);
  }

  /// Of the splits that may have something the one with the least watermark; among equals the
  /// current one, or the next.
  std::optional<std::size_t> NextReadable() const {
    const Clock::MonotonicTime now = context_->clock().Now();
    std::optional<std::size_t> best;
    for (std::size_t i = 0; i < splits_.size(); ++i) {
      const std::size_t split = (current_ + i) % splits_.size();
      if (!Readable(split, now)) continue;
      if (!best || watermarks_.watermark(split) < watermarks_.watermark(*best)) best = split;
      if (!watermarks_.active()) break;
    }
    return best;
  }

  Status ReadFrom(std::size_t number) {
    SplitInProgress& split = splits_[number];
    if (split.reader == nullptr) {
      PENSTOCK_ASSIGN_OR_RETURN(split.reader, source_->NewReader(*context_, split.split));
    }
    Result<ReadResult> read = split.reader->Read(batch_);
    if (!read.ok()) return read.status().WithContext("split " + split.split.id);
    if (!batch_.empty()) watermarks_.OnRecords(number, batch_, *output_);
    if (*read == ReadResult::kEnd) {
      split.Settle();
      split.done = true;
      split.reader.reset();
      watermarks_.OnEnd(number);
    } else if (*read == ReadResult::kNothingYet) {
      NotBefore(number);
    }
    EmitBatch();
    return Status::Ok();
  }

  /// It has nothing, or no more: when to ask again.
  void NotBefore(std::size_t number) {
    SplitInProgress& split = splits_[number];
    const Clock::MonotonicTime now = context_->clock().Now();
    const Clock::MonotonicTime next =
        std::clamp(split.reader->next_read(), now + kShortestWait, now + kLongestWait);
    split.not_before = next;
    if (!split.reader->answered()) {
      watermarks_.OnNoAnswer(number);
    } else if (batch_.empty()) {
      split.not_before = watermarks_.OnNothing(number, now, next);
    }
  }

  void EmitBatch() {
    if (batch_.empty()) return;
    records_out_->Add(batch_.size());
    output_->Emit(batch_);
    batch_.Clear();
  }

  SourcePoll Outcome() {
    const Clock::MonotonicTime now = context_->clock().Now();
    bool unfinished = false;
    next_poll_ = std::min(now + kLongestWait, watermarks_.next_period());
    for (std::size_t i = 0; i < splits_.size(); ++i) {
      if (Readable(i, now)) return SourcePoll::kMore;
      if (splits_[i].done) continue;
      unfinished = true;
      // A paused one waits for SetGroupWatermark.
      if (!watermarks_.Paused(i)) next_poll_ = std::min(next_poll_, splits_[i].not_before);
    }
    return unfinished ? SourcePoll::kNothingYet : SourcePoll::kExhausted;
  }

  /// The attempt ends after this call; until then there is nothing to read.
  [[gnu::cold]] SourcePoll Failed(Status error) {
    context_->Fail(std::move(error));
    next_poll_ = context_->clock().Now() + std::chrono::seconds(1);
    return SourcePoll::kNothingYet;
  }

  const std::shared_ptr<const Source<T>> source_;  // shared: one description, many subtasks
  OperatorContext* context_ = nullptr;
  Output* output_ = nullptr;
  Counter* records_out_ = nullptr;
  bool assigned_ = false;
  std::vector<SplitInProgress> splits_;
  SplitWatermarks watermarks_;  // by the numbers of splits_
  std::size_t current_ = 0;
  TypedBatch<T> batch_;
  Clock::MonotonicTime next_poll_{};
};

}  // namespace penstock
