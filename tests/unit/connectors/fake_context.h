#pragma once

#include <cstdlib>
#include <map>
#include <string>

#include "api/runtime/operator.h"
#include "tests/support/operator_harness.h"

namespace penstock::testing {

/// The surroundings of a source or sink under test; all members may be set.
class FakeContext final : public OperatorContext {
 public:
  const std::string& job_name() const override { return name; }
  JobId job_id() const override { return job; }
  Generation generation() const override { return Generation(generation_number); }
  const std::string& operator_name() const override { return name; }
  const std::string& uid() const override { return name; }
  std::uint32_t subtask() const override { return subtask_index; }
  std::uint32_t parallelism() const override { return subtasks; }
  std::uint32_t max_parallelism() const override { return 128; }
  FileSystem& file_system() override { return *fs; }
  const Clock& clock() const override { return manual_clock; }
  Counter& counter(const std::string& counter_name) override { return counters[counter_name]; }
  void RegisterTable(KeyedTable&) override {}
  Output* side_output(const std::string&, const void*) override { return nullptr; }
  TaskWaker& waker() override { std::abort(); }
  void Fail(Status error) override { failure = error; }

  std::string name = "test";
  JobId job{1, 2};
  std::uint64_t generation_number = 1;
  std::uint32_t subtask_index = 0;
  std::uint32_t subtasks = 1;
  FileSystem* fs = &PosixFileSystem();
  ManualClock manual_clock;
  std::map<std::string, Counter> counters;
  Status failure;
};

}  // namespace penstock::testing
