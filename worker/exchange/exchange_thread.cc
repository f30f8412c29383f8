// The part of ZmqExchange that runs on the exchange thread.

#include <algorithm>
#include <utility>

#include "worker/exchange/zmq_exchange.h"

namespace penstock::exchange {
namespace {

constexpr std::chrono::seconds kStopTimeout{1};

Clock::MonotonicTime Now() { return std::chrono::steady_clock::now(); }

}  // namespace

void ZmqExchange::Run() {
  bool stopping = false;
  while (true) {
    // Read before the outbox, so that everything posted before Stop is sent.
    const bool stop = stop_.load(std::memory_order_acquire);
    bool worked = false;
    if (Result<bool> done = Work(); done.ok()) {
      worked = *done;
    } else {
      Fail(done.status());
    }
    if (connecting_) UpdateConnecting();
    if (stop && !std::exchange(stopping, true)) StartStopping();
    if (stopping && MayEnd()) break;
    if (worked || !outbox_->PrepareToSleep()) continue;
    sockets_.Wait(outbox_->event_fd(), PollMillis());
    outbox_->Awake();
  }
}

Result<bool> ZmqExchange::Work() {
  PENSTOCK_ASSIGN_OR_RETURN(const bool sent, FlushOutbox());
  if (failed_) return sent;
  PENSTOCK_ASSIGN_OR_RETURN(const bool received, sockets_.Receive());
  return sent || received;
}

Result<bool> ZmqExchange::FlushOutbox() {
  if (!outbox_->Take(taken_)) return false;
  Status status;
  for (Outbox::Item& item : taken_) {
    if (status.ok() && !failed_) status = Handle(item);
  }
  taken_.clear();
  if (!status.ok()) return status;
  return true;
}

Status ZmqExchange::Handle(Outbox::Item& item) {
  if (auto* send = std::get_if<Outbox::SendFrame>(&item)) {
    return sockets_.Send(send->peer, std::move(send->frame));
  }
  if (auto* grant = std::get_if<Outbox::GrantCredit>(&item)) return Grant(*grant);
  if (auto* fail = std::get_if<Outbox::Fail>(&item)) return fail->reason;
  return Status::Ok();
}

Status ZmqExchange::Grant(const Outbox::GrantCredit& grant) {
  const FrameReceiver::CreditFrame credit = receiver_.NextCreditFrame(grant.channel, grant.bytes);
  if (sockets_.HasLeft(credit.peer)) return Status::Ok();
  Message frame = Message::OfSize(kFrameHeaderBytes);
  SealFrame(credit.header, frame.data(), frame.size());
  return sockets_.Send(credit.peer, std::move(frame));
}

/// Ends the attempt: the other hosts see the closed connections.
void ZmqExchange::Fail(Status reason) {
  failed_ = true;
  sockets_.Close();
  if (connecting_) {
    ReportConnected(std::move(reason));
  } else if (!stop_.load(std::memory_order_acquire)) {
    on_failure_(std::move(reason));
  }
}

void ZmqExchange::UpdateConnecting() {
  const Status status = sockets_.AllConnected();
  if (status.ok()) return ReportConnected(status);
  if (cancelled_->load(std::memory_order_acquire)) return Fail(Status::Cancelled());
  if (Now() >= *deadline_) Fail(status);
}

void ZmqExchange::ReportConnected(Status status) {
  connecting_ = false;
  deadline_.reset();
  MutexLock lock(mu_);
  connect_result_ = std::move(status);
  connected_.NotifyAll();
}

/// After a failure or a cancellation nobody is told: the connections just end.
void ZmqExchange::StartStopping() {
  if (failed_ || cancelled_->load(std::memory_order_acquire)) return;
  sockets_.SayGoodbye();
  deadline_ = Now() + kStopTimeout;
}

bool ZmqExchange::MayEnd() const {
  return !deadline_ || failed_ || Now() >= *deadline_ || sockets_.AllGoodbyesAnswered();
}

long ZmqExchange::PollMillis() const {
  if (!deadline_) return -1;
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(*deadline_ - Now()).count();
  return std::max<long>(left, 0) + 1;
}

}  // namespace penstock::exchange
