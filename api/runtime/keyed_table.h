#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "api/runtime/entry_buffer.h"
#include "api/runtime/state_tier.h"
#include "common/state_schema.h"
#include "common/status.h"

namespace penstock {

/// What identifies and describes one state of one operator.
struct StateDescriptor {
  std::string operator_uid;
  std::string name;  ///< Unique within the operator, e.g. "count", "panes", "timers".
  std::string kind;  ///< "value", "list", "map", "panes", "timers": docs/formats/snapshot.md.
  Fingerprint key;
  Fingerprint space;  ///< What stands beside the key in entry keys; empty for most kinds.
  Fingerprint value;
  Evolution evolution = {};  ///< Of the value; empty: its type never changes.
};

/// What one table has changed before a barrier. Created by KeyedTable::Freeze on the task's thread;
/// collected on a background thread while the task goes on changing the table.
class TableSnapshot {
 public:
  virtual ~TableSnapshot() = default;
  /// The entries are in as many parts of ascending key groups; tables of the same key groups have
  /// the same parts.
  virtual std::uint32_t parts() const = 0;
  /// Adds the changed entries of one part. Each part once, on the background thread.
  virtual Status Collect(std::uint32_t part, EntryBuffer& buffer) = 0;
};

/// The untyped face of one table of keyed state (api/runtime/state_table.h has the typed one).
/// All methods are for the task's thread.
class KeyedTable {
 public:
  virtual ~KeyedTable() = default;

  virtual const StateDescriptor& descriptor() const = 0;
  /// Sets what lies beneath; it outlives the table. Once, before the first record. `empty` when it
  /// has no entry of this table; else entries are loaded when they are needed.
  virtual void Attach(StateTier& tier, bool empty) = 0;
  /// Marks what has changed since the last freeze as frozen: milliseconds at most, whatever the
  /// size. At most one snapshot exists at a time.
  virtual std::unique_ptr<TableSnapshot> Freeze() = 0;
  /// The snapshot has been destroyed. `stored`: all that it held is in the tier now; otherwise it
  /// counts as changed again.
  virtual void Thaw(bool stored) = 0;
  /// Memory that the table takes, approximately.
  virtual std::size_t MemoryBytes() const = 0;
  /// Moves about that share of what is in memory, preferably what was not used lately, down to the
  /// tier. Requires a tier and no snapshot. May throw StateError.
  virtual void Evict(double share) = 0;
  /// Loads up to about `entries` more of what is in the tier. True when nothing is left there that
  /// is not in memory as well. May throw StateError.
  virtual bool Fill(std::uint32_t entries) = 0;
};

}  // namespace penstock
