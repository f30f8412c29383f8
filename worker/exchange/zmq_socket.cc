#include "worker/exchange/zmq_socket.h"

#include <cerrno>
#include <cstring>
#include <new>

#include "wire/frame.h"

namespace penstock::exchange {
namespace {

constexpr int kHandshakeMillis = 2000;
constexpr int kHeartbeatMillis = 1000;
constexpr int kHeartbeatTimeoutMillis = 3000;

Status SetDataPlaneOptions(Socket& socket) {
  const std::pair<int, int> options[] = {
      {ZMQ_SNDHWM, 0},
      {ZMQ_RCVHWM, 0},
      {ZMQ_LINGER, 0},
      {ZMQ_RECONNECT_IVL, -1},
      {ZMQ_HANDSHAKE_IVL, kHandshakeMillis},
      {ZMQ_HEARTBEAT_IVL, kHeartbeatMillis},
      {ZMQ_HEARTBEAT_TIMEOUT, kHeartbeatTimeoutMillis},
  };
  for (auto [option, value] : options) PENSTOCK_RETURN_IF_ERROR(socket.Set(option, value));
  const std::int64_t max_message = kMaxFrameBytes;
  return socket.Set(ZMQ_MAXMSGSIZE, std::string_view(reinterpret_cast<const char*>(&max_message),
                                                     sizeof(max_message)));
}

}  // namespace

Status ZmqError(const std::string& what) {
  return Status::External(what + ": " + zmq_strerror(zmq_errno()));
}

Message Message::OfSize(std::size_t size) {
  Message message;
  if (zmq_msg_init_size(&message.msg_, size) != 0) throw std::bad_alloc();
  return message;
}

Message Message::CopyOf(std::string_view bytes) {
  Message message = OfSize(bytes.size());
  if (!bytes.empty()) std::memcpy(message.data(), bytes.data(), bytes.size());
  return message;
}

Message Message::Borrowing(char* data, std::size_t size, zmq_free_fn* release, void* hint) {
  Message message;
  if (zmq_msg_init_data(&message.msg_, data, size, release, hint) != 0) throw std::bad_alloc();
  return message;
}

int Message::source_fd() const { return zmq_msg_get(const_cast<zmq_msg_t*>(&msg_), ZMQ_SRCFD); }

Socket::Socket(void* handle) : handle_(handle) {
  std::size_t size = sizeof(fd_);
  if (handle_ != nullptr) zmq_getsockopt(handle_, ZMQ_FD, &fd_, &size);
}

Socket& Socket::operator=(Socket&& other) noexcept {
  if (this != &other) {
    Close();
    handle_ = std::exchange(other.handle_, nullptr);
    fd_ = other.fd_;
    may_have_input_ = other.may_have_input_;
  }
  return *this;
}

Result<Socket> Socket::Open(void* context, int type) {
  Socket socket(zmq_socket(context, type));
  if (!socket) return ZmqError("cannot open a data socket");
  PENSTOCK_RETURN_IF_ERROR(SetDataPlaneOptions(socket));
  return socket;
}

Result<Socket> Socket::OpenMonitor(void* context, const Socket& of, const std::string& name,
                                   int events) {
  const std::string endpoint = "inproc://" + name;
  if (zmq_socket_monitor(of.handle_, endpoint.c_str(), events) != 0) {
    return ZmqError("cannot watch a data socket");
  }
  Socket monitor(zmq_socket(context, ZMQ_PAIR));
  if (!monitor) return ZmqError("cannot watch a data socket");
  PENSTOCK_RETURN_IF_ERROR(monitor.Set(ZMQ_LINGER, 0));
  PENSTOCK_RETURN_IF_ERROR(monitor.Set(ZMQ_RCVHWM, 0));  // a full monitor would stop the I/O thread
  PENSTOCK_RETURN_IF_ERROR(monitor.Connect(endpoint));
  return monitor;
}

Status Socket::Set(int option, int value) {
  if (zmq_setsockopt(handle_, option, &value, sizeof(value)) == 0) return Status::Ok();
  return ZmqError("cannot set an option of a data socket");
}

Status Socket::Set(int option, std::string_view value) {
  if (zmq_setsockopt(handle_, option, value.data(), value.size()) == 0) return Status::Ok();
  return ZmqError("cannot set an option of a data socket");
}

Status Socket::Bind(const std::string& endpoint) {
  if (zmq_bind(handle_, endpoint.c_str()) == 0) return Status::Ok();
  return ZmqError("cannot bind the data socket to " + endpoint);
}

Status Socket::Connect(const std::string& endpoint) {
  if (zmq_connect(handle_, endpoint.c_str()) == 0) return Status::Ok();
  return ZmqError("cannot connect to " + endpoint);
}

Result<std::string> Socket::LastEndpoint() const {
  char endpoint[256];
  std::size_t size = sizeof(endpoint);
  if (zmq_getsockopt(handle_, ZMQ_LAST_ENDPOINT, endpoint, &size) != 0) {
    return ZmqError("cannot tell where the data socket is bound");
  }
  return std::string(endpoint);
}

Status Socket::Send(Message message, bool more) {
  may_have_input_ = true;
  const int flags = ZMQ_DONTWAIT | (more ? ZMQ_SNDMORE : 0);
  while (zmq_msg_send(message.get(), handle_, flags) < 0) {
    if (zmq_errno() == EINTR) continue;
    return Status::Unavailable(std::string("cannot send: ") + zmq_strerror(zmq_errno()));
  }
  return Status::Ok();
}

std::optional<Message> Socket::Receive() {
  if (!may_have_input()) return std::nullopt;
  Message message;
  while (zmq_msg_recv(message.get(), handle_, ZMQ_DONTWAIT) < 0) {
    if (zmq_errno() == EINTR) continue;
    may_have_input_ = false;
    return std::nullopt;
  }
  return message;
}

std::optional<Socket::Event> Socket::ReceiveEvent() {
  std::optional<Message> first = Receive();
  if (!first) return std::nullopt;
  if (first->more()) Receive();  // the endpoint
  if (first->size() != sizeof(std::uint16_t) + sizeof(std::int32_t)) return Event{};
  std::uint16_t kind;
  std::int32_t value;
  std::memcpy(&kind, first->data(), sizeof(kind));
  std::memcpy(&value, first->data() + sizeof(kind), sizeof(value));
  return Event{kind, value};
}

void Socket::StopMonitor() {
  if (handle_ != nullptr) zmq_socket_monitor(handle_, nullptr, 0);
}

void Socket::Close() {
  if (handle_ != nullptr) zmq_close(handle_);
  handle_ = nullptr;
}

}  // namespace penstock::exchange
