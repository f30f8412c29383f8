#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/sink.h"
#include "common/mutex.h"

namespace penstock {

/// What a job's collect_into() has collected. Thread-safe.
template <typename T>
class Collected {
 public:
  /// Keeps the last `most` records.
  explicit Collected(std::size_t most = 1'000'000) : most_(most) {}

  void Add(const T& record) EXCLUDES(mu_) {
    MutexLock lock(mu_);
    ++total_;
    records_.push_back(record);
    if (records_.size() > most_) records_.pop_front();
  }
  /// In the order of their arrival.
  std::vector<T> records() const EXCLUDES(mu_) {
    MutexLock lock(mu_);
    return {records_.begin(), records_.end()};
  }
  /// All that came, those included that are not kept.
  std::uint64_t total() const EXCLUDES(mu_) {
    MutexLock lock(mu_);
    return total_;
  }

 private:
  const std::size_t most_;
  mutable Mutex mu_;
  std::deque<T> records_ GUARDED_BY(mu_);
  std::uint64_t total_ GUARDED_BY(mu_) = 0;
};

/// Puts the records where the program that made the job can look at them. Only where that program
/// runs the job itself, in its own process: in tests. A job that a task host runs collects in that
/// process, where nobody looks. At least once: a restored job collects records again.
template <typename T>
class CollectSink final : public Sink<T> {
 public:
  explicit CollectSink(std::shared_ptr<Collected<T>> collected)
      : collected_(std::move(collected)) {}

  std::string name() const override { return "collect"; }
  Delivery delivery() const override { return Delivery::kAtLeastOnce; }
  Status Validate(FileSystem&) const override {
    if (collected_ != nullptr) return Status::Ok();
    return Status::InvalidArgument("collect_into() needs a Collected to collect into");
  }
  Result<std::unique_ptr<SinkWriter<T>>> NewWriter(OperatorContext&,
                                                   std::string_view) const override {
    return std::unique_ptr<SinkWriter<T>>(std::make_unique<Writer>(collected_));
  }

 private:
  class Writer final : public SinkWriter<T> {
   public:
    explicit Writer(std::shared_ptr<Collected<T>> collected) : collected_(std::move(collected)) {}

    Status Write(const TypedBatch<T>& batch) override {
      for (std::size_t i = 0; i < batch.size(); ++i) collected_->Add(batch[i]);
      return Status::Ok();
    }
    Status PreCommit(CheckpointId, std::vector<std::string>&) override { return Status::Ok(); }

   private:
    const std::shared_ptr<Collected<T>> collected_;
  };

  std::shared_ptr<Collected<T>> collected_;  // shared with the program that looks at it
};

/// auto rows = std::make_shared<Collected<Row>>(); stream.sink_to(collect_into(rows));
template <typename T>
CollectSink<T> collect_into(std::shared_ptr<Collected<T>> collected) {
  return CollectSink<T>(std::move(collected));
}

}  // namespace penstock
