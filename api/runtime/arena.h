#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#if defined(__SANITIZE_ADDRESS__)
#define PENSTOCK_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define PENSTOCK_ASAN 1
#endif
#endif
#ifdef PENSTOCK_ASAN
#include <sanitizer/asan_interface.h>
#endif

namespace penstock {

/// Memory for the bytes of Text fields: grows by chunks, is forgotten as a whole. Under the address
/// sanitizer forgotten bytes are poisoned, so that a stale Text is found. One thread at a time.
class Arena {
 public:
  Arena() = default;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  ~Arena() {
    for (Chunk& chunk : chunks_) Unpoison(chunk.bytes.get(), chunk.size);
  }

  /// `size` uninitialised bytes, valid until Clear.
  char* Allocate(std::size_t size) {
    if (size > static_cast<std::size_t>(end_ - next_)) NextChunk(size);
    char* bytes = next_;
    next_ += size;
    used_ += size;
    Unpoison(bytes, size);
    return bytes;
  }
  /// A copy of the bytes, valid until Clear.
  std::string_view Copy(std::string_view bytes) {
    if (bytes.empty()) return {};
    char* copy = Allocate(bytes.size());
    std::memcpy(copy, bytes.data(), bytes.size());
    return {copy, bytes.size()};
  }
  /// True when `bytes` points into this arena's memory.
  bool Owns(const char* bytes) const {
    if (last_owner_ < chunks_.size() && Holds(chunks_[last_owner_], bytes)) return true;
    for (std::size_t i = 0; i < chunks_.size(); ++i) {
      if (!Holds(chunks_[i], bytes)) continue;
      last_owner_ = i;
      return true;
    }
    return false;
  }
  /// Forgets everything and keeps the chunks for what comes next.
  void Clear() {
    if (used_ == 0) return;
    for (Chunk& chunk : chunks_) Poison(chunk.bytes.get(), chunk.size);
    used_ = 0;
    current_ = 0;
    next_ = chunks_[0].bytes.get();
    end_ = next_ + chunks_[0].size;
  }
  /// Bytes handed out since the last Clear.
  std::size_t used() const { return used_; }

 private:
  static constexpr std::size_t kFirstChunk = 4 * 1024;
  static constexpr std::size_t kLargestChunk = 64 * 1024;

  struct Chunk {
    std::unique_ptr<char[]> bytes;
    std::size_t size = 0;
  };

  static bool Holds(const Chunk& chunk, const char* bytes) {
    return static_cast<std::size_t>(bytes - chunk.bytes.get()) < chunk.size;
  }
  void NextChunk(std::size_t size) {
    // current_ is the chunk in use; with none yet, next_ is null.
    std::size_t candidate = next_ == nullptr ? 0 : current_ + 1;
    while (candidate < chunks_.size() && chunks_[candidate].size < size) ++candidate;
    if (candidate == chunks_.size()) AddChunk(size);
    current_ = candidate;
    next_ = chunks_[candidate].bytes.get();
    end_ = next_ + chunks_[candidate].size;
  }
  void AddChunk(std::size_t size) {
    std::size_t wanted = chunks_.empty() ? kFirstChunk : chunks_.back().size * 2;
    wanted = std::max(std::min(wanted, kLargestChunk), size);
    chunks_.push_back({std::unique_ptr<char[]>(new char[wanted]), wanted});
    Poison(chunks_.back().bytes.get(), wanted);
  }
#ifdef PENSTOCK_ASAN
  static void Poison(const char* bytes, std::size_t size) {
    ASAN_POISON_MEMORY_REGION(bytes, size);
  }
  static void Unpoison(const char* bytes, std::size_t size) {
    ASAN_UNPOISON_MEMORY_REGION(bytes, size);
  }
#else
  static void Poison(const char*, std::size_t) {}
  static void Unpoison(const char*, std::size_t) {}
#endif

  std::vector<Chunk> chunks_;
  std::size_t current_ = 0;
  mutable std::size_t last_owner_ = 0;  // chunk in which Owns found something last
  std::size_t used_ = 0;
  char* next_ = nullptr;
  char* end_ = nullptr;
};

}  // namespace penstock
