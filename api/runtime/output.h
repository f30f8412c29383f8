#pragma once

#include "api/runtime/batch.h"
#include "common/timestamp.h"

namespace penstock {

/// Where an operator emits. Called on the task's thread only, inside a call of the operator.
/// Emitting never fails: when the output is full the thread waits there for room, and a cancelled
/// task drops what it is given.
class Output {
 public:
  virtual ~Output() = default;

  /// Hands the records on. They may be consumed (moved from); the caller clears or discards the
  /// batch afterwards. An empty batch is fine.
  virtual void Emit(Batch& batch) = 0;
  /// No record older than `watermark` follows. Calls with a watermark that doesn't advance are
  /// ignored.
  virtual void EmitWatermark(Timestamp watermark) = 0;
  /// Idle: nothing holds back the watermarks of others until this becomes active again, which is
  /// said before the next record. Calls that change nothing are ignored. The runtime hands statuses
  /// past the operators of a chain; only what makes watermarks calls this.
  virtual void EmitStatus(bool idle) = 0;
};

}  // namespace penstock
