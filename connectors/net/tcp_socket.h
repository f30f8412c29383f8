#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/status.h"

namespace penstock {

/// Where to connect to or to listen.
struct TcpAddress {
  std::string host;
  std::uint16_t port = 0;

  /// For people: "127.0.0.1:9000", "[::1]:9000".
  std::string text() const;
};

/// What a call on a socket that never waits has come to.
enum class SocketStep : unsigned char {
  kDone,
  kWouldBlock,  ///< Nothing can be done now.
  kClosed,      ///< The peer will send no more.
};

struct SocketResult {
  SocketStep step = SocketStep::kDone;
  std::size_t bytes = 0;
};

/// A TCP socket that never blocks; looking a name up may. Errors are External and carry the
/// system's reason, without the address. Owns its descriptor; one thread at a time.
class TcpSocket {
 public:
  /// Begins to connect; Connected() tells when it has happened.
  static Result<TcpSocket> Connect(const TcpAddress& address);
  /// The address may be taken again at once after its last owner has gone. Port 0 takes a free one.
  static Result<TcpSocket> Listen(const TcpAddress& address);

  TcpSocket(TcpSocket&& other) noexcept;
  TcpSocket& operator=(TcpSocket&& other) noexcept;
  ~TcpSocket();

  Result<bool> Connected();
  Result<SocketResult> Read(char* buffer, std::size_t length);
  Result<SocketResult> Write(std::string_view bytes);
  /// A client that waits, and its address; nothing when there is none.
  struct Client;
  Result<std::optional<Client>> Accept();

  /// Bytes written that the peer's machine has not acknowledged. An error of the connection makes
  /// the number meaningless: ask CheckError afterwards.
  Result<std::size_t> Unacknowledged() const;
  /// The connection's error, if it has one.
  Status CheckError() const;
  /// Tells the peer that nothing follows.
  void EndWriting();
  /// Of a listening socket.
  Result<std::uint16_t> LocalPort() const;
  int fd() const { return fd_; }

 private:
  explicit TcpSocket(int fd) : fd_(fd) {}

  int fd_ = -1;
  bool connected_ = false;
};

struct TcpSocket::Client {
  TcpSocket socket;
  std::string address;
};

}  // namespace penstock
