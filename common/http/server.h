#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "common/http/access.h"
#include "common/http/message.h"
#include "common/status.h"

namespace penstock {

/// Takes the answer to one request, at any time, from any thread, also after the server has stopped
/// or the client has gone. The first Send() counts; if the last copy goes without one, the client
/// gets a 500.
class HttpResponder {
 public:
  explicit HttpResponder(std::function<void(HttpResponse)> deliver);
  void Send(HttpResponse response) const;

 private:
  class State;
  std::shared_ptr<State> state_;  // shared: copies answer the same request
};

/// Called on a thread of the server, several at a time if it has several. Must not block; answers
/// that take time are sent later through the responder. HEAD arrives as GET.
using HttpHandler = std::function<void(HttpRequest, HttpResponder)>;

struct HttpServerOptions {
  /// A numeric address.
  std::string address = "127.0.0.1";
  /// 0 picks a free one.
  std::uint16_t port = 0;
  unsigned threads = 1;
  unsigned max_connections = 256;
  std::size_t max_header_bytes = 16 << 10;
  std::size_t max_target_bytes = 8 << 10;
  std::uint64_t max_body_bytes = 256ULL << 20;
  /// For a request's headers, and between two requests on a connection.
  std::chrono::milliseconds idle_timeout{30'000};
  /// For the body of a request, and for a response.
  std::chrono::milliseconds transfer_timeout{120'000};
  /// Checked before a body is read and before the handler. Without a policy nothing is checked.
  std::optional<AccessPolicy> access{};
};

/// HTTP/1.1 server with threads of its own. Stop() must be called before it is destroyed.
class HttpServer {
 public:
  /// Listens when it returns. A port in use is ErrorCode::kConflict.
  static Result<std::unique_ptr<HttpServer>> Start(HttpServerOptions options, HttpHandler handler);
  ~HttpServer();

  std::uint16_t port() const;

  /// Takes no new requests, waits up to `grace` for those under way, closes the rest and joins the
  /// threads. Not from a handler. May be called again.
  void Stop(std::chrono::milliseconds grace = std::chrono::seconds(2));

 private:
  class Core;
  class Session;
  explicit HttpServer(std::shared_ptr<Core> core);

  std::shared_ptr<Core> core_;  // shared: sessions that are being answered keep it alive
};

}  // namespace penstock
