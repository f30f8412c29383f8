#pragma once

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "common/http/server.h"

namespace penstock {

/// A server with whatever handler a test gives it, and raw connections to it.
class HttpServerTest : public testing::Test {
 protected:
  void Start(HttpServerOptions options, HttpHandler handler) {
    auto server = HttpServer::Start(std::move(options), std::move(handler));
    ASSERT_TRUE(server.ok()) << server.status().message();
    server_ = std::move(*server);
  }
  void TearDown() override {
    if (server_) server_->Stop(std::chrono::milliseconds(0));
  }

  std::string Url(const std::string& target) const {
    return "http://127.0.0.1:" + std::to_string(server_->port()) + target;
  }

  /// A plain connection, for what a client should not do. With a receive buffer of that size if it
  /// is not 0.
  int Connect(int receive_buffer = 0) const {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (receive_buffer != 0) {
      ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof(receive_buffer));
    }
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(server_->port());
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    return fd;
  }
  static void SendAll(int fd, std::string_view text) {
    EXPECT_EQ(::send(fd, text.data(), text.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
  }
  /// Reads until `end` has come, or the server closes.
  static std::string ReadUntil(int fd, std::string_view end) {
    std::string text;
    char c = 0;
    while (!text.ends_with(end) && ::read(fd, &c, 1) == 1) text.push_back(c);
    return text;
  }
  /// Reads until the server closes, and closes too.
  static std::string ReadAll(int fd) {
    std::string answer;
    char buffer[4096];
    for (ssize_t n = 0; (n = ::read(fd, buffer, sizeof(buffer))) > 0;) {
      answer.append(buffer, static_cast<std::size_t>(n));
    }
    ::close(fd);
    return answer;
  }
  /// Sends, then reads until the server closes.
  std::string Talk(std::string_view text) const {
    const int fd = Connect();
    SendAll(fd, text);
    return ReadAll(fd);
  }

  /// A handler for one request, which leaves the answer to the test.
  HttpHandler Hold() {
    return [this](HttpRequest, HttpResponder responder) { held_.set_value(std::move(responder)); };
  }
  static void Echo(HttpRequest request, HttpResponder responder) {
    responder.Send(
        {.content_type = "text/plain",
         .headers = {{"X-Method", request.method}},
         .body = request.path.empty() ? request.body : request.path.back() + request.body});
  }

  std::promise<HttpResponder> held_;
  std::unique_ptr<HttpServer> server_;
};

}  // namespace penstock
