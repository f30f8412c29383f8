#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "api/runtime/operator.h"
#include "api/testing/manual_clock.h"
#include "api/testing/test_waker.h"

namespace penstock::testing {

/// Who an operator under test is.
struct OperatorIdentity {
  std::string job_name = "test";
  JobId job{1, 2};
  Generation generation{1};
  std::string name = "test";
  std::string uid = "uid";
  std::uint32_t subtask = 0;
  std::uint32_t parallelism = 1;
  std::uint32_t max_parallelism = 128;
  bool restored = false;
  FileSystem* file_system = &PosixFileSystem();
};

/// What several instances of an operator share; outlives their contexts. Counters add up.
struct TestSurroundings {
  ManualClock clock;
  TestWaker waker{clock};
  std::map<std::string, Counter> counters;
};

/// The OperatorContext of tests. The first error given to Fail stays in `failure`.
class TestContext : public OperatorContext {
 public:
  using FindSideOutput = std::function<Output*(const std::string& tag, const void* type_id)>;

  /// With surroundings of its own.
  explicit TestContext(OperatorIdentity who = {})
      : identity(std::move(who)), surroundings_(own_surroundings_) {}
  TestContext(OperatorIdentity who, TestSurroundings& surroundings)
      : identity(std::move(who)), surroundings_(surroundings) {}

  const std::string& job_name() const override { return identity.job_name; }
  JobId job_id() const override { return identity.job; }
  Generation generation() const override { return identity.generation; }
  const std::string& operator_name() const override { return identity.name; }
  const std::string& uid() const override { return identity.uid; }
  std::uint32_t subtask() const override { return identity.subtask; }
  std::uint32_t parallelism() const override { return identity.parallelism; }
  std::uint32_t max_parallelism() const override { return identity.max_parallelism; }
  bool restored() const override { return identity.restored; }
  FileSystem& file_system() override { return *identity.file_system; }
  const Clock& clock() const override { return surroundings_.clock; }
  Counter& counter(const std::string& name) override {
    return surroundings_.counters[counter_prefix + name];
  }
  void RegisterTable(KeyedTable& table) override { tables.push_back(&table); }
  Output* side_output(const std::string& tag, const void* type_id) override {
    return find_side_output ? find_side_output(tag, type_id) : nullptr;
  }
  TaskWaker& waker() override { return surroundings_.waker; }
  void Fail(Status error) override {
    if (failure.ok()) failure = std::move(error);
  }

  OperatorIdentity identity;
  std::string counter_prefix;       ///< Before the names of counters in the surroundings.
  FindSideOutput find_side_output;  ///< Set before Open; empty: nobody reads any.
  std::vector<KeyedTable*> tables;  ///< In order of registration.
  Status failure;

 private:
  TestSurroundings own_surroundings_;
  TestSurroundings& surroundings_;

 public:
  ManualClock& manual_clock = surroundings_.clock;
  std::map<std::string, Counter>& counters = surroundings_.counters;
};

}  // namespace penstock::testing
