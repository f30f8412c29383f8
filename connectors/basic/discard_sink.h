#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/sink.h"

namespace penstock {

/// Throws the records away; for measuring and for trying out.
template <typename T>
class DiscardSinkOf final : public Sink<T> {
 public:
  std::string name() const override { return "discard"; }
  /// Nothing stays, however often it is repeated.
  Delivery delivery() const override { return Delivery::kIdempotent; }
  Status Validate(FileSystem&) const override { return Status::Ok(); }
  Result<std::unique_ptr<SinkWriter<T>>> NewWriter(OperatorContext&,
                                                   std::string_view) const override {
    return std::unique_ptr<SinkWriter<T>>(std::make_unique<Writer>());
  }

 private:
  class Writer final : public SinkWriter<T> {
   public:
    Status Write(const TypedBatch<T>&) override { return Status::Ok(); }
    Status PreCommit(CheckpointId, std::vector<std::string>&) override { return Status::Ok(); }
  };
};

/// For any record type: stream.sink_to(discard()).
struct DiscardSink {
  template <typename T>
  DiscardSinkOf<T> sink_for() const {
    return {};
  }
};

inline DiscardSink discard() { return {}; }

}  // namespace penstock
