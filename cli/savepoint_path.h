#pragma once

#include <string>

#include "common/file_system.h"

namespace penstock {

/// The savepoint that the user means by a path in the current directory, or by a URI.
inline std::string AbsoluteSavepoint(const std::string& location) {
  const bool complete = location.starts_with('/') || location.starts_with("file:");
  return complete ? location : JoinPath(CurrentDirectory(), location);
}

}  // namespace penstock
