#include "wire/kj_loop.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cassert>
#include <cerrno>
#include <cstring>

#include "common/logging.h"
#include "common/stacks/named_thread.h"

namespace penstock {

KjLoop::~KjLoop() { assert(!thread_.joinable() && "Stop() was not called"); }

Status KjLoop::Start(std::function<void(kj::AsyncIoContext&)> main,
                     std::function<void(Status)> failed) {
  event_ = UniqueFd(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!event_) {
    return Status::External(std::string("cannot make an eventfd: ") + std::strerror(errno));
  }
  thread_ = std::thread([main = std::move(main), failed = std::move(failed)] {
    const NamedThread name("rpc");
    auto exception = kj::runCatchingExceptions([&] {
      kj::AsyncIoContext io = kj::setupAsyncIo();
      main(io);
    });
    KJ_IF_MAYBE (thrown, exception) failed(FromKj(*thrown));
  });
  return Status::Ok();
}

void KjLoop::Serve(kj::AsyncIoContext& io) {
  auto wakes =
      io.lowLevelProvider->wrapInputFd(event_.get(), kj::LowLevelAsyncIoProvider::ALREADY_NONBLOCK);
  do {
    std::uint64_t count = 0;
    wakes->read(&count, sizeof(count)).wait(io.waitScope);
  } while (RunPosted());
}

bool KjLoop::RunPosted() {
  std::vector<Task> tasks;
  {
    MutexLock lock(mu_);
    if (stopped_) return false;
    tasks.swap(posted_);
  }
  for (Task& task : tasks) {
    auto exception = kj::runCatchingExceptions([&] { task(); });
    KJ_IF_MAYBE (thrown, exception)
      LogWarn("control connection failed", {{"error", FromKj(*thrown)}});
  }
  return true;
}

void KjLoop::Post(Task task) {
  MutexLock lock(mu_);
  if (stopped_) return;
  posted_.push_back(std::move(task));
  Wake();
}

void KjLoop::Stop() {
  if (!thread_.joinable()) return;
  {
    MutexLock lock(mu_);
    stopped_ = true;
    posted_.clear();
    Wake();
  }
  thread_.join();
}

void KjLoop::Wake() {
  const std::uint64_t one = 1;
  // It fails only when the counter is full, and then the loop is awake.
  [[maybe_unused]] const ssize_t written = write(event_.get(), &one, sizeof(one));
}

Status FromKj(const kj::Exception& exception) {
  return Status::Unavailable(exception.getDescription().cStr());
}

}  // namespace penstock
