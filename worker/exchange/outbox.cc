#include "worker/exchange/outbox.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cassert>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

namespace penstock::exchange {

Outbox::~Outbox() {
  if (event_fd_ >= 0) close(event_fd_);
}

Status Outbox::Open() {
  event_fd_ = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (event_fd_ >= 0) return Status::Ok();
  return Status::External(std::string("cannot create an eventfd: ") + std::strerror(errno));
}

void Outbox::Post(Item item) {
  bool wake;
  {
    MutexLock lock(mu_);
    items_.push_back(std::move(item));
    has_items_.store(true, std::memory_order_release);
    wake = std::exchange(sleeping_, false);
  }
  if (wake) eventfd_write(event_fd_, 1);
}

bool Outbox::Take(std::vector<Item>& items) {
  assert(items.empty());
  if (!has_items()) return false;
  MutexLock lock(mu_);
  items_.swap(items);
  has_items_.store(false, std::memory_order_relaxed);
  return !items.empty();
}

bool Outbox::PrepareToSleep() {
  MutexLock lock(mu_);
  sleeping_ = items_.empty();
  return sleeping_;
}

void Outbox::Awake() {
  eventfd_t ignored;
  eventfd_read(event_fd_, &ignored);
  MutexLock lock(mu_);
  sleeping_ = false;
}

}  // namespace penstock::exchange
