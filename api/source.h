#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/runtime/operator.h"
#include "api/runtime/plugin.h"
#include "api/runtime/typed_batch.h"
#include "common/clock.h"
#include "common/file_system.h"
#include "common/status.h"

namespace penstock {

/// A part of a source's input that one reader reads from front to back: a file or a range of one, a
/// partition. Opaque to the runtime; `id` names it in messages.
struct SourceSplit {
  std::string id;
  std::string state;  ///< Where to go on: written and read by the source only.
};

/// What a reader's Read has found.
enum class ReadResult : unsigned char {
  kMore,        ///< Call again at once.
  kNothingYet,  ///< Call again at next_read().
  kEnd,         ///< This split is exhausted.
};

/// Reads one split. Made and called on the task's thread. A record may carry a timestamp that the
/// source's system has given it; a strategy of env.from() can replace it.
template <typename T>
class SplitReader {
 public:
  virtual ~SplitReader() = default;
  /// Appends at most `batch.room()` records. Must not block for longer than a disk read.
  virtual Result<ReadResult> Read(TypedBatch<T>& batch) = 0;
  /// After kNothingYet: when to call again. It may be called before.
  virtual Clock::MonotonicTime next_read() const { return {}; }
  /// After kNothingYet: whether the source's system has said so; false while it can't be reached,
  /// when nobody knows, and the split does not become idle.
  virtual bool answered() const { return true; }
  /// Appends the position behind the last record read, for SourceSplit::state. What NewReader gets.
  virtual void SnapshotPosition(std::string& state) const = 0;
};

/// A source of records that a third party can write. An object is a description: immutable, copied
/// into every subtask.
template <typename T>
class Source {
 public:
  virtual ~Source() = default;
  /// For people: "file /data/flights.json".
  virtual std::string name() const = 0;
  /// kReplayable when a split can be read again from a position.
  virtual Delivery delivery() const = 0;
  /// Checks what can be checked at submission (files exist, arguments make sense).
  virtual Status Validate(FileSystem& fs) const = 0;
  /// All splits, in an order that every subtask computes alike; split i belongs to subtask i %
  /// parallelism. Not asked after a restore: then splits may be at any subtask, each at one, and
  /// NewReader gets the state that its reader wrote.
  virtual Result<std::vector<SourceSplit>> Splits(OperatorContext& context) const = 0;
  virtual Result<std::unique_ptr<SplitReader<T>>> NewReader(OperatorContext& context,
                                                            const SourceSplit& split) const = 0;
};

}  // namespace penstock
