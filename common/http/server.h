#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "common/http/access.h"
#include "common/http/message.h"
#include "common/http/responder.h"
#include "common/status.h"

namespace penstock {

/// Called on a thread of the server, several at a time if it has several. Must not block; answers
/// that take time are sent later through the responder. HEAD arrives as GET.
using HttpHandler = std::function<void(HttpRequest, HttpResponder)>;

struct HttpServerOptions {
  /// A numeric address.
  std::string address = "127.0.0.1";
  /// 0 picks a free one.
  std::uint16_t port = 0;
  unsigned threads = 1;
  /// When so many are open, a new one takes the place of the one that has been idle for longest; if
  /// all are busy it is refused. At most half of the descriptors that the process may open.
  unsigned max_connections = 4096;
  /// Answers that go on and on; more are refused.
  unsigned max_streams = 256;
  std::size_t max_header_bytes = 16 << 10;
  std::size_t max_target_bytes = 8 << 10;
  /// Of a body that is no upload.
  std::uint64_t max_body_bytes = 8ULL << 20;
  /// Of a body of type multipart/form-data.
  std::uint64_t max_upload_bytes = 256ULL << 20;
  /// Bodies of all requests that are not answered yet; what would exceed it is refused. Never less
  /// than one upload.
  std::uint64_t max_pending_bytes = 512ULL << 20;
  /// Between two requests on a connection.
  std::chrono::milliseconds idle_timeout{75'000};
  /// From the first byte of a request to the end of its headers.
  std::chrono::milliseconds header_timeout{10'000};
  /// For the body of a request, and for a response.
  std::chrono::milliseconds transfer_timeout{120'000};
  /// Until the client has taken a piece of a streamed answer.
  std::chrono::milliseconds stream_timeout{20'000};
  /// Checked before a body is read and before the handler. Without a policy nothing is checked.
  std::optional<AccessPolicy> access{};
};

/// HTTP/1.1 server with threads of its own: connections are kept alive, requests on one may be
/// pipelined, large texts are compressed for clients that accept gzip. Stop() must be called before
/// it is destroyed.
class HttpServer {
 public:
  /// Listens when it returns. A port in use is ErrorCode::kConflict.
  static Result<std::unique_ptr<HttpServer>> Start(HttpServerOptions options, HttpHandler handler);
  ~HttpServer();

  std::uint16_t port() const;

  /// Takes no new requests, waits up to `grace` for those under way, closes the rest and joins the
  /// threads. Not from a handler. May be called again.
  void Stop(std::chrono::milliseconds grace = std::chrono::seconds(2));

  class Core;

 private:
  explicit HttpServer(std::shared_ptr<Core> core);

  std::shared_ptr<Core> core_;  // shared: sessions that are being answered keep it alive
};

}  // namespace penstock
