#pragma once

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <capnp/rpc-twoparty.h>

#include "wire/convert.h"

namespace penstock {

/// One TCP connection that speaks Cap'n Proto. For wire/'s own sources.
struct RpcConnection {
  RpcConnection(kj::Own<kj::AsyncIoStream> accepted, capnp::rpc::twoparty::Side side)
      : stream(kj::mv(accepted)), network(*stream, side, Limits()) {
    int on = 1;
    stream->setsockopt(IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  }

  /// Bounds a message and, because parts count each time they are looked at, twice its visits.
  static capnp::ReaderOptions Limits() {
    capnp::ReaderOptions options;
    options.traversalLimitInWords = 2 * kMaxControlMessage / sizeof(capnp::word);
    return options;
  }

  kj::Own<kj::AsyncIoStream> stream;
  capnp::TwoPartyVatNetwork network;
};

}  // namespace penstock
