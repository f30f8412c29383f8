#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/runtime/arena.h"
#include "common/status.h"

namespace penstock {

/// Receives the entries of a snapshot in ascending byte order of `key`.
class EntryWriter {
 public:
  virtual ~EntryWriter() = default;
  virtual Status Put(std::string_view key, std::string_view value) = 0;
  /// The entry of that key is gone, if there ever was one.
  virtual Status Erase(std::string_view key) = 0;
};

/// Changed entries of a snapshot: collected in any order, written sorted. One thread at a time.
class EntryBuffer {
 public:
  /// Adds an entry. The functions append the key and the value to a std::string.
  template <typename AppendKey, typename AppendValue>
  void Put(AppendKey&& append_key, AppendValue&& append_value) {
    scratch_.clear();
    append_key(scratch_);
    const std::size_t key_size = scratch_.size();
    append_value(scratch_);
    Add(key_size, static_cast<std::uint32_t>(scratch_.size() - key_size));
  }
  template <typename AppendKey>
  void Erase(AppendKey&& append_key) {
    scratch_.clear();
    append_key(scratch_);
    Add(scratch_.size(), kErased);
  }
  /// Takes all entries of another one over; of no key both may have an entry.
  void Adopt(std::unique_ptr<EntryBuffer> other) {
    refs_.insert(refs_.end(), other->refs_.begin(), other->refs_.end());
    adopted_.push_back(std::move(other));
  }

  Status WriteSorted(EntryWriter& writer) {
    std::sort(refs_.begin(), refs_.end(), Before);
    for (const Ref& ref : refs_) {
      const std::string_view key(ref.bytes, ref.key_size);
      PENSTOCK_RETURN_IF_ERROR(ref.value_size == kErased
                                   ? writer.Erase(key)
                                   : writer.Put(key, {ref.bytes + ref.key_size, ref.value_size}));
    }
    return Status::Ok();
  }
  /// Keeps the memory of its own entries.
  void Clear() {
    refs_.clear();
    arena_.Clear();
    adopted_.clear();
  }
  std::size_t MemoryBytes() const { return arena_.used() + refs_.capacity() * sizeof(Ref); }

 private:
  static constexpr std::uint32_t kErased = UINT32_MAX;

  struct Ref {
    std::uint64_t prefix;  // first 8 bytes of the key: decides most comparisons
    const char* bytes;     // key, then value
    std::uint32_t key_size;
    std::uint32_t value_size;  // or kErased
  };

  void Add(std::size_t key_size, std::uint32_t value_size) {
    const std::string_view bytes = arena_.Copy(scratch_);
    refs_.push_back({Prefix(bytes.substr(0, key_size)), bytes.data(),
                     static_cast<std::uint32_t>(key_size), value_size});
  }
  static std::uint64_t Prefix(std::string_view key) {
    unsigned char head[8] = {};
    std::memcpy(head, key.data(), std::min<std::size_t>(key.size(), sizeof(head)));
    std::uint64_t prefix = 0;
    for (unsigned char byte : head) prefix = (prefix << 8) | byte;
    return prefix;
  }
  static bool Before(const Ref& a, const Ref& b) {
    if (a.prefix != b.prefix) return a.prefix < b.prefix;
    return std::string_view(a.bytes, a.key_size) < std::string_view(b.bytes, b.key_size);
  }

  std::string scratch_;
  Arena arena_;
  std::vector<Ref> refs_;
  std::vector<std::unique_ptr<EntryBuffer>> adopted_;
};

}  // namespace penstock
