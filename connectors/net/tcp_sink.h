#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/sink.h"
#include "connectors/format/binary_records.h"
#include "connectors/format/text_records.h"
#include "connectors/net/tcp_output.h"
#include "connectors/net/tcp_source.h"

namespace penstock {

/// Sends records to a server by TCP, each subtask on a connection of its own. At least once: a
/// checkpoint waits until the server's machine has acknowledged everything before it; after a lost
/// connection or a failure rows come again, and the last row of a broken connection may be cut off.
/// What the server program has received and lost itself is not sent again. Made by tcp_sink.
template <typename F>
class TcpSink final : public Sink<typename F::Record> {
 public:
  using Record = typename F::Record;

  TcpSink(TcpAddress address, F format)
      : address_(std::move(address)), format_(std::move(format)) {}

  /// How long the server may be away, or take nothing, while rows wait, before the attempt fails;
  /// default 30 s.
  TcpSink patience(std::chrono::milliseconds time) && {
    patience_ = time;
    return std::move(*this);
  }

  std::string name() const override { return format_.name() + " to tcp " + address_.text(); }
  Delivery delivery() const override { return Delivery::kAtLeastOnce; }
  Status Validate(FileSystem&) const override {
    PENSTOCK_RETURN_IF_ERROR(format_.Validate());
    return internal::ValidateTcpAddress(address_, false);
  }
  Result<std::unique_ptr<SinkWriter<Record>>> NewWriter(OperatorContext& context,
                                                        std::string_view) const override {
    return std::unique_ptr<SinkWriter<Record>>(
        std::make_unique<Writer>(context, address_, format_, patience_));
  }

 private:
  class Writer final : public SinkWriter<Record> {
   public:
    Writer(OperatorContext& context, const TcpAddress& address, const F& format,
           TcpPatience patience)
        : format_(format), output_(context, address, format.Header(), patience) {}

    Status Write(const TypedBatch<Record>& batch) override {
      std::string rows;
      for (std::size_t i = 0; i < batch.size(); ++i) format_.AppendRow(batch[i], rows);
      return output_.Send(std::move(rows));
    }
    Status PreCommit(CheckpointId, std::vector<std::string>&) override { return output_.Flush(); }
    Status Close() override { return output_.End(); }

   private:
    const F format_;
    TcpOutput output_;
  };

  TcpAddress address_;
  F format_;
  TcpPatience patience_ = std::chrono::seconds(30);
};

/// stream.sink_to(tcp_sink("127.0.0.1", 9001, json_records<Alert>()));
template <typename F>
TcpSink<F> tcp_sink(std::string host, std::uint16_t port, F format) {
  return TcpSink<F>({std::move(host), port}, std::move(format));
}

}  // namespace penstock
