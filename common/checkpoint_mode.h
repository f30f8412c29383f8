#pragma once

namespace penstock {

/// What a task does between the first barrier of a checkpoint and the last: kExactlyOnce blocks the
/// channels that have it; kAtLeastOnce reads on, so that a restore repeats some records.
enum class CheckpointMode : unsigned char { kExactlyOnce, kAtLeastOnce };

}  // namespace penstock
