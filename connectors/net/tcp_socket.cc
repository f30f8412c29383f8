#include "connectors/net/tcp_socket.h"

#include <linux/sockios.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

namespace penstock {
namespace {

using AddressList = std::unique_ptr<addrinfo, void (*)(addrinfo*)>;

Status SocketError(const char* what, int error) {
  return Status::Unavailable(std::string("cannot ") + what + ": " + std::strerror(error));
}

Result<AddressList> LookUp(const TcpAddress& address, int flags) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const std::string port = std::to_string(address.port);
  const int code = ::getaddrinfo(address.host.c_str(), port.c_str(), &wanted, &found);
  if (code != 0) {
    return Status::Unavailable("cannot find the host '" + address.host +
                               "': " + ::gai_strerror(code));
  }
  return AddressList(found, ::freeaddrinfo);
}

bool IsTransient(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

void Switch(int fd, int level, int option) {
  const int on = 1;
  ::setsockopt(fd, level, option, &on, sizeof(on));
}

int NewSocket(const addrinfo& address) {
  return ::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

std::string NameOf(const sockaddr* address, socklen_t length) {
  char host[NI_MAXHOST] = "?";
  char port[NI_MAXSERV] = "?";
  ::getnameinfo(address, length, host, sizeof(host), port, sizeof(port),
                NI_NUMERICHOST | NI_NUMERICSERV);
  return TcpAddress{host, static_cast<std::uint16_t>(std::atoi(port))}.text();
}

}  // namespace

std::string TcpAddress::text() const {
  const bool v6 = host.find(':') != std::string::npos;
  return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

Result<TcpSocket> TcpSocket::Connect(const TcpAddress& address) {
  PENSTOCK_ASSIGN_OR_RETURN(const AddressList list, LookUp(address, 0));
  int error = EADDRNOTAVAIL;
  for (const addrinfo* a = list.get(); a != nullptr; a = a->ai_next) {
    TcpSocket socket(NewSocket(*a));
    if (socket.fd_ >= 0) {
      Switch(socket.fd_, IPPROTO_TCP, TCP_NODELAY);
      Switch(socket.fd_, SOL_SOCKET, SO_KEEPALIVE);
      if (::connect(socket.fd_, a->ai_addr, a->ai_addrlen) == 0 || errno == EINPROGRESS) {
        return socket;
      }
    }
    error = errno;
  }
  return SocketError("connect", error);
}

Result<TcpSocket> TcpSocket::Listen(const TcpAddress& address) {
  PENSTOCK_ASSIGN_OR_RETURN(const AddressList list, LookUp(address, AI_PASSIVE));
  int error = EADDRNOTAVAIL;
  for (const addrinfo* a = list.get(); a != nullptr; a = a->ai_next) {
    TcpSocket socket(NewSocket(*a));
    if (socket.fd_ >= 0) {
      Switch(socket.fd_, SOL_SOCKET, SO_REUSEADDR);
      if (::bind(socket.fd_, a->ai_addr, a->ai_addrlen) == 0 && ::listen(socket.fd_, 128) == 0) {
        return socket;
      }
    }
    error = errno;
  }
  return SocketError("listen", error);
}

TcpSocket::TcpSocket(TcpSocket&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), connected_(other.connected_) {}

TcpSocket& TcpSocket::operator=(TcpSocket&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(connected_, other.connected_);
  return *this;
}

TcpSocket::~TcpSocket() {
  if (fd_ >= 0) ::close(fd_);
}

Result<bool> TcpSocket::Connected() {
  if (connected_) return true;
  pollfd ready{fd_, POLLOUT, 0};
  if (::poll(&ready, 1, 0) <= 0) return false;
  PENSTOCK_RETURN_IF_ERROR(CheckError());
  connected_ = true;
  return true;
}

Result<SocketResult> TcpSocket::Read(char* buffer, std::size_t length) {
  const ssize_t n = ::recv(fd_, buffer, length, MSG_DONTWAIT);
  if (n > 0) return SocketResult{SocketStep::kDone, static_cast<std::size_t>(n)};
  if (n == 0) return SocketResult{SocketStep::kClosed, 0};
  if (IsTransient(errno)) return SocketResult{SocketStep::kWouldBlock, 0};
  return SocketError("receive", errno);
}

Result<SocketResult> TcpSocket::Write(std::string_view bytes) {
  const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (n >= 0) return SocketResult{SocketStep::kDone, static_cast<std::size_t>(n)};
  if (IsTransient(errno)) return SocketResult{SocketStep::kWouldBlock, 0};
  return SocketError("send", errno);
}

Result<std::optional<TcpSocket::Client>> TcpSocket::Accept() {
  sockaddr_storage peer{};
  socklen_t length = sizeof(peer);
  auto* const address = reinterpret_cast<sockaddr*>(&peer);
  const int fd = ::accept4(fd_, address, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd >= 0) {
    Switch(fd, SOL_SOCKET, SO_KEEPALIVE);
    return std::optional<Client>(Client{TcpSocket(fd), NameOf(address, length)});
  }
  // A client that has given up while it waited is none.
  if (IsTransient(errno) || errno == ECONNABORTED || errno == EPROTO) {
    return std::optional<Client>();
  }
  return SocketError("accept", errno);
}

Result<std::size_t> TcpSocket::Unacknowledged() const {
  int bytes = 0;
  if (::ioctl(fd_, SIOCOUTQ, &bytes) != 0) return SocketError("send", errno);
  return static_cast<std::size_t>(bytes);
}

Status TcpSocket::CheckError() const {
  int error = 0;
  socklen_t length = sizeof(error);
  ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &length);
  if (error != 0) return SocketError(connected_ ? "send" : "connect", error);
  // An error is told once; a connection that was reset stays closed.
  pollfd closed{fd_, 0, 0};
  if (connected_ && ::poll(&closed, 1, 0) > 0 && (closed.revents & (POLLERR | POLLHUP)) != 0) {
    return Status::Unavailable("the connection is closed");
  }
  return Status::Ok();
}

void TcpSocket::EndWriting() { ::shutdown(fd_, SHUT_WR); }

Result<std::uint16_t> TcpSocket::LocalPort() const {
  sockaddr_storage own{};
  socklen_t length = sizeof(own);
  if (::getsockname(fd_, reinterpret_cast<sockaddr*>(&own), &length) != 0) {
    return SocketError("listen", errno);
  }
  const auto port = own.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6*>(&own)->sin6_port
                                              : reinterpret_cast<sockaddr_in*>(&own)->sin_port;
  return ntohs(port);
}

}  // namespace penstock
