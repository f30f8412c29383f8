#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <variant>

#include "api/runtime/channel_writer.h"
#include "common/ids.h"
#include "common/timestamp.h"

namespace penstock::testing {

/// Records as they would go to another process.
struct EncodedBatch {
  std::string bytes;
  std::uint32_t count = 0;
};
struct IdleStatus {
  bool idle = false;
};

/// What goes through a channel; a CheckpointId is that checkpoint's barrier, a Timestamp a
/// watermark.
using LocalElement =
    std::variant<std::unique_ptr<Batch>, EncodedBatch, Timestamp, IdleStatus, CheckpointId>;

/// A connection of two subtasks of a job under test. Batches of a local one are handed over by
/// pointer, those of a remote one encoded.
class LocalChannel final : public ChannelWriter {
 public:
  explicit LocalChannel(bool local) : local_(local) {}

  bool local() const override { return local_; }
  void SendBatch(std::unique_ptr<Batch> batch) override { Send(std::move(batch)); }
  /// None: a kept view into a batch is then found by the address sanitizer.
  std::unique_ptr<Batch> TakeRecycled() override { return nullptr; }
  std::string& buffer() override { return buffer_; }
  void SendBuffer(std::uint32_t count) override {
    Send(EncodedBatch{std::exchange(buffer_, {}), count});
  }

  /// One of the kinds of LocalElement.
  template <typename Element>
  void Send(Element element) {
    elements_.emplace_back(std::move(element));
  }
  /// The sender waits while there is none.
  bool HasRoom() const { return elements_.size() < kRoom; }
  /// There is something that the receiver may take.
  bool Readable() const { return !blocked_ && !elements_.empty(); }
  /// Requires Readable().
  LocalElement Take() {
    LocalElement element = std::move(elements_.front());
    elements_.pop_front();
    return element;
  }
  /// By an aligning receiver.
  void set_blocked(bool blocked) { blocked_ = blocked; }

 private:
  static constexpr std::size_t kRoom = 8;

  const bool local_;
  bool blocked_ = false;
  std::string buffer_;
  std::deque<LocalElement> elements_;
};

}  // namespace penstock::testing
