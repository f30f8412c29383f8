#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/sink.h"
#include "api/source.h"

namespace penstock::testing {

/// Stands where a test puts its input: for job functions that are written for tests. It cannot be
/// read.
template <typename T>
class NoSource final : public Source<T> {
 public:
  std::string name() const override { return "test input"; }
  Delivery delivery() const override { return Delivery::kReplayable; }
  Status Validate(FileSystem&) const override { return Problem(); }
  Result<std::vector<SourceSplit>> Splits(OperatorContext&) const override { return Problem(); }
  Result<std::unique_ptr<SplitReader<T>>> NewReader(OperatorContext&,
                                                    const SourceSplit&) const override {
    return Problem();
  }

 private:
  static Status Problem() {
    return Status::InvalidArgument("is a placeholder for test input",
                                   "call job.input<Record>(uid) in the test");
  }
};

/// Stands where a test looks at the output.
template <typename T>
class NoSink final : public Sink<T> {
 public:
  std::string name() const override { return "test output"; }
  Delivery delivery() const override { return Delivery::kIdempotent; }
  Status Validate(FileSystem&) const override { return Problem(); }
  Result<std::unique_ptr<SinkWriter<T>>> NewWriter(OperatorContext&,
                                                   std::string_view) const override {
    return Problem();
  }

 private:
  static Status Problem() {
    return Status::InvalidArgument("is a placeholder for test output",
                                   "call job.output<Record>(uid) in the test");
  }
};

}  // namespace penstock::testing
