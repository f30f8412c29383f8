#include "common/http/client.h"

#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <fmt/format.h>

namespace penstock {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

struct Url {
  std::string host;  // without brackets
  std::string port = "80";
  std::string authority;
  std::string target = "/";
};

Status BadUrl(const std::string& url) {
  return Status::InvalidArgument(fmt::format("'{}' is not a URL that can be called", url),
                                 "it must look like http://127.0.0.1:8081");
}

Result<Url> ParseUrl(const std::string& text) {
  constexpr std::string_view kScheme = "http://";
  const bool clean =
      std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
  if (!text.starts_with(kScheme) || !clean) return BadUrl(text);
  const std::string_view rest = std::string_view(text).substr(kScheme.size());
  const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
  Url url;
  url.authority = rest.substr(0, end);
  if (end < rest.size()) url.target = rest.substr(end);
  if (url.target.starts_with('?')) url.target.insert(0, "/");
  const std::size_t colon = url.authority.rfind(':');
  const std::size_t bracket = url.authority.rfind(']');
  const bool has_port =
      colon != std::string::npos && (bracket == std::string::npos || colon > bracket);
  url.host = has_port ? url.authority.substr(0, colon) : url.authority;
  if (has_port) url.port = url.authority.substr(colon + 1);
  if (url.host.starts_with('[') && url.host.ends_with(']')) {
    url.host = url.host.substr(1, url.host.size() - 2);
  }
  unsigned port = 0;
  auto [rest_of_port, error] =
      std::from_chars(url.port.data(), url.port.data() + url.port.size(), port);
  const bool port_ok = error == std::errc() && *rest_of_port == '\0' && port > 0 && port < 65536;
  if (url.host.empty() || url.host.find('@') != std::string::npos || !port_ok) return BadUrl(text);
  return url;
}

HttpResponse FromBeast(http::response<http::string_body> message) {
  HttpResponse response{.status = static_cast<int>(message.result_int()),
                        .content_type = std::string(message[http::field::content_type])};
  for (const auto& field : message) {
    std::string name(field.name_string());
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    if (name == "content-type" || name == "content-length") continue;
    response.headers.emplace_back(std::move(name), field.value());
  }
  response.body = std::move(message.body());
  return response;
}

/// One call, as a sequence of steps that share one deadline.
class Call {
 public:
  explicit Call(const HttpCall& call) : call_(call), stream_(io_), resolver_(io_) {}

  Result<HttpResponse> Run() {
    PENSTOCK_ASSIGN_OR_RETURN(url_, ParseUrl(call_.url));
    MakeRequest();
    stream_.expires_after(call_.timeout);
    PENSTOCK_RETURN_IF_ERROR(Connect());
    error_code error = SendRequest();
    // A server that refuses early may close while we still write; its answer can be there already.
    const bool cut = error == asio::error::broken_pipe || error == asio::error::connection_reset;
    if (error && !cut) return Failure("send the request", error);
    parser_.body_limit(call_.max_response_bytes);
    parser_.skip(call_.method == "HEAD");
    error = Await([&](auto done) {
      http::async_read(stream_, buffer_, parser_, [done](error_code e, std::size_t) { done(e); });
    });
    if (error) return Failure("read the answer", error);
    return FromBeast(parser_.release());
  }

 private:
  /// Starts one operation and runs it to its end.
  template <typename Start>
  error_code Await(Start start) {
    error_code result = beast::error::timeout;
    start([&result](error_code error) { result = error; });
    io_.restart();
    io_.run();
    return result;
  }

  /// In as many writes as the connection takes.
  error_code SendRequest() {
    http::request_serializer<http::string_body> serializer(request_);
    std::uint64_t sent = 0;
    error_code error;
    while (!serializer.is_done() && !error) {
      error = Await([&](auto done) {
        http::async_write_some(stream_, serializer, [&sent, done](error_code e, std::size_t bytes) {
          sent += bytes;
          done(e);
        });
      });
      if (call_.on_sent) call_.on_sent(sent);
    }
    return error;
  }

  void MakeRequest() {
    request_.method_string(call_.method);
    request_.target(url_.target);
    request_.version(11);
    request_.set(http::field::host, url_.authority);
    request_.set(http::field::user_agent, "penstock");
    request_.set(http::field::connection, "close");
    for (const auto& [name, value] : call_.headers) request_.set(name, value);
    request_.body() = call_.body;
    if (!call_.body.empty() || call_.method != "GET") request_.content_length(call_.body.size());
  }

  Status Connect() {
    // Looking a name up has no time-out of its own; the resolver's apply.
    error_code error;
    const auto endpoints = resolver_.resolve(url_.host, url_.port, error);
    if (error) return Failure("find the host", error);
    error = Await([&](auto done) {
      stream_.async_connect(endpoints, [done](error_code e, const tcp::endpoint&) { done(e); });
    });
    return error ? Failure("connect", error) : Status();
  }

  Status Failure(const char* what, error_code error) const {
    if (error == beast::error::timeout) {
      return Status::Error(ErrorDomain::kExternal, ErrorCode::kTimeout,
                           fmt::format("{}: no answer within {} ms", Base(), call_.timeout.count()),
                           "the coordinator may be busy; try again");
    }
    return Status::Unavailable(fmt::format("{}: cannot {}: {}", Base(), what, error.message()),
                               "is the coordinator running? 'penstock cluster start' starts one; "
                               "-D rest.url=URL names another");
  }

  std::string Base() const { return "http://" + url_.authority; }

  const HttpCall& call_;
  Url url_;
  asio::io_context io_;
  beast::tcp_stream stream_;
  tcp::resolver resolver_;
  http::request<http::string_body> request_;
  http::response_parser<http::string_body> parser_;
  beast::flat_buffer buffer_;
};

}  // namespace

Result<HttpResponse> CallHttp(const HttpCall& call) { return Call(call).Run(); }

}  // namespace penstock
