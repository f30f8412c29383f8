#include "common/http/session.h"

#include <sstream>
#include <utility>

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <fmt/format.h>

#include "common/http/compression.h"
#include "common/http/stream_sender.h"
#include "common/logging.h"

namespace penstock {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

/// How long a refused client may go on sending before the connection is cut.
constexpr std::chrono::seconds kLingerTime(2);
/// Read at first; most requests are no longer.
constexpr std::size_t kFirstRead = 2 << 10;

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

template <typename Message>
void SetFields(Message& message, const HttpResponse& response) {
  message.set("X-Content-Type-Options", "nosniff");
  for (const auto& [name, value] : response.headers) message.insert(name, value);
}

http::response<http::string_body> ToBeast(HttpResponse response, bool head) {
  http::response<http::string_body> message(static_cast<http::status>(response.status), 11);
  SetFields(message, response);
  const std::size_t length = response.body.size();
  if (!response.content_type.empty() && length > 0) {
    message.set(http::field::content_type, response.content_type);
  }
  if (!head) message.body() = std::move(response.body);
  if (response.status != 204 && response.status != 304) message.content_length(length);
  return message;
}

/// As it is sent before a streamed answer.
std::string HeaderText(const HttpResponse& response, bool chunked) {
  http::response<http::empty_body> message(static_cast<http::status>(response.status), 11);
  SetFields(message, response);
  message.set(http::field::content_type, response.content_type);
  message.keep_alive(false);
  if (chunked) message.chunked(true);
  std::ostringstream text;
  text << message.base();
  return text.str();
}

HttpResponse Refusal(int http_status, std::string message, std::string hint = "") {
  return ErrorResponse(http_status, Status::InvalidArgument(std::move(message), std::move(hint)));
}

bool IsUpload(const HttpRequest& request) {
  return Lower(request.Header("content-type")).starts_with("multipart/form-data");
}

/// All members run on the connection's strand, except those that say otherwise.
class Session final : public HttpSession, public std::enable_shared_from_this<Session> {
 public:
  Session(std::shared_ptr<HttpServer::Core> core, tcp::socket socket)
      : core_(std::move(core)), executor_(socket.get_executor()), stream_(std::move(socket)) {
    error_code error;
    const tcp::endpoint peer = stream_.socket().remote_endpoint(error);
    if (!error) remote_ = fmt::format("{}:{}", peer.address().to_string(), peer.port());
    stream_.socket().set_option(tcp::no_delay(true), error);
  }

  void Run(bool overloaded) override {
    asio::dispatch(executor_, [self = shared_from_this(), overloaded] {
      if (!overloaded) return self->AwaitRequest();
      self->Refuse(
          ErrorResponse(Status::Unavailable("too many connections are busy", "try again later")));
    });
  }
  /// Any thread.
  void Post(std::function<void()> task) override { asio::post(executor_, std::move(task)); }
  void WindDown() override { CloseIfIdle(); }
  void CloseIfIdle() override {
    if (idle_) Close();
  }
  void Close() override {
    stream_.close();
    handling_ = false;
    core_->Forget(*this);
  }

 private:
  template <typename Method>
  auto Bound(Method method) {
    return beast::bind_front_handler(method, shared_from_this());
  }

  // Reading.
  void AwaitRequest();
  void OnFirstBytes(error_code error, std::size_t bytes);
  void ReadHeader();
  void OnHeader(error_code error, std::size_t bytes);
  std::optional<HttpResponse> CheckHeader();
  std::optional<HttpResponse> CheckLength();
  void OnContinue(error_code error, std::size_t bytes);
  void ReadBody();
  void OnBody(error_code error, std::size_t bytes);
  void OnReadError(error_code error);

  // Answering.
  void Handle();
  HttpResponder MakeResponder();
  void Deliver(std::uint64_t request, HttpResponse response);                         // any thread
  void Begin(std::uint64_t request, HttpResponse head, StreamSender::Answer answer);  // any thread
  void StartStream(const HttpResponse& head, StreamSender::Answer answer);
  /// Answers without having read the whole request, so the connection cannot go on.
  void Refuse(HttpResponse response) { Write(std::move(response), false); }
  void Write(HttpResponse response, bool keep_alive);
  void OnWritten(error_code error, std::size_t bytes);
  void Linger(error_code error, std::size_t bytes);
  void SetIdle(bool idle);

  const std::shared_ptr<HttpServer::Core> core_;  // first: its io_context must outlive the stream
  const asio::any_io_executor executor_;
  beast::tcp_stream stream_;
  std::string remote_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  std::optional<http::response<http::string_body>> response_;
  HttpRequest request_;
  Share bytes_;  // of the body of the request under way
  std::uint64_t requests_ = 0;
  bool idle_ = false;      // nothing of a request has been taken
  bool handling_ = false;  // the handler owes an answer
  bool keep_alive_ = false;
  bool head_ = false;
  bool http_1_0_ = false;
  bool accepts_gzip_ = false;
};

void Session::SetIdle(bool idle) {
  idle_ = idle;
  core_->SetIdle(*this, idle);
}

void Session::AwaitRequest() {
  if (core_->stopping()) return Close();
  SetIdle(true);
  ++requests_;
  bytes_ = {};
  response_.reset();
  if (buffer_.size() > 0) return ReadHeader();
  buffer_.shrink_to_fit();
  stream_.expires_after(core_->options.idle_timeout);
  stream_.async_read_some(buffer_.prepare(kFirstRead), Bound(&Session::OnFirstBytes));
}

void Session::OnFirstBytes(error_code error, std::size_t bytes) {
  if (error) return Close();
  buffer_.commit(bytes);
  ReadHeader();
}

void Session::ReadHeader() {
  parser_.emplace();
  parser_->header_limit(static_cast<std::uint32_t>(core_->options.max_header_bytes));
  parser_->body_limit(boost::none);  // CheckLength knows it
  stream_.expires_after(core_->options.header_timeout);
  http::async_read_header(stream_, buffer_, *parser_, Bound(&Session::OnHeader));
}

void Session::OnHeader(error_code error, std::size_t) {
  SetIdle(false);
  keep_alive_ = false;
  head_ = false;
  if (error) return OnReadError(error);
  if (auto refusal = CheckHeader()) return Refuse(*std::move(refusal));
  if (auto refusal = CheckLength()) return Refuse(*std::move(refusal));
  stream_.expires_after(core_->options.transfer_timeout);
  if (!beast::iequals(parser_->get()[http::field::expect], "100-continue")) return ReadBody();
  static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  asio::async_write(stream_, asio::buffer(kContinue.data(), kContinue.size()),
                    Bound(&Session::OnContinue));
}

std::optional<HttpResponse> Session::CheckHeader() {
  const auto& header = parser_->get().base();
  request_ = ToRequest(header, remote_);
  head_ = request_.method == "HEAD";
  http_1_0_ = header.version() < 11;
  accepts_gzip_ = AcceptsGzip(request_.Header("accept-encoding"));
  const std::size_t most = core_->options.max_target_bytes;
  if (request_.target.size() > most) {
    return Refusal(414, fmt::format("the URL is longer than {} bytes", most));
  }
  if (Status parsed = ParseTarget(request_); !parsed.ok()) return ErrorResponse(400, parsed);
  return core_->options.access ? CheckRequest(request_, *core_->options.access) : std::nullopt;
}

std::optional<HttpResponse> Session::CheckLength() {
  const HttpServerOptions& options = core_->options;
  const std::uint64_t limit =
      IsUpload(request_) ? options.max_upload_bytes : options.max_body_bytes;
  const auto length = parser_->content_length();
  if (length && *length > limit) {
    return Refusal(413, fmt::format("the body is larger than {} bytes", limit));
  }
  parser_->body_limit(limit);
  const std::uint64_t most = length ? *length : parser_->chunked() ? limit : 0;
  if (most == 0) return std::nullopt;
  bytes_ = core_->TakeBytes(most);
  if (bytes_) return std::nullopt;
  HttpResponse busy = ErrorResponse(
      Status::Unavailable("too much is being uploaded at the same time", "try again in a moment"));
  busy.headers.emplace_back("Retry-After", "1");
  return busy;
}

void Session::OnContinue(error_code error, std::size_t) {
  if (error) return Close();
  ReadBody();
}

void Session::ReadBody() { http::async_read(stream_, buffer_, *parser_, Bound(&Session::OnBody)); }

void Session::OnBody(error_code error, std::size_t) {
  if (error) return OnReadError(error);
  keep_alive_ = parser_->get().keep_alive();
  request_.body = std::move(parser_->get().body());
  parser_.reset();
  if (head_) request_.method = "GET";
  stream_.expires_never();
  handling_ = true;
  Handle();
}

void Session::OnReadError(error_code error) {
  if (error == http::error::header_limit) {
    return Refuse(Refusal(
        431, fmt::format("the headers are larger than {} bytes", core_->options.max_header_bytes)));
  }
  if (error == http::error::body_limit) {
    return Refuse(Refusal(413, "the body is larger than is allowed"));
  }
  const bool malformed = error.category() == make_error_code(http::error::bad_method).category();
  if (malformed && error != http::error::end_of_stream && error != http::error::partial_message) {
    return Refuse(Refusal(400, "not an HTTP request: " + error.message()));
  }
  Close();
}

void Session::Handle() {
  const HttpResponder responder = MakeResponder();
  try {
    core_->handler(std::exchange(request_, {}), responder);
  } catch (const std::exception& error) {
    LogError("a request failed", {{"remote", remote_}, {"error", error.what()}});
    responder.Send(ErrorResponse(Status::Internal("the request failed unexpectedly")));
  }
}

HttpResponder Session::MakeResponder() {
  return HttpResponder(
      [session = weak_from_this(), request = requests_](HttpResponse response) {
        if (auto self = session.lock()) self->Deliver(request, std::move(response));
      },
      [session = weak_from_this(), request = requests_](HttpResponse head,
                                                        std::shared_ptr<HttpStreamQueue> queue) {
        auto self = session.lock();
        if (self == nullptr) return queue->Abandon();
        StreamSender::Answer answer;
        answer.queue = std::move(queue);
        self->Begin(request, std::move(head), std::move(answer));
      });
}

void Session::Deliver(std::uint64_t request, HttpResponse response) {
  core_->Post(*this,
              [self = shared_from_this(), request, response = std::move(response)]() mutable {
                if (request != self->requests_ || !self->handling_) return;
                self->handling_ = false;
                self->Write(std::move(response), self->keep_alive_);
              });
}

void Session::Begin(std::uint64_t request, HttpResponse head, StreamSender::Answer answer) {
  auto share = std::make_shared<Share>(core_->TakeStream());
  if (!*share) {
    answer.queue->Abandon();
    return Deliver(request,
                   ErrorResponse(Status::Unavailable(
                       fmt::format("all {} streams are taken", core_->options.max_streams),
                       "close pages and clients that watch something, or ask without a stream")));
  }
  answer.share = std::move(share);
  const std::shared_ptr<HttpStreamQueue> queue = answer.queue;
  const bool posted = core_->Post(*this, [self = shared_from_this(), request,
                                          head = std::move(head), answer = std::move(answer)] {
    if (request != self->requests_ || !self->handling_) return answer.queue->Abandon();
    self->handling_ = false;
    self->StartStream(head, answer);
  });
  if (!posted) queue->Abandon();
}

void Session::StartStream(const HttpResponse& head, StreamSender::Answer answer) {
  if (head_) {
    answer.queue->Abandon();
    return Write(head, false);
  }
  answer.chunked = !http_1_0_;
  answer.header = HeaderText(head, answer.chunked);
  const auto sender =
      std::make_shared<StreamSender>(core_, stream_.release_socket(), std::move(answer));
  core_->Replace(*this, sender);
  sender->Run();
}

void Session::Write(HttpResponse response, bool keep_alive) {
  if (accepts_gzip_) CompressBody(response);
  response_.emplace(ToBeast(std::move(response), head_));
  response_->keep_alive(keep_alive && !core_->stopping());
  stream_.expires_after(core_->options.transfer_timeout);
  http::async_write(stream_, *response_, Bound(&Session::OnWritten));
}

void Session::OnWritten(error_code error, std::size_t) {
  if (error) return Close();
  if (response_->keep_alive()) return AwaitRequest();
  // Closing with unread input would reset the connection and could destroy the answer on its way.
  stream_.socket().shutdown(tcp::socket::shutdown_send, error);
  stream_.expires_after(kLingerTime);
  SetIdle(true);
  buffer_.clear();
  Linger({}, 0);
}

void Session::Linger(error_code error, std::size_t) {
  if (error) return Close();
  buffer_.clear();
  stream_.async_read_some(buffer_.prepare(kFirstRead), Bound(&Session::Linger));
}

}  // namespace

std::shared_ptr<HttpSession> HttpSession::Make(std::shared_ptr<HttpServer::Core> core,
                                               tcp::socket socket) {
  return std::make_shared<Session>(std::move(core), std::move(socket));
}

}  // namespace penstock
