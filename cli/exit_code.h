#pragma once

#include "common/status.h"

namespace penstock {

/// Exit codes of every command; scripts rely on them.
enum ExitCode : int {
  kExitDone = 0,
  kExitFailed = 1,
  kExitUsage = 2,
  kExitJobFailed = 3,  ///< The job that was waited for ended FAILED.
  kExitUnauthorized = 4,
  kExitNotFound = 5,
  kExitConflict = 6,
  kExitUnreachable = 7,  ///< No coordinator answered.
  kExitTimeout = 8,      ///< Timed out or still pending.
  kExitInterrupted = 130,
};

inline ExitCode ExitCodeOf(const Status& status) {
  if (status.ok()) return kExitDone;
  switch (status.code()) {
    case ErrorCode::kInvalidArgument: return kExitUsage;
    case ErrorCode::kNotFound: return kExitNotFound;
    case ErrorCode::kAlreadyExists:
    case ErrorCode::kConflict: return kExitConflict;
    case ErrorCode::kUnauthorized: return kExitUnauthorized;
    case ErrorCode::kUnavailable: return kExitUnreachable;
    case ErrorCode::kTimeout: return kExitTimeout;
    default: return kExitFailed;
  }
}

}  // namespace penstock
