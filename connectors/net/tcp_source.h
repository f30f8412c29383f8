#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "api/source.h"
#include "connectors/basic/rate_limit.h"
#include "connectors/file/malformed_records.h"
#include "connectors/format/binary_records.h"
#include "connectors/format/text_records.h"
#include "connectors/net/tcp_input.h"

namespace penstock {

namespace internal {

/// What both kinds of TCP source can be told.
struct TcpSourceOptions {
  TcpAddress address;
  bool listens = false;
  bool until_closed = false;
  std::size_t most_clients = 1000;
  std::size_t record_limit = 1024 * 1024;
  double rate = 0;
  OnMalformed on_malformed = skip();
  Status problem;  ///< With an option; shown at submission.
};

Status ValidateTcpAddress(const TcpAddress& address, bool listens);
std::vector<SourceSplit> TcpSplits();
Status CheckTcpPosition(const SourceSplit& split);
void AppendTcpPosition(std::string& state);
Result<std::unique_ptr<TcpInput>> NewTcpInput(OperatorContext& context,
                                              const TcpSourceOptions& options,
                                              StreamFraming framing);

template <typename T>
class TcpReader final : public SplitReader<T> {
 public:
  /// `context` outlives this.
  TcpReader(OperatorContext& context, const TcpSourceOptions& options,
            std::unique_ptr<TcpInput> input, std::unique_ptr<RecordParser> parser)
      : clock_(context.clock()),
        input_(std::move(input)),
        parser_(std::move(parser)),
        rate_(options.rate),
        malformed_(context, options.on_malformed, 0) {}

  Result<ReadResult> Read(TypedBatch<T>& batch) override {
    const Clock::MonotonicTime now = clock_.Now();
    std::size_t granted = rate_.Take(now, batch.room());
    if (granted == 0 && !batch.full()) return Wait(rate_.next());
    PENSTOCK_RETURN_IF_ERROR(input_->Poll(now));
    for (; granted > 0; --granted) {
      RawRecord raw;
      PENSTOCK_ASSIGN_OR_RETURN(const TcpInput::Step step, input_->Next(*parser_, raw));
      if (step == TcpInput::Step::kEnd) return End();
      if (step == TcpInput::Step::kNothingYet) break;
      idle_ = kShortestIdle;
      PENSTOCK_RETURN_IF_ERROR(Parse(raw, batch));
    }
    rate_.GiveBack(granted);
    if (granted == 0) return ReadResult::kMore;
    const Clock::Duration idle = idle_;
    idle_ = std::min<Clock::Duration>(2 * idle_, kLongestIdle);
    return Wait(std::max(now + idle, input_->next_event().value_or(now)));
  }
  Clock::MonotonicTime next_read() const override { return next_read_; }
  void SnapshotPosition(std::string& state) const override { AppendTcpPosition(state); }

 private:
  /// Nobody tells when bytes arrive; this is how long they may lie.
  static constexpr Clock::Duration kShortestIdle = std::chrono::milliseconds(1);
  static constexpr Clock::Duration kLongestIdle = std::chrono::milliseconds(5);

  ReadResult Wait(Clock::MonotonicTime until) {
    next_read_ = until;
    return ReadResult::kNothingYet;
  }
  Result<ReadResult> End() {
    PENSTOCK_RETURN_IF_ERROR(malformed_.Close());
    return ReadResult::kEnd;
  }
  Status Parse(const RawRecord& raw, TypedBatch<T>& batch) {
    T& slot = batch.AppendSlot(Timestamp{});
    const Status parsed = parser_->Parse(raw.bytes, &slot, batch.arena());
    if (parsed.ok()) return Status::Ok();
    batch.RemoveLast();
    const std::string sender = "tcp " + input_->sender();
    return malformed_.Take({sender, sender + ": record " + std::to_string(raw.number) +
                                        " at byte " + std::to_string(raw.offset)},
                           raw, parsed);
  }

  const Clock& clock_;
  const std::unique_ptr<TcpInput> input_;
  const std::unique_ptr<RecordParser> parser_;
  RateLimit rate_;
  MalformedRecords malformed_;
  Clock::Duration idle_ = kShortestIdle;
  Clock::MonotonicTime next_read_{};
};

}  // namespace internal

/// Records that arrive by TCP. One subtask reads; give the source .set_parallelism(1). Not
/// replayable: what has been read after the last checkpoint is gone after a failure. Delays at
/// most 5 ms; never blocks the task, except while a host name is looked up. Made by tcp_source and
/// tcp_listen_source.
template <typename F>
class TcpSource final : public Source<typename F::Record> {
 public:
  using Record = typename F::Record;

  TcpSource(TcpAddress address, bool listens, F format) : format_(std::move(format)) {
    options_.address = std::move(address);
    options_.listens = listens;
  }

  /// What to do with records that can't be parsed; default skip(), because one bad peer shouldn't
  /// end the job. Bytes that can't even be cut into records end their connection.
  TcpSource on_malformed(OnMalformed policy) && {
    options_.on_malformed = std::move(policy);
    return std::move(*this);
  }
  /// At most that many records per second; the peers wait.
  TcpSource rate(double records_per_second) && {
    options_.rate = records_per_second;
    if (const Status rate = CheckRate(records_per_second); !rate.ok()) options_.problem = rate;
    return std::move(*this);
  }
  /// Longest record in bytes, default 1 MiB. A longer one ends its connection.
  TcpSource record_limit(std::size_t bytes) && {
    options_.record_limit = bytes;
    return std::move(*this);
  }
  /// tcp_source only: the input ends when the peer closes the connection. By default it connects
  /// again, for ever.
  TcpSource until_closed() && {
    options_.until_closed = true;
    return std::move(*this);
  }
  /// tcp_listen_source only: the address to listen at; default 127.0.0.1. Anybody who reaches it
  /// can send records: there is no authentication.
  TcpSource bind_address(std::string host) && {
    options_.address.host = std::move(host);
    return std::move(*this);
  }
  /// tcp_listen_source only: how many clients may be connected; default 1000.
  TcpSource most_clients(std::size_t count) && {
    options_.most_clients = count;
    return std::move(*this);
  }

  std::string name() const override {
    return format_.name() + (options_.listens ? " at tcp " : " from tcp ") +
           options_.address.text();
  }
  Delivery delivery() const override { return Delivery::kNotReplayable; }
  Status Validate(FileSystem&) const override {
    PENSTOCK_RETURN_IF_ERROR(options_.problem);
    PENSTOCK_RETURN_IF_ERROR(format_.Validate());
    return internal::ValidateTcpAddress(options_.address, options_.listens);
  }
  Result<std::vector<SourceSplit>> Splits(OperatorContext&) const override {
    return internal::TcpSplits();
  }
  Result<std::unique_ptr<SplitReader<Record>>> NewReader(OperatorContext& context,
                                                         const SourceSplit& split) const override {
    PENSTOCK_RETURN_IF_ERROR(internal::CheckTcpPosition(split));
    const StreamFraming framing{format_.framing(), format_.record_size(), options_.record_limit};
    PENSTOCK_ASSIGN_OR_RETURN(auto parser, format_.NewParser());
    PENSTOCK_ASSIGN_OR_RETURN(auto input, internal::NewTcpInput(context, options_, framing));
    return std::unique_ptr<SplitReader<Record>>(std::make_unique<internal::TcpReader<Record>>(
        context, options_, std::move(input), std::move(parser)));
  }

 private:
  F format_;
  internal::TcpSourceOptions options_;
};

/// Connects to a server and reads what it sends:
///   env.from("ticks", tcp_source("127.0.0.1", 9000, json_records<Tick>()))
template <typename F>
TcpSource<F> tcp_source(std::string host, std::uint16_t port, F format) {
  return TcpSource<F>({std::move(host), port}, false, std::move(format));
}

/// A server that reads what its clients send, each record whole:
///   env.from("ticks", tcp_listen_source(9000, csv_records<Tick>()))
template <typename F>
TcpSource<F> tcp_listen_source(std::uint16_t port, F format) {
  return TcpSource<F>({"127.0.0.1", port}, true, std::move(format));
}

}  // namespace penstock
