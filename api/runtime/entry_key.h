#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

#include "api/runtime/codec.h"
#include "common/bytes.h"
#include "common/entry_key.h"
#include "common/key_group.h"
#include "common/timestamp.h"

namespace penstock {

/// How a table's key stands in an entry key (common/entry_key.h), behind the header: as its codec
/// encodes it. Tables whose key is more than the key of the stream specialise it.
template <typename K>
struct EntryKeyCodec {
  /// Returns the hash of the stream's key, which tells the key group.
  static std::uint64_t Append(const K& key, std::string& out) {
    const std::size_t begin = out.size();
    Codec<K>::Encode(key, out);
    return HashKey(std::string_view(out).substr(begin));
  }
  /// Text views the input. False when `bytes` are not exactly what Append writes.
  static bool Read(std::string_view bytes, K& key) {
    ByteReader in(bytes);
    return Codec<K>::Decode(in, key) && in.remaining() == 0;
  }
};

}  // namespace penstock
