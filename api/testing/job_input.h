#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "api/runtime/typed_batch.h"
#include "api/testing/collecting_output.h"
#include "api/testing/job_failure.h"
#include "api/testing/record_tap.h"
#include "api/testing/test_random.h"

namespace penstock::testing {

/// What a test gives a job in place of one of its sources, in this order. It is replayable: after a
/// crash or restore what the checkpoint doesn't have comes again. With several subtasks records go
/// to them in turn, all else to each.
template <typename T>
class JobInput final : public TestFeed {
 public:
  void send(T record, Timestamp timestamp = {}) {
    Element& element = Add(Kind::kRecord);
    element.record = std::move(record);
    Codec<T>::AdoptText(element.record, arena_);
    element.timestamp = timestamp;
    element.number = records_++;
  }
  void send_all(const std::vector<Emitted<T>>& records) {
    for (const Emitted<T>& record : records) send(record.record, record.timestamp);
  }
  void watermark(Timestamp watermark) { Add(Kind::kWatermark).timestamp = watermark; }
  /// The source holds back no watermark until it is active again.
  void idle() { Add(Kind::kIdle); }
  void active() { Add(Kind::kActive); }
  /// No more follows.
  void end() {
    if (!ended_) Add(Kind::kEnd);
    ended_ = true;
  }

  const void* type_id() const override { return TypedBatch<T>::TypeId(); }
  std::unique_ptr<Operator> NewOperator() override { return std::make_unique<Reader>(*this); }
  void Rewind(Epoch last, Epoch first, std::uint32_t parallelism) override {
    first_epoch_ = first;
    for (Element& element : elements_) element.Rewind(last, parallelism);
  }
  /// From now on everything that was sent counts as read.
  void Forget() {
    std::erase_if(elements_, [](const Element& element) { return element.kind != Kind::kEnd; });
  }
  /// Cuts the records into batches at random; null: records sent together stay together.
  void set_random(TestRandom* random) { random_ = random; }

 private:
  enum class Kind : unsigned char { kRecord, kWatermark, kIdle, kActive, kEnd };

  struct Element {
    Kind kind = Kind::kRecord;
    T record{};
    Timestamp timestamp;
    std::uint64_t number = 0;     // of a record
    Epoch taken = 0;              // by all that it is for; 0: not yet
    std::vector<Epoch> taken_by;  // by subtask, of what is for all

    bool IsFor(std::uint32_t subtask, std::uint32_t parallelism) const {
      if (taken != 0) return false;
      if (kind == Kind::kRecord) return number % parallelism == subtask;
      return subtask >= taken_by.size() || taken_by[subtask] == 0;
    }
    void Take(std::uint32_t subtask, std::uint32_t parallelism, Epoch epoch) {
      if (kind == Kind::kRecord) {
        taken = epoch;
        return;
      }
      taken_by.resize(parallelism);
      taken_by[subtask] = epoch;
    }
    void Rewind(Epoch last, std::uint32_t parallelism) {
      if (taken > last) taken = 0;
      for (Epoch& epoch : taken_by) {
        if (epoch > last) epoch = 0;
      }
      if (kind == Kind::kRecord || kind == Kind::kEnd || taken_by.size() == parallelism) return;
      const bool whole = !taken_by.empty() && !std::ranges::count(taken_by, Epoch{0});
      if (whole) taken = std::ranges::max(taken_by);
      taken_by.clear();
    }
  };

  /// One subtask of the source.
  class Reader final : public SourceOperator {
   public:
    explicit Reader(JobInput& input) : input_(input), epoch_(input.first_epoch_) {}

    Status Open(OperatorContext& context, Output& output) override {
      context_ = &context;
      output_ = &output;
      return Status::Ok();
    }
    SourcePoll Poll() override {
      if (!std::exchange(begun_, true)) RepeatStatus();
      Element* element = Next();
      if (element == nullptr) return SourcePoll::kNothingYet;
      if (element->kind == Kind::kEnd) return SourcePoll::kExhausted;
      if (element->kind == Kind::kRecord) {
        EmitRecords();
        return SourcePoll::kMore;
      }
      Take(*element);
      if (element->kind == Kind::kWatermark) output_->EmitWatermark(element->timestamp);
      if (element->kind == Kind::kIdle) output_->EmitStatus(/*idle=*/true);
      if (element->kind == Kind::kActive) output_->EmitStatus(/*idle=*/false);
      return SourcePoll::kMore;
    }
    Clock::MonotonicTime next_poll() const override {
      return Next() == nullptr ? Clock::MonotonicTime::max() : Clock::MonotonicTime{};
    }
    Status SnapshotState(CheckpointId checkpoint, std::string&) override {
      epoch_ = checkpoint.value() + 1;
      return Status::Ok();
    }

   private:
    std::uint32_t subtask() const { return context_->subtask(); }
    std::uint32_t parallelism() const { return context_->parallelism(); }
    /// The next element for this subtask, or null.
    Element* Next() const {
      for (; next_ < input_.elements_.size(); ++next_) {
        Element& element = input_.elements_[next_];
        if (element.IsFor(subtask(), parallelism())) return &element;
      }
      return nullptr;
    }
    void Take(Element& element) { element.Take(subtask(), parallelism(), epoch_); }
    /// As one batch, up to the next element that is no record.
    void EmitRecords() {
      TypedBatch<T> batch;
      const std::size_t most =
          input_.random_ != nullptr ? 1 + input_.random_->Below(kMostAtRandom) : batch.kCapacity;
      for (Element* element = Next();
           element != nullptr && element->kind == Kind::kRecord && batch.size() < most;
           element = Next()) {
        batch.Append(element->record, element->timestamp);
        Take(*element);
      }
      output_->Emit(batch);
    }
    /// What it said last before the restore.
    void RepeatStatus() {
      std::optional<bool> idle;
      for (std::size_t i = 0; i < next_ || (i < input_.elements_.size() && !Waits(i)); ++i) {
        const Kind kind = input_.elements_[i].kind;
        if (kind == Kind::kIdle || kind == Kind::kActive) idle = kind == Kind::kIdle;
      }
      if (idle) output_->EmitStatus(*idle);
    }
    bool Waits(std::size_t i) const { return input_.elements_[i].IsFor(subtask(), parallelism()); }

    JobInput& input_;
    Epoch epoch_;
    OperatorContext* context_ = nullptr;
    Output* output_ = nullptr;
    bool begun_ = false;
    mutable std::size_t next_ = 0;  // nothing before it is for this subtask
  };

  Element& Add(Kind kind) {
    if (ended_) Misuse("the input has ended", "send everything before end()");
    Element& element = elements_.emplace_back();
    element.kind = kind;
    return element;
  }

  static constexpr std::size_t kMostAtRandom = 8;

  TestRandom* random_ = nullptr;
  std::vector<Element> elements_;
  Arena arena_;  // of Text in the elements
  std::uint64_t records_ = 0;
  bool ended_ = false;
  Epoch first_epoch_ = 1;
};

}  // namespace penstock::testing
