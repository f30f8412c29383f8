#pragma once

#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>

#include "api/runtime/operator.h"
#include "api/runtime/output.h"

namespace penstock::bench {

/// Surroundings of an operator that is measured alone.
class BenchContext final : public OperatorContext {
 public:
  const std::string& job_name() const override { return name_; }
  JobId job_id() const override { return {}; }
  Generation generation() const override { return Generation(1); }
  const std::string& operator_name() const override { return name_; }
  const std::string& uid() const override { return name_; }
  std::uint32_t subtask() const override { return 0; }
  std::uint32_t parallelism() const override { return 1; }
  std::uint32_t max_parallelism() const override { return kDefaultMaxParallelism; }
  FileSystem& file_system() override { return PosixFileSystem(); }
  const Clock& clock() const override { return SystemClock::Instance(); }
  Counter& counter(const std::string& name) override { return counters_[name]; }
  void RegisterTable(KeyedTable&) override {}
  Output* side_output(const std::string&, const void*) override { return nullptr; }
  TaskWaker& waker() override { std::abort(); }
  void Fail(Status) override {}

 private:
  const std::string name_ = "bench";
  std::map<std::string, Counter> counters_;
};

/// Counts what is emitted.
class CountingOutput final : public Output {
 public:
  void Emit(Batch& batch) override { emitted += batch.size(); }
  void EmitStatus(bool) override {}
  void EmitWatermark(Timestamp) override {}
  std::uint64_t emitted = 0;
};

}  // namespace penstock::bench
