#include "worker/task/record_tap.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "checkpoint/value_json.h"
#include "common/hex.h"
#include "common/logging.h"

namespace penstock {
namespace {

/// Encoded records that wait to be collected.
constexpr std::size_t kMostWaitingBytes = 256 << 10;
/// Of one record; what is longer is shown as the beginning of its text.
constexpr std::size_t kMostTextBytes = 8 << 10;

std::optional<ValueLayout> LayoutOf(const EdgeType& type) {
  Result<ValueLayout> layout = ValueLayout::Parse(type.record_type().fingerprint());
  if (!layout.ok()) return std::nullopt;
  return std::move(layout).value();
}

/// The first bytes of UTF-8 text, without a character that is cut in two.
std::string_view BeginningOf(std::string_view text) {
  std::size_t length = kMostTextBytes;
  while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xc0) == 0x80) --length;
  return text.substr(0, length);
}

}  // namespace

/// Takes what a partitioner would send.
class RecordTap::Encoder final : public ChannelWriter {
 public:
  bool local() const override { return false; }
  void SendBatch(std::unique_ptr<Batch>) override {}  // of local channels only
  std::unique_ptr<Batch> TakeRecycled() override { return nullptr; }
  std::string& buffer() override { return buffer_; }
  void SendBuffer(std::uint32_t count) override {
    sent_.push_back({count, std::exchange(buffer_, {})});
  }
  std::vector<Encoded> TakeSent() { return std::move(sent_); }

 private:
  std::string buffer_;
  std::vector<Encoded> sent_;
};

RecordTap::RecordTap(Place place, const EdgeType& type, const Clock& clock)
    : place_(std::move(place)),
      type_(type),
      clock_(clock),
      layout_(LayoutOf(type)),
      measurable_(layout_ && IsMeasurable(layout_->root(), std::nullopt)) {}

void RecordTap::Watch(Clock::Duration lease, std::size_t records) {
  MutexLock lock(mu_);
  const Clock::MonotonicTime now = clock_.Now();
  if (now >= lease_end_) Forget();  // of a viewer who has gone
  if (!watched()) Log("records are watched");
  lease_end_ = now + lease;
  wanted_ = records;
  watched_.store(true, std::memory_order_relaxed);
}

void RecordTap::Forget() {
  waiting_.clear();
  waiting_bytes_ = 0;
  not_shown_ = 0;
}

void RecordTap::Log(std::string_view what) const {
  LogInfo(what, {{"operator", place_.operator_name}, {"subtask", place_.subtask.index}});
}

/// How many of so many records are to be encoded.
std::size_t RecordTap::Claim(std::size_t records) {
  MutexLock lock(mu_);
  if (clock_.Now() >= lease_end_) {
    Log("records are no longer watched");
    watched_.store(false, std::memory_order_relaxed);
    Forget();
    return 0;
  }
  std::size_t claimed = waiting_bytes_ < kMostWaitingBytes ? std::min(records, wanted_) : 0;
  // Several values in one piece could not be told from one another.
  if (!measurable_) claimed = std::min<std::size_t>(claimed, 1);
  wanted_ -= claimed;
  not_shown_ += records - claimed;
  return claimed;
}

void RecordTap::Take(const Batch& batch) {
  const std::size_t claimed = Claim(batch.size());
  if (claimed == 0) return;
  Encoder encoder;
  try {
    const std::unique_ptr<Batch> copy = batch.Copy();
    copy->timestamps().resize(claimed);
    const std::unique_ptr<Partitioner> partitioner =
        type_.NewPartitioner({.channels = {&encoder}, .max_parallelism = 1, .subtask = 0});
    partitioner->Emit(*copy);
    partitioner->Flush(0);
  } catch (...) {
    // The job's own code copies and encodes; where it throws, these are records that nobody sees.
  }
  Keep(encoder.TakeSent(), claimed);
}

void RecordTap::Keep(std::vector<Encoded> encoded, std::size_t claimed) {
  MutexLock lock(mu_);
  for (Encoded& piece : encoded) {
    if (waiting_bytes_ + piece.bytes.size() > kMostWaitingBytes) continue;
    claimed -= piece.count;
    waiting_bytes_ += piece.bytes.size();
    waiting_.push_back(std::move(piece));
  }
  not_shown_ += claimed;
}

TappedRecords RecordTap::Collect() {
  TappedRecords records;
  std::vector<Encoded> taken;
  {
    MutexLock lock(mu_);
    taken.swap(waiting_);
    waiting_bytes_ = 0;
    records.not_shown = std::exchange(not_shown_, 0);
  }
  for (const Encoded& encoded : taken) {
    records.not_shown += encoded.count - Render(encoded, records.lines);
  }
  return records;
}

/// Returns how many it has added: fewer than there are when their encoding is not what their type
/// says.
std::size_t RecordTap::Render(const Encoded& encoded, std::vector<std::string>& lines) const {
  ByteReader in(encoded.bytes);
  for (std::uint32_t i = 0; i < encoded.count; ++i) {
    const Timestamp time{in.Fixed<std::int64_t>()};
    const std::string_view value = in.rest();
    if (in.failed()) return i;
    if (!measurable_) {
      in.Bytes(value.size());
    } else if (!SkipValue(layout_->root(), in, std::nullopt)) {
      return i;
    }
    lines.push_back(fmt::format(R"({{"subtask":{},"operator":{},"timestamp":{},"record":{}}})",
                                place_.subtask.index, TextToJson(place_.operator_name),
                                time == Timestamp::Min() ? "null" : std::to_string(time.millis),
                                RecordText(value.substr(0, value.size() - in.remaining()))));
  }
  return encoded.count;
}

std::string RecordTap::RecordText(std::string_view value) const {
  const Result<std::string> json =
      layout_ ? ValueToJson(*layout_, value) : Result<std::string>(Status::NotFound("no layout"));
  std::string text = json.ok() ? *json : R"({"hex":")" + ToHex(value) + "\"}";
  if (text.size() <= kMostTextBytes) return text;
  return TextToJson(std::string(BeginningOf(text)) + "…");
}

}  // namespace penstock
