#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "api/runtime/list_cell.h"
#include "api/runtime/owned_record.h"
#include "common/timestamp.h"

namespace penstock {

/// A record that waits in a window.
template <typename T>
struct WindowElement {
  Timestamp timestamp;
  Owned<T> record;

  const T& value() const { return RecordOf(record); }
};

/// What a window holds when it fires, in the order of arrival; of merged sessions one behind the
/// other. May be gone through several times. Long ones are loaded piece by piece: a reference is
/// valid until the next step. Valid during the call.
template <typename T>
class WindowElements {
  using Run = std::span<const WindowElement<T>>;
  using Walk = internal::ListWalk<WindowElement<T>>;

 public:
  class Iterator {
   public:
    using value_type = T;
    using difference_type = std::ptrdiff_t;

    Iterator() = default;
    explicit Iterator(const T* single) : single_(single) {}
    explicit Iterator(Run run) : run_(run) {}
    explicit Iterator(std::unique_ptr<Walk> walk) : run_(walk->Next()), walk_(std::move(walk)) {}

    const T& operator*() const { return single_ != nullptr ? *single_ : run_.front().value(); }
    const T* operator->() const { return &**this; }
    Iterator& operator++() {
      if (single_ != nullptr) {
        single_ = nullptr;
        return *this;
      }
      run_ = run_.subspan(1);
      if (run_.empty() && walk_ != nullptr) run_ = walk_->Next();
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return single_ == nullptr && run_.empty(); }

   private:
    const T* single_ = nullptr;
    Run run_;
    std::unique_ptr<Walk> walk_;
  };

  // ---- for operators ----
  explicit WindowElements(const T& single) : single_(&single), size_(1) {}
  explicit WindowElements(Run run) : run_(run), size_(run.size()) {}
  WindowElements(internal::ListCell<WindowElement<T>>& list, std::uint64_t size)
      : list_(&list), size_(size) {}

  Iterator begin() const {
    if (single_ != nullptr) return Iterator(single_);
    if (list_ == nullptr) return Iterator(run_);
    return Iterator(list_->Walk(/*reading=*/true));
  }
  std::default_sentinel_t end() const { return {}; }
  std::uint64_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

 private:
  const T* single_ = nullptr;
  Run run_;
  internal::ListCell<WindowElement<T>>* list_ = nullptr;
  std::uint64_t size_ = 0;
};

}  // namespace penstock
