#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "api/source.h"
#include "common/bytes.h"

namespace penstock::testing {

/// What a split of a TimelineSource does next.
struct TimelineStep {
  enum class Kind : unsigned char { kRecord, kNothing, kNoAnswer };
  Kind kind = Kind::kRecord;
  std::int64_t record = 0;  ///< Of kRecord; its timestamp in milliseconds, too.

  static TimelineStep Nothing() { return {Kind::kNothing}; }
  static TimelineStep NoAnswer() { return {Kind::kNoAnswer}; }
};

/// A split's whole life; it ends after the last step.
using Timeline = std::vector<TimelineStep>;

inline Timeline Records(const std::vector<std::int64_t>& records) {
  Timeline timeline;
  for (const std::int64_t record : records) {
    timeline.push_back({TimelineStep::Kind::kRecord, record});
  }
  return timeline;
}
/// `times` answers that there is nothing.
inline Timeline Silence(std::size_t times) { return {times, TimelineStep::Nothing()}; }
inline Timeline operator+(Timeline first, const Timeline& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

/// Reads what tests write down: at most `chunk` records at once; one that has nothing is asked
/// again after `pause`.
class TimelineSource final : public Source<std::int64_t> {
 public:
  explicit TimelineSource(std::vector<Timeline> splits, std::size_t chunk = 1,
                          Clock::Duration pause = std::chrono::milliseconds(10))
      : splits_(std::move(splits)), chunk_(chunk), pause_(pause) {}

  std::string name() const override { return "timelines"; }
  Delivery delivery() const override { return Delivery::kReplayable; }
  Status Validate(FileSystem&) const override { return Status::Ok(); }
  Result<std::vector<SourceSplit>> Splits(OperatorContext&) const override {
    std::vector<SourceSplit> splits(splits_.size());
    for (std::size_t i = 0; i < splits.size(); ++i) {
      splits[i].id = std::to_string(i);
      ByteWriter(splits[i].state).Fixed(std::uint64_t{0});
    }
    return splits;
  }
  Result<std::unique_ptr<SplitReader<std::int64_t>>> NewReader(
      OperatorContext& context, const SourceSplit& split) const override {
    return std::unique_ptr<SplitReader<std::int64_t>>(
        std::make_unique<Reader>(context.clock(), splits_[std::stoul(split.id)], chunk_, pause_,
                                 ByteReader(split.state).Fixed<std::uint64_t>()));
  }

 private:
  class Reader final : public SplitReader<std::int64_t> {
   public:
    Reader(const Clock& clock, Timeline timeline, std::size_t chunk, Clock::Duration pause,
           std::size_t next)
        : clock_(clock),
          timeline_(std::move(timeline)),
          chunk_(chunk),
          pause_(pause),
          next_(next) {}

    Result<ReadResult> Read(TypedBatch<std::int64_t>& batch) override {
      for (std::size_t i = 0; i < chunk_ && next_ < timeline_.size(); ++i) {
        const TimelineStep& step = timeline_[next_++];
        answered_ = step.kind != TimelineStep::Kind::kNoAnswer;
        if (step.kind != TimelineStep::Kind::kRecord) return ReadResult::kNothingYet;
        batch.Append(step.record, Timestamp{step.record});
      }
      return next_ == timeline_.size() ? ReadResult::kEnd : ReadResult::kMore;
    }
    Clock::MonotonicTime next_read() const override { return clock_.Now() + pause_; }
    bool answered() const override { return answered_; }
    void SnapshotPosition(std::string& state) const override {
      ByteWriter(state).Fixed(std::uint64_t{next_});
    }

   private:
    const Clock& clock_;
    const Timeline timeline_;
    const std::size_t chunk_;
    const Clock::Duration pause_;
    std::size_t next_;
    bool answered_ = true;
  };

  std::vector<Timeline> splits_;
  std::size_t chunk_;
  Clock::Duration pause_;
};

}  // namespace penstock::testing
