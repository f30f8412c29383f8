#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "api/runtime/operator.h"
#include "common/clock.h"
#include "common/status.h"
#include "connectors/net/backoff.h"
#include "connectors/net/tcp_socket.h"

namespace penstock {

/// How long the peer may take nothing, or not be there, before the attempt fails.
using TcpPatience = std::chrono::milliseconds;

/// Sends rows on one connection, and again what the peer's machine has not acknowledged whenever
/// the connection is lost. Rows wait in memory, up to 1 MiB; beyond it Send waits, at most for the
/// patience while nothing moves. Task thread only.
class TcpOutput {
 public:
  /// `header` is sent first on every connection. Connects with the first rows.
  TcpOutput(OperatorContext& context, TcpAddress address, std::string header, TcpPatience patience);

  /// Whole rows: sending again begins with whole calls of this.
  Status Send(std::string rows);
  /// Waits until the peer's machine has acknowledged all rows.
  Status Flush();
  /// Flush, then tells the peer that nothing follows.
  Status End();

 private:
  struct Chunk {
    std::string bytes;
    std::uint64_t end = 0;  // in the bytes of this connection; 0 before it is queued there
  };

  /// Does what can be done without waiting; true when something has moved.
  bool Pump();
  void Connect();
  bool AwaitConnection();
  bool Write();
  /// Forgets what has been acknowledged.
  bool Confirm();
  void Lose(const std::string& reason);
  /// Pumps until `done()`.
  template <typename Done>
  Status WaitUntil(Done done);
  void Rest(std::chrono::milliseconds time) const;

  const Clock& clock_;
  const TcpAddress address_;
  const std::string name_;
  const std::string header_;
  const TcpPatience patience_;
  Counter& lost_;
  std::optional<TcpSocket> socket_;  // also while it is connecting
  bool connected_ = false;
  Backoff backoff_;
  std::string last_problem_;
  Clock::MonotonicTime next_attempt_{};
  std::deque<Chunk> chunks_;    // not acknowledged, in order
  std::size_t waiting_ = 0;     // bytes of chunks_
  std::size_t next_chunk_ = 0;  // index of the one that is being written
  std::size_t chunk_offset_ = 0;
  std::size_t header_offset_ = 0;
  std::uint64_t written_ = 0;  // on this connection
};

}  // namespace penstock
