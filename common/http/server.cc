#include "common/http/server.h"

#include <sys/resource.h>

#include <algorithm>
#include <cassert>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <fmt/format.h>

#include "common/http/core.h"
#include "common/http/session.h"

namespace penstock {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

/// The rest is for files and for connections to workers.
std::size_t CapacityOf(const HttpServerOptions& options) {
  rlimit limit{};
  const bool known = ::getrlimit(RLIMIT_NOFILE, &limit) == 0;
  const std::size_t most = known ? std::max<std::size_t>(limit.rlim_cur / 2, 1) : SIZE_MAX;
  return std::min<std::size_t>(options.max_connections, most);
}

}  // namespace

HttpServer::Core::Core(HttpServerOptions opts, HttpHandler handle)
    : options(std::move(opts)),
      handler(std::move(handle)),
      acceptor_(io_),
      retry_(io_),
      work_(asio::make_work_guard(io_)),
      connections_(CapacityOf(options)) {}

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
  using Admission = ConnectionTable::Admission;
  auto session = HttpSession::Make(shared_from_this(), std::move(socket));
  auto admission = Admission::kOverrun;
  std::shared_ptr<Connection> evicted;
  {
    MutexLock lock(mu_);
    admission = connections_.Add(session);
    if (admission == Admission::kAdmittedInstead) evicted = connections_.Evict();
  }
  if (evicted) evicted->Post([evicted] { evicted->CloseIfIdle(); });
  if (admission != Admission::kOverrun) session->Run(admission == Admission::kFull);
  Accept();
}

Share HttpServer::Core::Take(std::atomic<std::uint64_t>& used, std::uint64_t amount,
                             std::uint64_t limit) {
  if (used.fetch_add(amount) + amount <= limit) return {used, amount};
  used -= amount;
  return {};
}

void HttpServer::Core::Replace(Connection& before, const std::shared_ptr<Connection>& next) {
  MutexLock lock(mu_);
  connections_.Remove(before);
  connections_.Add(next);
}

void HttpServer::Core::Forget(Connection& connection) {
  MutexLock lock(mu_);
  connections_.Remove(connection);
  changed_.NotifyAll();
}

void HttpServer::Core::SetIdle(Connection& connection, bool idle) {
  MutexLock lock(mu_);
  connections_.SetIdle(connection, idle);
}

bool HttpServer::Core::Post(Connection& connection, std::function<void()> task) {
  MutexLock lock(mu_);
  if (posting_) connection.Post(std::move(task));
  return posting_;
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
    for (const auto& connection : connections_.all()) {
      connection->Post([connection] { connection->WindDown(); });
    }
    while (!connections_.empty()) {
      const auto left = deadline - std::chrono::steady_clock::now();
      if (left <= left.zero() || !changed_.WaitFor(mu_, left)) break;
    }
    posting_ = false;
    for (const auto& connection : connections_.all()) {
      connection->Post([connection] { connection->Close(); });
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
