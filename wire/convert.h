#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "common/status.h"
#include "wire/messages.h"

namespace penstock {

/// Encoded messages above this size are refused by every reader.
inline constexpr std::size_t kMaxControlMessage = 64u << 20;

// Control messages to and from the bytes of wire/control.capnp. Decoding any bytes is safe: what is
// not a whole message is an error of code kCorruption. Thread-safe.

std::string EncodeHostSetup(const HostSetup& setup);
Result<HostSetup> DecodeHostSetup(std::string_view bytes);

std::string EncodeHostCommand(const HostCommand& command);
Result<HostCommand> DecodeHostCommand(std::string_view bytes);

std::string EncodeHostEvent(const HostEvent& event);
Result<HostEvent> DecodeHostEvent(std::string_view bytes);

std::string EncodeWorkerCommand(const WorkerCommand& command);
Result<WorkerCommand> DecodeWorkerCommand(std::string_view bytes);

std::string EncodeWorkerEvent(const WorkerEvent& event);
Result<WorkerEvent> DecodeWorkerEvent(std::string_view bytes);

std::string EncodeWorkerRegistration(const WorkerRegistration& registration);
Result<WorkerRegistration> DecodeWorkerRegistration(std::string_view bytes);

}  // namespace penstock
