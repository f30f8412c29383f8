#include "common/http/responder.h"

#include <atomic>
#include <utility>

namespace penstock {

class HttpResponder::State {
 public:
  State(Deliver deliver, Begin begin) : deliver_(std::move(deliver)), begin_(std::move(begin)) {}
  ~State() { Send(ErrorResponse(Status::Internal("the request was dropped without an answer"))); }

  void Send(HttpResponse response) {
    if (!answered_.exchange(true)) deliver_(std::move(response));
  }
  void Stream(HttpResponse head, std::shared_ptr<HttpStreamQueue> queue) {
    if (answered_.exchange(true)) return queue->Abandon();
    if (begin_) return begin_(std::move(head), std::move(queue));
    queue->Abandon();
    deliver_(ErrorResponse(Status::Internal("answers cannot be streamed here")));
  }

 private:
  const Deliver deliver_;
  const Begin begin_;
  std::atomic<bool> answered_{false};
};

HttpResponder::HttpResponder(Deliver deliver, Begin begin)
    : state_(std::make_shared<State>(std::move(deliver), std::move(begin))) {}

void HttpResponder::Send(HttpResponse response) const { state_->Send(std::move(response)); }

HttpStream HttpResponder::Stream(HttpResponse head, HttpStreamOptions options) const {
  // Shared by the writer and the connection.
  auto queue = std::make_shared<HttpStreamQueue>(std::move(options));
  HttpStream stream(queue);
  state_->Stream(std::move(head), std::move(queue));
  return stream;
}

}  // namespace penstock
