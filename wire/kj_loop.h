#pragma once

#include <functional>
#include <thread>
#include <vector>

#include <kj/async-io.h>

#include "common/mutex.h"
#include "common/process.h"
#include "common/status.h"

namespace penstock {

/// A thread with one KJ event loop, and the mail to it. For wire/'s own sources.
///
/// Life: constructed, Start(), Stop() exactly once, destroyed. Promises and capabilities belong to
/// the loop's thread; other threads only Post().
class KjLoop {
 public:
  using Task = std::function<void()>;

  ~KjLoop();

  /// Runs `main` on the new thread. It makes what lives there, calls Serve(), and destroys it
  /// again. What `main` throws goes to `failed`, on that thread.
  Status Start(std::function<void(kj::AsyncIoContext&)> main, std::function<void(Status)> failed);
  /// Runs events and posted tasks until Stop(). On the loop's thread, from `main`.
  void Serve(kj::AsyncIoContext& io);
  /// Any thread. Tasks run in order, outside of any event, so that they may destroy what has
  /// events. After Stop() they are dropped.
  void Post(Task task) EXCLUDES(mu_);
  /// Ends Serve() and joins the thread. Not from the loop's thread; harmless without Start().
  void Stop() EXCLUDES(mu_);

 private:
  /// False when stopped.
  bool RunPosted() EXCLUDES(mu_);
  void Wake();

  UniqueFd event_;
  std::thread thread_;
  Mutex mu_;
  std::vector<Task> posted_ GUARDED_BY(mu_);
  bool stopped_ GUARDED_BY(mu_) = false;
};

/// A failed connection or call.
Status FromKj(const kj::Exception& exception);

}  // namespace penstock
