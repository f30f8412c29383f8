#pragma once

#include <stdexcept>
#include <string>

#include "common/status.h"

namespace penstock::testing {

/// Leaves a call of the test kit when the job under test is wrong or has failed, or when the test
/// asks for what there isn't. Test frameworks show what(), which says what is wrong and what to do.
class JobFailure final : public std::runtime_error {
 public:
  explicit JobFailure(const Status& status)
      : std::runtime_error("error: " + status.message() +
                           (status.hint().empty() ? "" : "\nhint: " + status.hint())),
        status_(status) {}

  const Status& status() const { return status_; }

 private:
  Status status_;
};

/// Throws when `status` is an error.
inline void ThrowIfError(const Status& status) {
  if (!status.ok()) throw JobFailure(status);
}
/// The test itself is wrong.
[[noreturn, gnu::cold]] inline void Misuse(const std::string& message,
                                           const std::string& hint = "") {
  throw JobFailure(Status::InvalidArgument(message, hint));
}

}  // namespace penstock::testing
