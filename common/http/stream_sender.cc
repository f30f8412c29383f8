#include "common/http/stream_sender.h"

#include <utility>

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

namespace penstock {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

/// The machine would buffer megabytes for a client that does not read.
constexpr int kSendBuffer = 64 << 10;

}  // namespace

StreamSender::StreamSender(std::shared_ptr<HttpServer::Core> core, tcp::socket socket,
                           Answer answer)
    : core_(std::move(core)),
      executor_(socket.get_executor()),
      socket_(std::move(socket)),
      timer_(executor_),
      answer_(std::move(answer)) {}

void StreamSender::Run() {
  asio::dispatch(executor_, [self = shared_from_this()] {
    error_code ignored;
    self->socket_.set_option(asio::socket_base::send_buffer_size(kSendBuffer), ignored);
    self->Watch();
    self->Write(std::exchange(self->answer_.header, {}));
    self->answer_.queue->SetWake([sender = self->weak_from_this()] {
      if (auto awake = sender.lock()) awake->core_->Post(*awake, [awake] { awake->Continue(); });
    });
    if (self->core_->stopping()) self->WindDown();
  });
}

void StreamSender::WindDown() {
  HttpStreamQueue& queue = *answer_.queue;
  if (!queue.options().farewell.empty()) queue.Push(queue.options().farewell);
  queue.Finish();
}

void StreamSender::Close() {
  error_code ignored;
  socket_.close(ignored);
  ++armed_;
  timer_.cancel();
  answer_.queue->Abandon();
  answer_.share.reset();
  core_->Forget(*this);
}

void StreamSender::Post(std::function<void()> task) { asio::post(executor_, std::move(task)); }

void StreamSender::Continue() {
  if (!socket_.is_open()) return;
  if (answer_.queue->closed()) return Close();
  if (!writing_.empty() || ending_) return;
  std::string text;
  const HttpStreamOptions& options = answer_.queue->options();
  switch (answer_.queue->Take(text)) {
    case HttpStreamQueue::Next::kText: return WriteText(text);
    case HttpStreamQueue::Next::kFinished: return WriteEnd();
    case HttpStreamQueue::Next::kClosed: return Close();
    case HttpStreamQueue::Next::kNothingYet: break;
  }
  if (options.heartbeat_text.empty()) return;
  Arm(options.heartbeat, [this] { WriteText(answer_.queue->options().heartbeat_text); });
}

void StreamSender::WriteText(const std::string& text) {
  Write(answer_.chunked ? fmt::format("{:x}\r\n{}\r\n", text.size(), text) : text);
}

void StreamSender::Write(std::string bytes) {
  writing_ = std::move(bytes);
  Arm(core_->options.stream_timeout, [this] { Close(); });
  asio::async_write(
      socket_, asio::buffer(writing_),
      [self = shared_from_this()](error_code error, std::size_t) { self->OnWritten(error); });
}

void StreamSender::OnWritten(error_code error) {
  if (!socket_.is_open()) return;
  if (error) return Close();
  writing_.clear();
  ++armed_;
  ending_ ? Close() : Continue();
}

void StreamSender::WriteEnd() {
  ending_ = true;
  answer_.chunked ? Write("0\r\n\r\n") : Close();
}

void StreamSender::Watch() {
  socket_.async_read_some(asio::buffer(discarded_),
                          [self = shared_from_this()](error_code error, std::size_t) {
                            if (!self->socket_.is_open()) return;
                            if (error) return self->Close();
                            self->Watch();
                          });
}

void StreamSender::Arm(std::chrono::milliseconds time, std::function<void()> action) {
  timer_.expires_after(time);
  timer_.async_wait(
      [self = shared_from_this(), armed = ++armed_, action = std::move(action)](error_code) {
        if (armed == self->armed_) action();
      });
}

}  // namespace penstock
