#pragma once

#include <functional>
#include <memory>

#include "common/http/message.h"
#include "common/http/stream.h"

namespace penstock {

/// Takes the answer to one request, at any time, from any thread, also after the server has stopped
/// or the client has gone. The first Send() or Stream() counts; if the last copy goes without one,
/// the client gets a 500.
class HttpResponder {
 public:
  using Deliver = std::function<void(HttpResponse)>;
  /// The body of the response is empty. Takes the queue from the thread that calls Stream().
  using Begin = std::function<void(HttpResponse, std::shared_ptr<HttpStreamQueue>)>;

  /// Without `begin` a streamed answer becomes an error.
  explicit HttpResponder(Deliver deliver, Begin begin = nullptr);

  void Send(HttpResponse response) const;

  /// Begins an answer that is written bit by bit; `head` has everything but the body. The stream is
  /// closed from the start when the request has been answered already, when the client has gone or
  /// when there are too many streams, which the client is told.
  HttpStream Stream(HttpResponse head, HttpStreamOptions options) const;

 private:
  class State;
  std::shared_ptr<State> state_;  // shared: copies answer the same request
};

}  // namespace penstock
