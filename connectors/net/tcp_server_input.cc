#include <poll.h>

#include <utility>

#include "connectors/net/connection_log.h"
#include "connectors/net/tcp_input.h"

namespace penstock {
namespace {

/// Records taken from one client before the next one has its turn.
constexpr std::size_t kTurn = 64;

class TcpServerInput final : public TcpInput {
 public:
  TcpServerInput(OperatorContext& context, TcpSocket listener, std::string name,
                 StreamFraming framing, std::size_t most_clients)
      : listener_(std::move(listener)),
        name_(std::move(name)),
        framing_(framing),
        most_clients_(most_clients),
        lost_(context.counter("numConnectionsLost")),
        cut_off_(context.counter("numRecordsCutOff")) {}

  /// One system call for all clients.
  Status Poll(Clock::MonotonicTime) override {
    polled_.assign(1, {listener_.fd(), POLLIN, 0});
    for (const Client& client : clients_) {
      polled_.push_back({client.connection->socket().fd(), POLLIN, 0});
    }
    if (::poll(polled_.data(), polled_.size(), 0) <= 0) return Status::Ok();
    for (std::size_t i = 0; i < clients_.size(); ++i) {
      if (polled_[i + 1].revents != 0) clients_[i].readable = true;
    }
    return polled_[0].revents != 0 ? AcceptAll() : Status::Ok();
  }

  Result<Step> Next(RecordParser& parser, RawRecord& record) override {
    for (std::size_t passed = 0; passed < clients_.size();) {
      if (current_ >= clients_.size()) current_ = 0;
      Client& client = clients_[current_];
      if (!client.readable || taken_ >= kTurn) {
        passed += client.readable ? 0 : 1;  // one that has had its turn may have more
        EndTurn();
        continue;
      }
      Result<TcpConnection::Step> step = client.connection->Next(parser, record);
      if (!step.ok()) {
        Drop(step.status().message());
      } else if (*step == TcpConnection::Step::kRecord) {
        ++taken_;
        sender_ = client.connection->address();
        return Step::kRecord;
      } else if (*step == TcpConnection::Step::kClosed) {
        if (client.connection->cut_off()) cut_off_.Add(1);
        Drop("closed by the client");
      } else {
        client.readable = false;
      }
    }
    return Step::kNothingYet;
  }

  const std::string& sender() const override { return sender_; }

 private:
  struct Client {
    std::unique_ptr<TcpConnection> connection;
    bool readable = true;  // there may be something
  };

  Status AcceptAll() {
    while (true) {
      PENSTOCK_ASSIGN_OR_RETURN(std::optional<TcpSocket::Client> next, listener_.Accept());
      if (!next) return Status::Ok();
      if (clients_.size() >= most_clients_) {
        LogConnection(name_, next->address + " is refused: there are " +
                                 std::to_string(clients_.size()) + " clients already");
        lost_.Add(1);
        continue;
      }
      LogConnection(name_, next->address + " has connected");
      clients_.push_back({std::make_unique<TcpConnection>(std::move(next->socket),
                                                          std::move(next->address), framing_)});
    }
  }

  void EndTurn() {
    taken_ = 0;
    ++current_;
  }

  void Drop(const std::string& reason) {
    const Client client = std::move(clients_[current_]);
    LogConnection(name_, client.connection->address() + ": " + reason);
    lost_.Add(1);
    clients_.erase(clients_.begin() + static_cast<std::ptrdiff_t>(current_));
    taken_ = 0;
  }

  TcpSocket listener_;
  const std::string name_;
  const StreamFraming framing_;
  const std::size_t most_clients_;
  Counter& lost_;
  Counter& cut_off_;
  std::vector<Client> clients_;
  std::vector<pollfd> polled_;
  std::size_t current_ = 0;  // whose turn it is
  std::size_t taken_ = 0;    // records in this turn
  std::string sender_;
};

}  // namespace

Result<std::unique_ptr<TcpInput>> NewTcpServerInput(OperatorContext& context, TcpAddress address,
                                                    StreamFraming framing,
                                                    std::size_t most_clients) {
  Result<TcpSocket> listener = TcpSocket::Listen(address);
  if (!listener.ok()) {
    return Status::Unavailable(address.text() + ": " + listener.status().message(),
                               "free the port, or let the source listen on another one");
  }
  PENSTOCK_ASSIGN_OR_RETURN(address.port, listener->LocalPort());
  LogConnection(address.text(), "listening");
  return std::unique_ptr<TcpInput>(std::make_unique<TcpServerInput>(
      context, std::move(listener).value(), address.text(), framing, most_clients));
}

}  // namespace penstock
