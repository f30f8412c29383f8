#pragma once

#include <string>

#include "common/log_files.h"
#include "common/status.h"
#include "wire/query.h"

namespace penstock {

/// Bytes of a log in one answer, at most.
inline constexpr std::uint32_t kMaxLogRead = 4u << 20;

// Answers to ListLogs and ReadLog in the form of wire/query.h. They wait for the disk.
Result<std::string> AnswerFrom(const LogFiles& logs, const ListLogs& query);
Result<std::string> AnswerFrom(const LogFiles& logs, const ReadLog& query);

/// The answer to a ReadLog. kCorruption when it is none.
Result<LogPart> ParseLogPart(std::string text);

}  // namespace penstock
