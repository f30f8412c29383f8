#include <chrono>
#include <utility>

#include "connectors/net/connection_log.h"
#include "connectors/net/tcp_input.h"

namespace penstock {
namespace {

constexpr Clock::Duration kConnectTimeout = std::chrono::seconds(10);

class TcpClientInput final : public TcpInput {
 public:
  TcpClientInput(OperatorContext& context, TcpAddress address, StreamFraming framing,
                 bool until_closed)
      : address_(std::move(address)),
        name_(address_.text()),
        framing_(framing),
        until_closed_(until_closed),
        lost_(context.counter("numConnectionsLost")),
        cut_off_(context.counter("numRecordsCutOff")) {}

  Status Poll(Clock::MonotonicTime now) override {
    now_ = now;
    if (!connection_ && now >= next_attempt_) Connect();
    if (connection_ && !connected_) AwaitConnection();
    return Status::Ok();
  }

  Result<Step> Next(RecordParser& parser, RawRecord& record) override {
    if (!connected_) return Step::kNothingYet;
    Result<TcpConnection::Step> step = connection_->Next(parser, record);
    if (!step.ok()) {
      Lose(step.status().message());
      return Step::kNothingYet;
    }
    if (*step == TcpConnection::Step::kNothingYet) return Step::kNothingYet;
    if (*step == TcpConnection::Step::kClosed) return PeerClosed();
    backoff_.Reset();
    return Step::kRecord;
  }

  const std::string& sender() const override { return name_; }

  std::optional<Clock::MonotonicTime> next_event() const override {
    if (connection_) return std::nullopt;
    return next_attempt_;
  }

 private:
  void Connect() {
    Result<TcpSocket> socket = TcpSocket::Connect(address_);
    if (!socket.ok()) return Lose(socket.status().message());
    connection_.emplace(std::move(socket).value(), name_, framing_);
    connecting_since_ = now_;
  }

  void AwaitConnection() {
    Result<bool> connected = connection_->socket().Connected();
    if (!connected.ok()) return Lose(connected.status().message());
    connected_ = *connected;
    if (connected_) {
      LogConnection(name_, "connected");
    } else if (now_ - connecting_since_ > kConnectTimeout) {
      Lose("no answer within 10 s");
    }
  }

  Step PeerClosed() {
    if (connection_->cut_off()) cut_off_.Add(1);
    if (!until_closed_) {
      Lose("closed by the peer");
      return Step::kNothingYet;
    }
    LogConnection(name_, "closed by the peer: the input ends");
    return Step::kEnd;
  }

  void Lose(const std::string& reason) {
    const Clock::Duration wait = backoff_.Next();
    const auto millis = std::chrono::duration_cast<std::chrono::milliseconds>(wait);
    LogConnection(name_, reason + "; next attempt in " + FormatDuration(millis));
    lost_.Add(1);
    next_attempt_ = now_ + wait;
    connection_.reset();
    connected_ = false;
  }

  const TcpAddress address_;
  const std::string name_;
  const StreamFraming framing_;
  const bool until_closed_;
  Counter& lost_;
  Counter& cut_off_;
  Clock::MonotonicTime now_{};
  std::optional<TcpConnection> connection_;  // also while it is being made
  bool connected_ = false;
  Clock::MonotonicTime connecting_since_{};
  Clock::MonotonicTime next_attempt_{};
  Backoff backoff_;
};

}  // namespace

std::unique_ptr<TcpInput> NewTcpClientInput(OperatorContext& context, TcpAddress address,
                                            StreamFraming framing, bool until_closed) {
  return std::make_unique<TcpClientInput>(context, std::move(address), framing, until_closed);
}

}  // namespace penstock
