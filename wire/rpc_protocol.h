#pragma once

#include <chrono>
#include <cstdint>

namespace penstock {

/// Version of wire/coordinator_rpc.capnp and of what its calls mean; coordinator and workers must
/// have the same.
inline constexpr std::uint32_t kControlProtocol = 2;

/// Bytes of a plugin per call.
inline constexpr std::uint32_t kPluginChunk = 1u << 20;
/// Larger plugins are refused.
inline constexpr std::uint64_t kMaxPlugin = 1ull << 30;

/// A connection that has not registered after this time is closed.
inline constexpr std::chrono::seconds kRegistrationTimeout{10};

}  // namespace penstock
