#pragma once

#include <ostream>
#include <string>

#include <gmock/gmock.h>

#include "api/testing/collecting_output.h"
#include "api/testing/job_failure.h"
#include "common/timestamp.h"

namespace penstock {

/// For messages of GoogleTest.
inline void PrintTo(const Timestamp& timestamp, std::ostream* out) {
  if (timestamp == Timestamp::Min()) {
    *out << "Timestamp::Min()";
  } else if (timestamp == Timestamp::Max()) {
    *out << "Timestamp::Max()";
  } else {
    *out << timestamp.millis << " ms";
  }
}

namespace testing {

template <typename T>
void PrintTo(const Emitted<T>& emitted, std::ostream* out) {
  *out << ::testing::PrintToString(emitted.record) << " at "
       << ::testing::PrintToString(emitted.timestamp);
}

/// An element of emitted(): matchers, or values, of its record and its timestamp.
MATCHER_P2(EmittedAt, record, timestamp, "") {
  return ::testing::ExplainMatchResult(record, arg.record, result_listener) &&
         ::testing::ExplainMatchResult(timestamp, arg.timestamp, result_listener);
}
/// Of a callable: that it throws a JobFailure whose what() has this in it.
///   EXPECT_THAT([&] { job.run(); }, FailsWith("no source"));
inline auto FailsWith(const std::string& text) {
  return ::testing::ThrowsMessage<JobFailure>(::testing::HasSubstr(text));
}

}  // namespace testing
}  // namespace penstock
