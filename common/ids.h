#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "common/status.h"
#include "common/strong_id.h"

namespace penstock {

/// 128 random bits, shown as 32 lower-case hex digits, as Flink does. `Tag` keeps kinds apart.
template <typename Tag>
class HexId {
 public:
  constexpr HexId() = default;
  constexpr HexId(std::uint64_t high, std::uint64_t low) : high_(high), low_(low) {}

  constexpr std::uint64_t high() const { return high_; }
  constexpr std::uint64_t low() const { return low_; }
  constexpr bool is_none() const { return high_ == 0 && low_ == 0; }
  constexpr auto operator<=>(const HexId&) const = default;

 private:
  std::uint64_t high_ = 0;
  std::uint64_t low_ = 0;
};

/// In the header, because plugins use it and link no runtime library.
inline std::string HexIdToString(std::uint64_t high, std::uint64_t low) {
  std::string text(32, '0');
  for (int digit = 15; digit >= 0; --digit, high >>= 4, low >>= 4) {
    text[digit] = "0123456789abcdef"[high & 0xf];
    text[16 + digit] = "0123456789abcdef"[low & 0xf];
  }
  return text;
}
/// Fails with InvalidArgument unless `text` is exactly 32 hex digits.
Result<std::pair<std::uint64_t, std::uint64_t>> ParseHexId(std::string_view text);

template <typename Tag>
std::string ToString(HexId<Tag> id) {
  return HexIdToString(id.high(), id.low());
}

template <typename Id>
Result<Id> ParseId(std::string_view text) {
  PENSTOCK_ASSIGN_OR_RETURN(auto parts, ParseHexId(text));
  return Id(parts.first, parts.second);
}

/// One submitted job, over all its restarts.
using JobId = HexId<struct JobIdTag>;
/// One run of a worker process; a restarted worker has a new one.
using WorkerId = HexId<struct WorkerIdTag>;
/// One run of a task host process; never reused.
using HostId = HexId<struct HostIdTag>;
/// Something a user has asked for that takes a while, such as a savepoint.
using TriggerId = HexId<struct TriggerIdTag>;

/// Fencing number of a job's run: every (re)start of a job gets a larger one, never reused.
using Generation = StrongId<struct GenerationTag, std::uint64_t>;
/// Grows through the whole life of a job, over generations; never reused. The first is 1.
using CheckpointId = StrongId<struct CheckpointIdTag, std::uint64_t>;
/// Index of a vertex in the JobGraph, in topological order; 0 is a valid vertex.
using VertexId = StrongId<struct VertexIdTag, std::uint32_t>;
/// Index of a channel in the PhysicalPlan; 0 is a valid channel.
using ChannelId = StrongId<struct ChannelIdTag, std::uint32_t>;

/// One of the parallel instances of a vertex.
struct SubtaskId {
  VertexId vertex;
  std::uint32_t index = 0;
  auto operator<=>(const SubtaskId&) const = default;
};

}  // namespace penstock

template <typename Tag>
struct std::hash<penstock::HexId<Tag>> {
  std::size_t operator()(const penstock::HexId<Tag>& id) const noexcept {
    return id.high() ^ (id.low() * 0x9e3779b97f4a7c15ULL);
  }
};

template <>
struct std::hash<penstock::SubtaskId> {
  std::size_t operator()(const penstock::SubtaskId& id) const noexcept {
    return (static_cast<std::size_t>(id.vertex.value()) << 32) | id.index;
  }
};
