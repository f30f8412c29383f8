#pragma once

// Part of the server; for its own sources only.

#include <atomic>
#include <thread>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "common/http/connection_table.h"
#include "common/http/server.h"
#include "common/mutex.h"

namespace penstock {

/// A share of something that is bounded, given back when it goes. Move-only.
class Share {
 public:
  Share() = default;
  Share(std::atomic<std::uint64_t>& used, std::uint64_t amount) : used_(&used), amount_(amount) {}
  Share(Share&& other) noexcept
      : used_(std::exchange(other.used_, nullptr)), amount_(other.amount_) {}
  Share& operator=(Share&& other) noexcept {
    std::swap(used_, other.used_);
    std::swap(amount_, other.amount_);
    return *this;
  }
  ~Share() {
    if (used_ != nullptr) *used_ -= amount_;
  }
  explicit operator bool() const { return used_ != nullptr; }

 private:
  std::atomic<std::uint64_t>* used_ = nullptr;
  std::uint64_t amount_ = 0;
};

/// What the threads and all connections share.
class HttpServer::Core : public std::enable_shared_from_this<Core> {
 public:
  Core(HttpServerOptions opts, HttpHandler handle);

  Status Listen();
  void Run();
  void Stop(std::chrono::milliseconds grace) EXCLUDES(mu_);
  std::uint16_t port() const { return port_; }
  bool stopped() const { return threads_.empty(); }

  // For connections; any thread.
  bool stopping() const { return stopping_.load(); }
  /// `next` takes the place of `before` in the table of connections.
  void Replace(Connection& before, const std::shared_ptr<Connection>& next) EXCLUDES(mu_);
  void Forget(Connection& connection) EXCLUDES(mu_);
  void SetIdle(Connection& connection, bool idle) EXCLUDES(mu_);
  /// Runs `task` for the connection; false once the threads may have ended, then it is dropped.
  bool Post(Connection& connection, std::function<void()> task) EXCLUDES(mu_);
  /// Empty when there are too many.
  Share TakeStream() { return Take(streams_, 1, options.max_streams); }
  /// Empty when too much is pending.
  Share TakeBytes(std::uint64_t bytes) {
    return Take(pending_bytes_, bytes,
                std::max(options.max_pending_bytes, options.max_upload_bytes));
  }

  const HttpServerOptions options;
  const HttpHandler handler;

 private:
  static Share Take(std::atomic<std::uint64_t>& used, std::uint64_t amount, std::uint64_t limit);
  void Accept();
  void OnAccept(boost::system::error_code error, boost::asio::ip::tcp::socket socket);

  boost::asio::io_context io_;
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer retry_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::vector<std::thread> threads_;  // changed by Run and Stop only
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_{false};
  std::atomic<std::uint64_t> streams_{0};
  std::atomic<std::uint64_t> pending_bytes_{0};

  Mutex mu_;
  CondVar changed_;
  ConnectionTable connections_ GUARDED_BY(mu_);
  bool posting_ GUARDED_BY(mu_) = true;
};

}  // namespace penstock
