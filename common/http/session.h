#pragma once

// Part of the server; for its own sources only. Beast stays behind it.

#include <memory>

#include <boost/asio/ip/tcp.hpp>

#include "common/http/core.h"

namespace penstock {

/// A connection that takes requests, one after another.
class HttpSession : public Connection {
 public:
  static std::shared_ptr<HttpSession> Make(std::shared_ptr<HttpServer::Core> core,
                                           boost::asio::ip::tcp::socket socket);

  /// Reads requests; an overloaded server only says that it is. Any thread.
  virtual void Run(bool overloaded) = 0;
};

}  // namespace penstock
