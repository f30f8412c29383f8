#pragma once

#include <cstdint>
#include <string>

#include "api/testing/test_context.h"

namespace penstock::testing {

/// The surroundings of a source or sink under test, by short names; all may be set.
class FakeContext final : public TestContext {
 public:
  FakeContext() { identity.uid = identity.name; }

  Generation generation() const override { return Generation(generation_number); }

  std::string& name = identity.name;
  JobId& job = identity.job;
  std::uint64_t generation_number = 1;
  std::uint32_t& subtask_index = identity.subtask;
  std::uint32_t& subtasks = identity.parallelism;
  FileSystem*& fs = identity.file_system;
};

}  // namespace penstock::testing
