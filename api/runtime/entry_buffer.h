#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "api/runtime/arena.h"
#include "api/runtime/codec.h"
#include "api/runtime/keyed_table.h"
#include "common/key_group.h"

namespace penstock {

/// Encoded entries of a snapshot: collected in any order, written sorted. One thread at a time.
class EntryBuffer {
 public:
  /// Starts the entries of one key of a table with `max_parallelism` groups.
  template <typename K>
  void StartKey(const K& key, std::uint32_t max_parallelism) {
    scratch_.assign(2, '\0');
    Codec<K>::Encode(key, scratch_);
    key_end_ = scratch_.size();
    const std::uint64_t hash = HashKey(std::string_view(scratch_).substr(2));
    const std::uint32_t group = KeyGroupOf(hash, max_parallelism);
    scratch_[0] = static_cast<char>(group >> 8);
    scratch_[1] = static_cast<char>(group & 0xff);
  }
  /// Adds one entry of that key. The functions append the namespace and the value to a std::string.
  template <typename AppendNamespace, typename AppendValue>
  void Add(AppendNamespace&& append_namespace, AppendValue&& append_value) {
    scratch_.resize(key_end_);
    append_namespace(scratch_);
    const std::size_t key_size = scratch_.size();
    append_value(scratch_);
    const std::string_view bytes = arena_.Copy(scratch_);
    refs_.push_back({Prefix(bytes.substr(0, key_size)), bytes.data(),
                     static_cast<std::uint32_t>(key_size),
                     static_cast<std::uint32_t>(bytes.size() - key_size)});
  }
  /// Takes over references to all entries of `other`, which must live as long as they are used.
  void Refer(const EntryBuffer& other) {
    refs_.insert(refs_.end(), other.refs_.begin(), other.refs_.end());
  }

  Status WriteSorted(EntryWriter& writer) {
    std::sort(refs_.begin(), refs_.end(), Before);
    for (const Ref& ref : refs_) {
      PENSTOCK_RETURN_IF_ERROR(
          writer.Put({ref.bytes, ref.key_size}, {ref.bytes + ref.key_size, ref.value_size}));
    }
    return Status::Ok();
  }
  /// Keeps the memory.
  void Clear() {
    refs_.clear();
    arena_.Clear();
  }
  std::size_t MemoryBytes() const { return arena_.used() + refs_.capacity() * sizeof(Ref); }

 private:
  struct Ref {
    std::uint64_t prefix;  // first 8 bytes of the key: decides most comparisons
    const char* bytes;     // key, then value
    std::uint32_t key_size;
    std::uint32_t value_size;
  };

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
  std::size_t key_end_ = 0;
  Arena arena_;
  std::vector<Ref> refs_;
};

}  // namespace penstock
