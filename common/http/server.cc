#include "common/http/server.h"

#include <array>
#include <atomic>
#include <cassert>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/dispatch.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <fmt/format.h>

#include "common/logging.h"
#include "common/mutex.h"

namespace penstock {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

/// How long a refused client may go on sending before the connection is cut.
constexpr std::chrono::seconds kLingerTime(2);

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

HttpRequest ToRequest(const http::request_header<>& header, std::string remote) {
  HttpRequest request{.method = std::string(header.method_string()),
                      .target = std::string(header.target()),
                      .remote = std::move(remote)};
  for (const auto& field : header) {
    auto [entry, inserted] = request.headers.try_emplace(Lower(field.name_string()), field.value());
    if (!inserted) entry->second.append(", ").append(field.value());
  }
  return request;
}

http::response<http::string_body> ToBeast(HttpResponse response, bool head) {
  http::response<http::string_body> message(static_cast<http::status>(response.status), 11);
  message.set("X-Content-Type-Options", "nosniff");
  for (const auto& [name, value] : response.headers) message.insert(name, value);
  const std::size_t length = response.body.size();
  if (!response.content_type.empty() && length > 0) {
    message.set(http::field::content_type, response.content_type);
  }
  if (!head) message.body() = std::move(response.body);
  if (response.status != 204 && response.status != 304) message.content_length(length);
  return message;
}

HttpResponse Refusal(int http_status, std::string message, std::string hint = "") {
  return ErrorResponse(http_status, Status::InvalidArgument(std::move(message), std::move(hint)));
}

}  // namespace

class HttpResponder::State {
 public:
  explicit State(std::function<void(HttpResponse)> deliver) : deliver_(std::move(deliver)) {}
  ~State() { Send(ErrorResponse(Status::Internal("the request was dropped without an answer"))); }
  void Send(HttpResponse response) {
    if (!answered_.exchange(true)) deliver_(std::move(response));
  }

 private:
  const std::function<void(HttpResponse)> deliver_;
  std::atomic<bool> answered_{false};
};

HttpResponder::HttpResponder(std::function<void(HttpResponse)> deliver)
    : state_(std::make_shared<State>(std::move(deliver))) {}

void HttpResponder::Send(HttpResponse response) const { state_->Send(std::move(response)); }

/// What the threads and all sessions share.
class HttpServer::Core : public std::enable_shared_from_this<Core> {
 public:
  Core(HttpServerOptions opts, HttpHandler handle)
      : options(std::move(opts)),
        handler(std::move(handle)),
        acceptor_(io_),
        retry_(io_),
        work_(asio::make_work_guard(io_)) {}

  Status Listen();
  void Run();
  void Stop(std::chrono::milliseconds grace);
  std::uint16_t port() const { return port_; }
  bool stopped() const { return threads_.empty(); }
  bool stopping() const { return stopping_.load(); }

  void Forget(const std::shared_ptr<Session>& session) EXCLUDES(mu_);
  /// Runs on the session's strand; dropped once the threads may have ended.
  void Post(const asio::any_io_executor& executor, std::function<void()> task) EXCLUDES(mu_);

  const HttpServerOptions options;
  const HttpHandler handler;

 private:
  void Accept();
  void OnAccept(error_code error, tcp::socket socket);

  asio::io_context io_;
  tcp::acceptor acceptor_;
  asio::steady_timer retry_;
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  std::vector<std::thread> threads_;  // changed by Run and Stop only
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_{false};

  Mutex mu_;
  CondVar changed_;
  std::set<std::shared_ptr<Session>> sessions_ GUARDED_BY(mu_);
  bool posting_ GUARDED_BY(mu_) = true;
};

/// One connection. All members run on its strand, except Run and Deliver.
class HttpServer::Session : public std::enable_shared_from_this<Session> {
 public:
  Session(std::shared_ptr<Core> core, tcp::socket socket)
      : core_(std::move(core)), stream_(std::move(socket)) {
    error_code error;
    const tcp::endpoint peer = stream_.socket().remote_endpoint(error);
    if (!error) remote_ = fmt::format("{}:{}", peer.address().to_string(), peer.port());
  }

  void Run(bool overloaded) {
    asio::dispatch(stream_.get_executor(), [self = shared_from_this(), overloaded] {
      if (overloaded) {
        self->Refuse(ErrorResponse(Status::Unavailable("too many connections", "try again later")));
      } else {
        self->ReadHeader();
      }
    });
  }

  /// Any thread.
  void Deliver(std::uint64_t request, HttpResponse response) {
    core_->Post(stream_.get_executor(),
                [self = shared_from_this(), request, response = std::move(response)]() mutable {
                  if (request == self->requests_ && self->handling_) {
                    self->handling_ = false;
                    self->Write(std::move(response), self->keep_alive_);
                  }
                });
  }

  asio::any_io_executor executor() { return stream_.get_executor(); }
  void CloseIfIdle() {
    if (idle_) Close();
  }
  void Close() {
    stream_.close();
    handling_ = false;
    core_->Forget(shared_from_this());
  }

 private:
  template <typename Method>
  auto Bound(Method method) {
    return beast::bind_front_handler(method, shared_from_this());
  }

  void ReadHeader() {
    if (core_->stopping()) return Close();
    idle_ = true;
    ++requests_;
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(core_->options.max_header_bytes));
    parser_->body_limit(core_->options.max_body_bytes);
    stream_.expires_after(core_->options.idle_timeout);
    http::async_read_header(stream_, buffer_, *parser_, Bound(&Session::OnHeader));
  }

  void OnHeader(error_code error, std::size_t) {
    idle_ = false;
    keep_alive_ = false;
    head_ = false;
    if (error) return OnReadError(error);
    const auto& header = parser_->get().base();
    request_ = ToRequest(header, remote_);
    head_ = request_.method == "HEAD";
    if (request_.target.size() > core_->options.max_target_bytes) {
      return Refuse(Refusal(414, "the URL is too long"));
    }
    if (Status parsed = ParseTarget(request_); !parsed.ok()) {
      return Refuse(ErrorResponse(400, parsed));
    }
    if (core_->options.access) {
      if (auto refusal = CheckRequest(request_, *core_->options.access)) {
        return Refuse(*std::move(refusal));
      }
    }
    stream_.expires_after(core_->options.transfer_timeout);
    if (!beast::iequals(header[http::field::expect], "100-continue")) return ReadBody();
    static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    asio::async_write(stream_, asio::buffer(kContinue.data(), kContinue.size()),
                      Bound(&Session::OnContinue));
  }

  void OnContinue(error_code error, std::size_t) {
    if (error) return Close();
    ReadBody();
  }

  void ReadBody() { http::async_read(stream_, buffer_, *parser_, Bound(&Session::OnBody)); }

  void OnBody(error_code error, std::size_t) {
    if (error) return OnReadError(error);
    keep_alive_ = parser_->get().keep_alive();
    request_.body = std::move(parser_->get().body());
    parser_.reset();
    if (head_) request_.method = "GET";
    stream_.expires_never();
    handling_ = true;
    const HttpResponder responder(
        [session = weak_from_this(), request = requests_](HttpResponse response) {
          if (auto self = session.lock()) self->Deliver(request, std::move(response));
        });
    try {
      core_->handler(std::exchange(request_, {}), responder);
    } catch (const std::exception& error) {
      LogError("a request failed", {{"remote", remote_}, {"error", error.what()}});
      responder.Send(ErrorResponse(Status::Internal("the request failed unexpectedly")));
    }
  }

  void OnReadError(error_code error) {
    if (error == http::error::header_limit) {
      return Refuse(Refusal(431, "the headers are too large"));
    }
    if (error == http::error::body_limit) {
      return Refuse(Refusal(
          413, fmt::format("the body is larger than {} bytes", core_->options.max_body_bytes)));
    }
    const bool malformed = error.category() == make_error_code(http::error::bad_method).category();
    if (malformed && error != http::error::end_of_stream && error != http::error::partial_message) {
      return Refuse(Refusal(400, "not an HTTP request: " + error.message()));
    }
    Close();
  }

  /// Answers without having read the whole request, so the connection cannot go on.
  void Refuse(HttpResponse response) { Write(std::move(response), false); }

  void Write(HttpResponse response, bool keep_alive) {
    response_.emplace(ToBeast(std::move(response), head_));
    response_->keep_alive(keep_alive && !core_->stopping());
    stream_.expires_after(core_->options.transfer_timeout);
    http::async_write(stream_, *response_, Bound(&Session::OnWritten));
  }

  void OnWritten(error_code error, std::size_t) {
    if (error) return Close();
    if (response_->keep_alive()) return ReadHeader();
    // Closing with unread input would reset the connection and could destroy the answer on its way.
    stream_.socket().shutdown(tcp::socket::shutdown_send, error);
    stream_.expires_after(kLingerTime);
    idle_ = true;
    Linger({}, 0);
  }

  void Linger(error_code error, std::size_t) {
    if (error) return Close();
    stream_.async_read_some(asio::buffer(discarded_), Bound(&Session::Linger));
  }

  const std::shared_ptr<Core> core_;  // first: its io_context must outlive the stream
  beast::tcp_stream stream_;
  std::string remote_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  std::optional<http::response<http::string_body>> response_;
  HttpRequest request_;
  std::array<char, 16 << 10> discarded_{};
  std::uint64_t requests_ = 0;
  bool idle_ = false;      // nothing of a request has been taken
  bool handling_ = false;  // the handler owes an answer
  bool keep_alive_ = false;
  bool head_ = false;
};

Status HttpServer::Core::Listen() {
  error_code error;
  const auto address = asio::ip::make_address(options.address, error);
  if (error) {
    return Status::InvalidArgument(options.address + " is not a numeric address",
                                   "use 127.0.0.1 or ::1");
  }
  const tcp::endpoint endpoint(address, options.port);
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (error == asio::error::address_in_use) {
    return Status::User(ErrorCode::kConflict,
                        fmt::format("port {} on {} is in use", options.port, options.address),
                        "choose another with -D rest.port=PORT, or stop the process that uses it");
  }
  if (error) {
    return Status::External(fmt::format("cannot listen on {} port {}: {}", options.address,
                                        options.port, error.message()));
  }
  port_ = acceptor_.local_endpoint().port();
  return {};
}

void HttpServer::Core::Run() {
  Accept();
  for (unsigned i = 0; i < std::max(1u, options.threads); ++i) {
    threads_.emplace_back([this] { io_.run(); });
  }
}

void HttpServer::Core::Accept() {
  acceptor_.async_accept(asio::make_strand(io_),
                         [self = shared_from_this()](error_code error, tcp::socket socket) {
                           self->OnAccept(error, std::move(socket));
                         });
}

void HttpServer::Core::OnAccept(error_code error, tcp::socket socket) {
  if (stopping()) return;
  if (error) {
    // Most likely out of descriptors: some time has to pass.
    retry_.expires_after(std::chrono::milliseconds(100));
    retry_.async_wait([self = shared_from_this()](error_code cancelled) {
      if (!cancelled && !self->stopping()) self->Accept();
    });
    return;
  }
  auto session = std::make_shared<Session>(shared_from_this(), std::move(socket));
  bool overloaded = false;
  {
    MutexLock lock(mu_);
    overloaded = sessions_.size() >= options.max_connections;
    // Refused connections are few and short-lived, but they must not pile up either.
    if (sessions_.size() < 2UL * options.max_connections) {
      sessions_.insert(session);
    } else {
      session.reset();
    }
  }
  if (session != nullptr) session->Run(overloaded);
  Accept();
}

void HttpServer::Core::Forget(const std::shared_ptr<Session>& session) {
  MutexLock lock(mu_);
  sessions_.erase(session);
  changed_.NotifyAll();
}

void HttpServer::Core::Post(const asio::any_io_executor& executor, std::function<void()> task) {
  MutexLock lock(mu_);
  if (posting_) asio::post(executor, std::move(task));
}

void HttpServer::Core::Stop(std::chrono::milliseconds grace) {
  if (stopped()) return;
  stopping_ = true;
  // On one of the threads, as the acceptor and the timer belong to them.
  asio::post(acceptor_.get_executor(), [self = shared_from_this()] {
    error_code ignored;
    self->acceptor_.close(ignored);
    self->retry_.cancel();
  });
  const auto deadline = std::chrono::steady_clock::now() + grace;
  {
    MutexLock lock(mu_);
    for (const auto& session : sessions_) {
      asio::post(session->executor(), [session] { session->CloseIfIdle(); });
    }
    while (!sessions_.empty()) {
      const auto left = deadline - std::chrono::steady_clock::now();
      if (left <= left.zero() || !changed_.WaitFor(mu_, left)) break;
    }
    posting_ = false;
    for (const auto& session : sessions_) {
      asio::post(session->executor(), [session] { session->Close(); });
    }
  }
  work_.reset();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

HttpServer::HttpServer(std::shared_ptr<Core> core) : core_(std::move(core)) {}

HttpServer::~HttpServer() { assert(core_->stopped() && "Stop() must come first"); }

Result<std::unique_ptr<HttpServer>> HttpServer::Start(HttpServerOptions options,
                                                      HttpHandler handler) {
  auto core = std::make_shared<Core>(std::move(options), std::move(handler));
  PENSTOCK_RETURN_IF_ERROR(core->Listen());
  core->Run();
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(core)));
}

std::uint16_t HttpServer::port() const { return core_->port(); }

void HttpServer::Stop(std::chrono::milliseconds grace) { core_->Stop(grace); }

}  // namespace penstock
