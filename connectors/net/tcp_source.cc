#include "connectors/net/tcp_source.h"

#include "common/bytes.h"

namespace penstock::internal {
namespace {

constexpr std::uint32_t kVersion = 1;

}  // namespace

Status ValidateTcpAddress(const TcpAddress& address, bool listens) {
  if (address.host.empty()) return Status::InvalidArgument("a TCP connection needs a host");
  if (listens || address.port != 0) return Status::Ok();
  return Status::InvalidArgument("a TCP connection needs a port", "give it one from 1 to 65535");
}

/// There is nothing to go back to: the position only has a version.
void AppendTcpPosition(std::string& state) { ByteWriter(state).Fixed(kVersion); }

std::vector<SourceSplit> TcpSplits() {
  std::vector<SourceSplit> splits(1);
  splits[0].id = "tcp";
  AppendTcpPosition(splits[0].state);
  return splits;
}

Status CheckTcpPosition(const SourceSplit& split) {
  ByteReader in(split.state);
  if (in.Fixed<std::uint32_t>() == kVersion && in.remaining() == 0) return Status::Ok();
  return Status::Corruption("the stored position of a TCP source has a wrong version or size");
}

Result<std::unique_ptr<TcpInput>> NewTcpInput(OperatorContext& context,
                                              const TcpSourceOptions& options,
                                              StreamFraming framing) {
  if (options.listens) {
    return NewTcpServerInput(context, options.address, framing, options.most_clients);
  }
  return NewTcpClientInput(context, options.address, framing, options.until_closed);
}

}  // namespace penstock::internal
