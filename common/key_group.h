#pragma once

#include <cstdint>
#include <string_view>

#include "common/checksum.h"

namespace penstock {

/// Version of HashKey and KeyGroupOf; stored with every snapshot. Pinned by golden values.
inline constexpr std::uint32_t kKeyHashVersion = 1;
inline constexpr std::uint32_t kDefaultMaxParallelism = 4096;
inline constexpr std::uint32_t kMaxMaxParallelism = 32768;

/// Hash of an *encoded* key (api/runtime/codec.h); the same on every machine and in every build.
inline std::uint64_t HashKey(std::string_view encoded_key) { return Checksum(encoded_key); }

/// The unit in which keyed state moves between subtasks: [0, max_parallelism).
constexpr std::uint32_t KeyGroupOf(std::uint64_t key_hash, std::uint32_t max_parallelism) {
  return static_cast<std::uint32_t>(((key_hash >> 32) * max_parallelism) >> 32);
}

/// Subtask that owns a key group. Inverse of KeyGroupRangeOf; both as in Flink's
/// KeyGroupRangeAssignment.
constexpr std::uint32_t SubtaskOfKeyGroup(std::uint32_t group, std::uint32_t max_parallelism,
                                          std::uint32_t parallelism) {
  return static_cast<std::uint32_t>(static_cast<std::uint64_t>(group) * parallelism /
                                    max_parallelism);
}

/// Half-open range of key groups.
struct KeyGroupRange {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;

  constexpr std::uint32_t size() const { return end - begin; }
  constexpr bool Contains(std::uint32_t group) const { return group >= begin && group < end; }
  constexpr bool operator==(const KeyGroupRange&) const = default;
};

/// The groups that `subtask` of `parallelism` owns. Requires parallelism <= max_parallelism.
constexpr KeyGroupRange KeyGroupRangeOf(std::uint32_t subtask, std::uint32_t max_parallelism,
                                        std::uint32_t parallelism) {
  auto first_of = [&](std::uint64_t index) {
    return static_cast<std::uint32_t>((index * max_parallelism + parallelism - 1) / parallelism);
  };
  return {first_of(subtask), first_of(subtask + 1ULL)};
}

}  // namespace penstock
