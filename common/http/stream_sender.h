#pragma once

// Part of the server; for its own sources only.

#include <array>
#include <memory>
#include <string>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "common/http/core.h"

namespace penstock {

/// A connection over which a streamed answer goes, until its end. All members run on its executor,
/// except those of Connection and Run.
class StreamSender final : public Connection, public std::enable_shared_from_this<StreamSender> {
 public:
  struct Answer {
    std::string header;    ///< As it is sent.
    bool chunked = false;  ///< Else the end of the connection is the end of the answer.
    std::shared_ptr<HttpStreamQueue> queue;  ///< Shared with the writer.
    std::shared_ptr<Share> share;            ///< Shared: it came here in a function.
  };

  StreamSender(std::shared_ptr<HttpServer::Core> core, boost::asio::ip::tcp::socket socket,
               Answer answer);

  void Run();
  void WindDown() override;
  void Close() override;
  void CloseIfIdle() override {}
  void Post(std::function<void()> task) override;

 private:
  /// Writes what is queued, if nothing is being written.
  void Continue();
  void WriteText(const std::string& text);
  void Write(std::string bytes);
  void OnWritten(boost::system::error_code error);
  void WriteEnd();
  /// A client has nothing more to say; this notices that it goes.
  void Watch();
  void Arm(std::chrono::milliseconds time, std::function<void()> action);

  const std::shared_ptr<HttpServer::Core> core_;  // first: its io_context must outlive the socket
  const boost::asio::any_io_executor executor_;
  boost::asio::ip::tcp::socket socket_;
  boost::asio::steady_timer timer_;  // of the write under way, else of the next heartbeat
  std::uint64_t armed_ = 0;
  Answer answer_;
  std::string writing_;  // empty: nothing is being written
  bool ending_ = false;  // the last bytes are being written
  std::array<char, 512> discarded_{};
};

}  // namespace penstock
