#pragma once

#include <string>
#include <string_view>

#include "common/ids.h"
#include "common/status.h"
#include "wire/frame.h"
#include "worker/exchange/zmq_socket.h"

namespace penstock::exchange {

/// Who one is towards other task hosts of the same run of a job.
struct Identity {
  JobId job;
  Generation generation;
  HostId host;
  std::string cluster_secret;
};

/// The routing id under which a host connects; never used again, because host ids aren't.
std::string RoutingId(const Identity& self);

/// A hello, goodbye or goodbye-ack frame.
Message GreetingFrame(const Identity& self, FrameKind kind);

/// OK when `bytes` is a hello of `peer`, of the same job, generation and secret. The secret is
/// compared in constant time.
Status CheckHello(const Identity& self, HostId peer, std::string_view bytes);

}  // namespace penstock::exchange
