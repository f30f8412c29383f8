#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/key_group.h"
#include "common/state_schema.h"
#include "common/status.h"

namespace penstock {

/// What identifies and describes one keyed state of one operator.
struct StateDescriptor {
  std::string operator_uid;
  std::string name;  ///< Unique within the operator, e.g. "count", "panes", "timers".
  std::string kind;  ///< "value", "panes", "timers".
  Fingerprint key;
  Fingerprint space;  ///< Namespace; empty when the state has none.
  Fingerprint value;
  Evolution evolution = {};  ///< Of the value; empty: its type never changes.
};

/// Receives the entries of a snapshot in ascending byte order of `key`.
class EntryWriter {
 public:
  virtual ~EntryWriter() = default;
  virtual Status Put(std::string_view key, std::string_view value) = 0;
};

/// The frozen content of one table. Created by KeyedTable::Freeze on the task's thread; written on
/// a background thread while the task goes on changing the table.
class TableSnapshot {
 public:
  virtual ~TableSnapshot() = default;
  /// Writes all entries, sorted. Called once, on the background thread.
  virtual Status Write(EntryWriter& writer) = 0;
};

/// The untyped face of one table of keyed state (api/runtime/state_table.h has the typed one).
/// All methods are for the task's thread. Entry keys are: key group (2 bytes, big endian), encoded
/// key, encoded namespace (docs/formats/snapshot.md).
class KeyedTable {
 public:
  virtual ~KeyedTable() = default;

  virtual const StateDescriptor& descriptor() const = 0;
  /// Marks everything that is there now as frozen: milliseconds at most, whatever the size. At most
  /// one snapshot exists at a time.
  virtual std::unique_ptr<TableSnapshot> Freeze() = 0;
  /// The snapshot has been written or given up and destroyed; copies made aside may be dropped.
  virtual void Thaw() = 0;
  /// Puts back one entry that a TableSnapshot has written. Only before the first record.
  virtual Status Load(std::string_view key, std::string_view value) = 0;
  /// Memory that the table takes, approximately.
  virtual std::size_t MemoryBytes() const = 0;
};

}  // namespace penstock
