#pragma once

#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "api/runtime/operator.h"
#include "api/runtime/record_type.h"
#include "api/runtime/state_table.h"
#include "worker/exchange/output_channel.h"
#include "worker/task/executor.h"
#include "worker/task/task.h"

namespace penstock {

/// Records without content: only their timestamps count.
class BlankBatch final : public Batch {
 public:
  void Clear() override { timestamps_.clear(); }
  std::unique_ptr<Batch> Copy() const override {
    auto copy = std::make_unique<BlankBatch>();
    copy->timestamps_ = timestamps_;
    return copy;
  }
  std::size_t MemoryBytes() const override { return size() * sizeof(Timestamp); }
  const void* type_id() const override { return nullptr; }
};

/// What has been sent on a channel, in words: "records 3", "watermark 7", "idle", "barrier 1".
class RecordingChannel final : public OutputChannel {
 public:
  explicit RecordingChannel(std::vector<std::string>& log) : log_(log) {}

  bool local() const override { return true; }
  void SendBatch(std::unique_ptr<Batch> batch) override {
    log_.push_back("records " + std::to_string(batch->size()));
  }
  std::unique_ptr<Batch> TakeRecycled() override { return nullptr; }
  std::string& buffer() override { return buffer_; }
  void SendBuffer(std::uint32_t) override {}
  bool HasRoom() const override { return true; }
  double usage() const override { return 0; }
  void SendControl(StreamElement element) override {
    if (const auto* mark = std::get_if<Watermark>(&element)) {
      log_.push_back(mark->time == Timestamp::Max()
                         ? "watermark max"
                         : "watermark " + std::to_string(mark->time.millis));
    } else if (const auto* status = std::get_if<WatermarkStatus>(&element)) {
      log_.push_back(status->idle ? "idle" : "active");
    } else if (const auto* barrier = std::get_if<CheckpointBarrier>(&element)) {
      log_.push_back("barrier " + ToString(barrier->checkpoint) + (barrier->final ? " final" : ""));
    }
  }

 private:
  std::vector<std::string>& log_;
  std::string buffer_;
};

/// Collects records for the first channel until it is flushed.
class BlankPartitioner final : public Partitioner {
 public:
  explicit BlankPartitioner(ChannelWriter& channel) : channel_(channel) {}
  void Emit(Batch& batch) override {
    for (const Timestamp time : batch.timestamps()) waiting_.timestamps().push_back(time);
  }
  void Flush(std::size_t) override {
    channel_.SendBatch(waiting_.Copy());
    waiting_.Clear();
  }
  bool HasPending(std::size_t) const override { return !waiting_.empty(); }

 private:
  ChannelWriter& channel_;
  BlankBatch waiting_;
};

class BlankType final : public RecordType {
 public:
  const Fingerprint& fingerprint() const override { return fingerprint_; }
  std::unique_ptr<Batch> NewBatch() const override { return std::make_unique<BlankBatch>(); }
  /// Throws when there is something to decode.
  Status Decode(std::string_view bytes, std::uint32_t, Batch&) const override {
    if (!bytes.empty()) throw std::runtime_error("cannot decode this");
    return Status::Ok();
  }

 private:
  Fingerprint fingerprint_{{"", "blank"}};
};

class BlankEdge final : public EdgeType {
 public:
  explicit BlankEdge(Distribution distribution = Distribution::kRebalance)
      : distribution_(distribution) {}
  Distribution distribution() const override { return distribution_; }
  const RecordType& record_type() const override { return type_; }
  const Fingerprint& key() const override { return key_; }
  std::unique_ptr<Partitioner> NewPartitioner(PartitionerSpec spec) const override {
    return std::make_unique<BlankPartitioner>(*spec.channels.front());
  }

 private:
  const Distribution distribution_;
  BlankType type_;
  Fingerprint key_;
};

/// Values of a TextTable. Encoding them throws when a test wants it.
struct MoodyText {
  static constexpr bool kNoHeap = false;
  static inline bool throws = false;
  static void Encode(const std::string& value, std::string& out) {
    if (throws) throw std::runtime_error("cannot encode this");
    out += value;
  }
  static bool Decode(std::string_view bytes, std::string& value) {
    value = bytes;
    return true;
  }
  static std::size_t HeapBytes(const std::string& value) { return value.size(); }
};
using TextTable = StateTable<std::string, std::string, MoodyText>;

class InlineExecutor final : public Executor {
 public:
  void Submit(std::packaged_task<void()> work) override { work(); }
};

/// A directory that is removed with its owner.
class ScratchDirectory {
 public:
  ScratchDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "penstock-task-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~ScratchDirectory() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace penstock
