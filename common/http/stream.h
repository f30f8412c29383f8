#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "common/mutex.h"

namespace penstock {

struct HttpStreamOptions {
  /// Text that the client has not taken yet. Whoever would exceed it is dropped.
  std::size_t max_queued_bytes = 256 << 10;
  /// Sent whenever nothing else was for that time; empty: nothing is.
  std::string heartbeat_text{};
  std::chrono::milliseconds heartbeat{10'000};
  /// Sent last when the server stops; empty: nothing is.
  std::string farewell{};
};

/// What is on its way from the writer of a streamed answer to its connection. Thread-safe; nothing
/// blocks, and callbacks are called without a lock held.
class HttpStreamQueue {
 public:
  enum class Next : unsigned char {
    kText,
    kNothingYet,
    kFinished,  ///< The writer has ended it and all is taken.
    kClosed,    ///< Overflown or abandoned: close the connection at once.
  };

  explicit HttpStreamQueue(HttpStreamOptions options) : options_(std::move(options)) {}

  const HttpStreamOptions& options() const { return options_; }

  // The writer's side; HttpStream calls these.
  bool Push(std::string text) EXCLUDES(mu_);
  void Finish() EXCLUDES(mu_);
  bool closed() const EXCLUDES(mu_);
  void OnClose(std::function<void()> callback) EXCLUDES(mu_);

  // The connection's side.
  /// `wake` is called once Take() has something other than kNothingYet to say, after it has said
  /// kNothingYet; at once if it has never been asked.
  void SetWake(std::function<void()> wake) EXCLUDES(mu_);
  /// Fills `text` with all that is queued when it returns kText.
  Next Take(std::string& text) EXCLUDES(mu_);
  /// The client has gone.
  void Abandon() EXCLUDES(mu_);

 private:
  void Wake() EXCLUDES(mu_);

  const HttpStreamOptions options_;
  mutable Mutex mu_;
  std::string queued_ GUARDED_BY(mu_);
  bool finished_ GUARDED_BY(mu_) = false;
  bool closed_ GUARDED_BY(mu_) = false;
  bool asleep_ GUARDED_BY(mu_) = true;  // the connection waits to be woken
  std::function<void()> wake_ GUARDED_BY(mu_);
  std::function<void()> on_close_ GUARDED_BY(mu_);
};

/// The writer's end of an answer that goes on until somebody ends it. Copies write to the same
/// answer; it ends when the last one goes. Thread-safe, never blocks.
class HttpStream {
 public:
  explicit HttpStream(std::shared_ptr<HttpStreamQueue> queue);

  /// False when nobody listens any more: the client has gone, was dropped because it does not read,
  /// or the server has stopped.
  bool Send(std::string text) const { return queue().Push(std::move(text)); }
  /// The answer is complete with what has been sent until now.
  void End() const { queue().Finish(); }
  bool closed() const { return queue().closed(); }
  /// Called once, on any thread, when closed() becomes true; at once if it is.
  void OnClose(std::function<void()> callback) const { queue().OnClose(std::move(callback)); }

 private:
  class Writer;
  HttpStreamQueue& queue() const;

  std::shared_ptr<Writer> writer_;  // shared: the last copy ends the answer
};

}  // namespace penstock
