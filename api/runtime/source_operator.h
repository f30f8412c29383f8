#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/runtime/operator.h"
#include "api/runtime/typed_batch.h"
#include "api/source.h"
#include "common/bytes.h"

namespace penstock {

/// Runs a Source at one subtask: takes every `parallelism`-th split and reads them in order; a
/// split that has nothing yet lets the next one go on. After a restore the splits are those of the
/// snapshot and no others, so that a split that has been read is never read again; at another
/// parallelism they are dealt anew, those that are done apart from the others. State
/// (docs/formats/snapshot.md): version (4 bytes), count (4), then for each split id, position
/// (strings) and whether it is done (1).
template <typename T>
class SourceOperatorOf final : public SourceOperator {
 public:
  explicit SourceOperatorOf(std::shared_ptr<const Source<T>> source) : source_(std::move(source)) {}

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
    SplitInProgress* split = NextReadable();
    if (split != nullptr) {
      if (Status read = ReadFrom(*split); !read.ok()) return Failed(std::move(read));
    }
    return Outcome();
  }

  Clock::MonotonicTime next_poll() const override { return next_poll_; }

  [[gnu::cold]] Status SnapshotState(CheckpointId, std::string& state) override {
    PENSTOCK_RETURN_IF_ERROR(Assign());
    ByteWriter out(state);
    out.Fixed(kStateVersion);
    out.Fixed(static_cast<std::uint32_t>(splits_.size()));
    for (SplitInProgress& split : splits_) {
      split.Settle();
      out.String(split.split.id);
      out.String(split.split.state);
      out.Fixed(static_cast<std::uint8_t>(split.done));
    }
    return Status::Ok();
  }

 private:
  static constexpr std::uint32_t kStateVersion = 1;
  static constexpr Clock::Duration kShortestWait = std::chrono::milliseconds(1);

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
    if (version != kStateVersion)
      return Status::Corruption("state of a source has a wrong version");
    for (std::uint32_t i = 0; i < count && !in.failed(); ++i) {
      SplitInProgress split;
      split.split.id = in.String();
      split.split.state = in.String();
      split.done = in.Fixed<std::uint8_t>() != 0;
      if ((split.done ? done : unfinished).Next()) splits_.push_back(std::move(split));
    }
    if (!in.failed() && in.remaining() == 0) return Status::Ok();
    return Status::Corruption("state of a source has a wrong size");
  }

  /// Takes this subtask's splits, at the first call of a fresh start.
  [[gnu::cold]] Status Assign() {
    if (assigned_) return Status::Ok();
    PENSTOCK_ASSIGN_OR_RETURN(std::vector<SourceSplit> all, source_->Splits(*context_));
    for (std::size_t i = context_->subtask(); i < all.size(); i += context_->parallelism()) {
      splits_.emplace_back().split = std::move(all[i]);
    }
    assigned_ = true;
    return Status::Ok();
  }

  bool Readable(const SplitInProgress& split, Clock::MonotonicTime now) const {
    return !split.done && split.not_before <= now;
  }

  /// The current split, or the next one that may have something; null when there is none.
  SplitInProgress* NextReadable() {
    const Clock::MonotonicTime now = context_->clock().Now();
    for (std::size_t i = 0; i < splits_.size(); ++i) {
      if (Readable(splits_[current_], now)) return &splits_[current_];
      current_ = (current_ + 1) % splits_.size();
    }
    return nullptr;
  }

  Status ReadFrom(SplitInProgress& split) {
    if (split.reader == nullptr) {
      PENSTOCK_ASSIGN_OR_RETURN(split.reader, source_->NewReader(*context_, split.split));
    }
    Result<ReadResult> read = split.reader->Read(batch_);
    if (!read.ok()) return read.status().WithContext("split " + split.split.id);
    if (*read == ReadResult::kEnd) {
      split.Settle();
      split.done = true;
      split.reader.reset();
    } else if (*read == ReadResult::kNothingYet) {
      split.not_before =
          std::max(split.reader->next_read(), context_->clock().Now() + kShortestWait);
    }
    EmitBatch();
    return Status::Ok();
  }

  void EmitBatch() {
    if (batch_.empty()) return;
    records_out_->Add(batch_.size());
    output_->Emit(batch_);
    batch_.Clear();
  }

  SourcePoll Outcome() {
    const Clock::MonotonicTime now = context_->clock().Now();
    next_poll_ = Clock::MonotonicTime::max();
    for (const SplitInProgress& split : splits_) {
      if (Readable(split, now)) return SourcePoll::kMore;
      if (!split.done) next_poll_ = std::min(next_poll_, split.not_before);
    }
    return next_poll_ == Clock::MonotonicTime::max() ? SourcePoll::kExhausted
                                                     : SourcePoll::kNothingYet;
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
  std::size_t current_ = 0;
  TypedBatch<T> batch_;
  Clock::MonotonicTime next_poll_{};
};

}  // namespace penstock
