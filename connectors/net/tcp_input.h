#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/runtime/operator.h"
#include "common/clock.h"
#include "common/status.h"
#include "connectors/net/backoff.h"
#include "connectors/net/tcp_connection.h"

namespace penstock {

/// Records that arrive by TCP, on one connection or on many. Never waits. Connections that break
/// are logged and counted (numConnectionsLost), records that they cut off too (numRecordsCutOff).
/// Task thread only.
class TcpInput {
 public:
  enum class Step : unsigned char { kRecord, kNothingYet, kEnd };

  virtual ~TcpInput() = default;
  /// Looks for connections and for what has arrived; before a round of Next.
  virtual Status Poll(Clock::MonotonicTime now) = 0;
  virtual Result<Step> Next(RecordParser& parser, RawRecord& record) = 0;
  /// Who has sent the last record: "127.0.0.1:40001".
  virtual const std::string& sender() const = 0;
  /// After kNothingYet: the earliest time at which something may happen; nothing when it may at
  /// any.
  virtual std::optional<Clock::MonotonicTime> next_event() const { return std::nullopt; }
};

/// Connects, and again whenever the connection is lost, after a while that grows while nothing
/// arrives. With `until_closed` the input ends when the peer ends it in order.
std::unique_ptr<TcpInput> NewTcpClientInput(OperatorContext& context, TcpAddress address,
                                            StreamFraming framing, bool until_closed);

/// Listens, for up to `most_clients` at a time; one more is disconnected at once. A client whose
/// bytes are not what they should be is disconnected.
Result<std::unique_ptr<TcpInput>> NewTcpServerInput(OperatorContext& context, TcpAddress address,
                                                    StreamFraming framing,
                                                    std::size_t most_clients);

}  // namespace penstock
