#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "common/ids.h"
#include "common/status.h"

namespace penstock {

// What may be asked of a worker and of its task hosts while they work: for people who look, never
// for decisions. A closed set; whatever is asked is answered with a Status and a text, whose form
// is given here. Nothing of it changes what tasks do.

/// Numbers the queries of one coordinator.
using QueryId = StrongId<struct QueryIdTag, std::uint64_t>;

// ---- of a task host; its tasks may be stuck ----

/// Where its threads are. Text: JSON [{"thread", "stack": [frame, innermost first]}]; a thread that
/// gave no answer has "silent": true instead.
struct DumpStacks {
  std::vector<SubtaskId> subtasks;  ///< Their threads only; none: all threads.
};
enum class SampleKind : std::uint8_t {
  kOnCpu,   ///< By the CPU time that a thread has used.
  kOffCpu,  ///< By the clock, where the thread did not run.
  kFull,    ///< By the clock.
};
inline constexpr std::uint8_t kSampleKinds = 3;
/// Where tasks spend their time, sampled for a while; the answer comes afterwards. Text: JSON
/// [{"stack": [frame, outermost first], "count"}].
struct SampleStacks {
  std::vector<SubtaskId> subtasks;
  std::uint32_t duration_millis = 0;  ///< At most 30 s.
  SampleKind kind = SampleKind::kOnCpu;
};
/// Some of the records that leave an operator by its main output. Asking begins or prolongs it: it
/// ends by itself when nobody asks for `lease_millis`. Text: the number of records since the last
/// answer that are not shown, in decimal digits, then one line each for those that are: JSON
/// {"subtask", "operator", "timestamp": epoch milliseconds or null, "record"}. NotFound where no
/// task has opened the operator, or where nothing reads that output.
struct TailRecords {
  VertexId vertex;
  std::uint32_t position = 0;  ///< Of the operator in its vertex.
  std::uint32_t lease_millis = 0;
  std::uint32_t max_records = 0;  ///< Of an answer.
};
using HostQuery = std::variant<DumpStacks, SampleStacks, TailRecords>;

// ---- of a worker ----

/// Text: JSON [{"name", "size", "mtime": epoch milliseconds}].
struct ListLogs {};
/// Bytes of a log. Text: the file's size and the offset of the first byte, in decimal digits with a
/// blank between, a newline, then the bytes as they are.
struct ReadLog {
  std::string name;  ///< Of ListLogs; or "log", "stdout" for the worker's own.
  std::uint64_t offset = 0;
  std::uint32_t max_bytes = 0;
  bool from_end = false;  ///< `offset` means nothing: the last bytes.
};
/// Of the worker process itself; text as for DumpStacks.
struct DumpWorkerStacks {};
struct AskHost {
  HostId host;
  HostQuery query;
};
using WorkerQuery = std::variant<ListLogs, ReadLog, DumpWorkerStacks, AskHost>;

/// To any of these. NotFound for a task host that is not there.
struct QueryAnswer {
  QueryId id;
  Status status;
  std::string text;  ///< Empty when `status` is not OK.
};

}  // namespace penstock
