#include "worker/exchange/handshake.h"

#include <cstring>

#include <fmt/format.h>

#include "common/bytes.h"

namespace penstock::exchange {
namespace {

bool EqualInConstantTime(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned char difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference = static_cast<unsigned char>(difference | (a[i] ^ b[i]));
  }
  return difference == 0;
}

Status CheckAddress(const Identity& self, const FrameHeader& header) {
  if (header.kind != FrameKind::kHello) {
    return Status::Unavailable(
        fmt::format("expected a hello frame, found {}", ToString(header.kind)));
  }
  if (header.job != self.job) {
    return Status::Fenced(fmt::format("hello for another job: expected {}, found {}",
                                      ToString(self.job), ToString(header.job)));
  }
  if (header.generation != self.generation) {
    return Status::Fenced(fmt::format("hello for another generation: expected {}, found {}",
                                      ToString(self.generation), ToString(header.generation)));
  }
  return Status::Ok();
}

}  // namespace

std::string RoutingId(const Identity& self) {
  std::string id = "P";  // ids that begin with a zero byte are ZeroMQ's own
  ByteWriter out(id);
  out.Fixed(self.job.high());
  out.Fixed(self.job.low());
  out.Fixed(self.generation.value());
  out.Fixed(self.host.high());
  out.Fixed(self.host.low());
  return id;
}

Message GreetingFrame(const Identity& self, FrameKind kind) {
  std::string frame(kFrameHeaderBytes, '\0');
  ByteWriter out(frame);
  if (kind == FrameKind::kHello) {
    out.Fixed(self.host.high());
    out.Fixed(self.host.low());
    out.String(self.cluster_secret);
  }
  SealFrame({.kind = kind, .job = self.job, .generation = self.generation}, frame.data(),
            frame.size());
  return Message::CopyOf(frame);
}

Status CheckHello(const Identity& self, HostId peer, std::string_view bytes) {
  PENSTOCK_ASSIGN_OR_RETURN(Frame frame, OpenFrame(bytes));
  PENSTOCK_RETURN_IF_ERROR(CheckAddress(self, frame.header));
  ByteReader in(frame.payload);
  const auto high = in.Fixed<std::uint64_t>();
  const auto low = in.Fixed<std::uint64_t>();
  const std::string_view secret = in.String();
  if (in.failed() || in.remaining() != 0) return Status::Corruption("damaged hello");
  if (!EqualInConstantTime(secret, self.cluster_secret)) {
    return Status::User(ErrorCode::kUnauthorized, "hello with another cluster secret");
  }
  if (HostId(high, low) != peer) {
    return Status::Unavailable(fmt::format("hello of another host: expected {}, found {}",
                                           ToString(peer), ToString(HostId(high, low))));
  }
  return Status::Ok();
}

}  // namespace penstock::exchange
