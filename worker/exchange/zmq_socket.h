#pragma once

#include <zmq.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "common/status.h"

namespace penstock::exchange {

/// One part of a ZeroMQ message. Move-only owner of its bytes, whose address is stable under moves
/// for more than 33 bytes, so for every frame.
class Message {
 public:
  Message() { zmq_msg_init(&msg_); }
  Message(Message&& other) noexcept : Message() { zmq_msg_move(&msg_, &other.msg_); }
  Message& operator=(Message&& other) noexcept {
    zmq_msg_move(&msg_, &other.msg_);
    return *this;
  }
  ~Message() { zmq_msg_close(&msg_); }

  static Message OfSize(std::size_t size);
  static Message CopyOf(std::string_view bytes);
  /// Sends foreign memory; `release(data, hint)` is called, on any thread, when it isn't needed any
  /// more.
  static Message Borrowing(char* data, std::size_t size, zmq_free_fn* release, void* hint);

  char* data() { return static_cast<char*>(zmq_msg_data(&msg_)); }
  std::size_t size() const { return zmq_msg_size(&msg_); }
  std::string_view bytes() const {
    return {static_cast<const char*>(zmq_msg_data(const_cast<zmq_msg_t*>(&msg_))), size()};
  }
  bool more() const { return zmq_msg_more(&msg_) != 0; }
  /// Descriptor of the connection it came on; -1 when unknown.
  int source_fd() const;
  zmq_msg_t* get() { return &msg_; }

 private:
  zmq_msg_t msg_;
};

/// A ZeroMQ socket with the settings of the data plane: no high-water mark (credits bound memory),
/// no linger, no reconnecting, heartbeats, bounded handshake and message size. Used by one thread
/// at a time.
class Socket {
 public:
  struct Event {
    int kind = 0;   ///< ZMQ_EVENT_...
    int value = 0;  ///< Descriptor or error number.
  };

  Socket() = default;
  Socket(Socket&& other) noexcept
      : handle_(std::exchange(other.handle_, nullptr)),
        fd_(other.fd_),
        may_have_input_(other.may_have_input_) {}
  Socket& operator=(Socket&& other) noexcept;
  ~Socket() { Close(); }

  static Result<Socket> Open(void* context, int type);
  /// A socket on which the events of `of` arrive, in order.
  static Result<Socket> OpenMonitor(void* context, const Socket& of, const std::string& name,
                                    int events);

  Status Set(int option, int value);
  Status Set(int option, std::string_view value);
  Status Bind(const std::string& endpoint);
  Status Connect(const std::string& endpoint);
  Result<std::string> LastEndpoint() const;

  /// Never waits; no high-water mark stops it. Unavailable when the peer is gone.
  Status Send(Message message, bool more = false);
  /// The next message part; none when there is none now. Asks ZeroMQ, which takes system calls,
  /// only while may_have_input().
  std::optional<Message> Receive();
  /// False after Receive has found nothing, until the next Send (which may swallow ZeroMQ's signal)
  /// or SetMayHaveInput: to be called when event_fd() is readable.
  bool may_have_input() const { return handle_ != nullptr && may_have_input_; }
  void SetMayHaveInput() { may_have_input_ = true; }
  int event_fd() const { return fd_; }
  /// Of a monitor: the next event.
  std::optional<Event> ReceiveEvent();

  /// Before the monitor of this socket is closed.
  void StopMonitor();
  void Close();
  explicit operator bool() const { return handle_ != nullptr; }

 private:
  explicit Socket(void* handle);

  void* handle_ = nullptr;
  int fd_ = -1;
  bool may_have_input_ = true;
};

/// Status of the last failed ZeroMQ call.
Status ZmqError(const std::string& what);

}  // namespace penstock::exchange
