#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "api/runtime/codec.h"
#include "api/runtime/evolution_of.h"
#include "api/runtime/expiry.h"

namespace penstock {

/// A piece of a key's list. `first` and `end` count in chunk 0 only: the other chunks that there
/// are have numbers from `first` to `end` - 1, in order; some may be missing, and hold nothing.
template <typename T>
struct ListChunk {
  static constexpr bool kTimed = false;
  using Element = T;

  std::uint32_t first = 1;
  std::uint32_t end = 1;
  std::uint32_t bytes = 0;  ///< Of the encoded elements. Not stored.
  std::vector<T> elements;
};

/// With a time to live: `times` says of each element when it was last used.
template <typename T>
struct TimedListChunk : ListChunk<T> {
  static constexpr bool kTimed = true;

  std::vector<std::int64_t> times;
};

namespace internal {

/// Of the encoded value.
template <typename T>
std::uint32_t EncodedSize(const T& value) {
  if constexpr (Codec<T>::kDirect) {
    return static_cast<std::uint32_t>(Codec<T>::Size(value));
  } else {
    return static_cast<std::uint32_t>(EncodeToString(value).size());
  }
}

/// Removes what has expired; whether there was any.
template <typename T>
bool DropExpired(TimedListChunk<T>& chunk, const Expiry& expiry) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < chunk.elements.size(); ++i) {
    if (expiry.Expired(chunk.times[i])) {
      chunk.bytes -= EncodedSize(chunk.elements[i]);
      continue;
    }
    if (kept != i) {
      chunk.elements[kept] = std::move(chunk.elements[i]);
      chunk.times[kept] = chunk.times[i];
    }
    ++kept;
  }
  const bool any = kept < chunk.elements.size();
  chunk.elements.erase(chunk.elements.begin() + static_cast<std::ptrdiff_t>(kept),
                       chunk.elements.end());
  chunk.times.resize(kept);
  return any;
}

}  // namespace internal

/// As stored: first and end (4 bytes each), then the elements as a list. With a time to live the
/// times stand in front, as a list of 8 bytes each; when that is empty, the elements have not begun
/// to age.
template <typename Chunk>
struct ListChunkValue {
  using T = typename Chunk::Element;
  using Times = Codec<std::vector<std::int64_t>>;
  using Elements = Codec<std::vector<T>>;
  static_assert(!Codec<T>::kHoldsText,
                "a state must own its characters: use std::string instead of penstock::Text in it");
  static constexpr bool kNoHeap = false;

  static Fingerprint Describe() {
    Fingerprint fields;
    if (Chunk::kTimed) Codec<std::vector<Timestamp>>::Describe("(ttl)", fields);
    Codec<std::uint32_t>::Describe("first", fields);
    Codec<std::uint32_t>::Describe("end", fields);
    Elements::Describe("elements", fields);
    return fields;
  }
  static Evolution Evolve() {
    Evolution evolution;
    evolution.defaults.push_back({"", {}});
    Encode(Chunk{}, evolution.defaults.back().bytes);
    internal::EvolutionWalk<std::vector<T>>::Visit("elements", evolution);
    return evolution;
  }
  static void Encode(const Chunk& chunk, std::string& out) {
    if constexpr (Chunk::kTimed) Times::Encode(chunk.times, out);
    Codec<std::uint32_t>::Encode(chunk.first, out);
    Codec<std::uint32_t>::Encode(chunk.end, out);
    Elements::Encode(chunk.elements, out);
  }
  static bool Decode(std::string_view bytes, Chunk& chunk) {
    ByteReader in(bytes);
    if constexpr (Chunk::kTimed) {
      if (!Times::Decode(in, chunk.times)) return false;
    }
    chunk.first = in.Fixed<std::uint32_t>();
    chunk.end = in.Fixed<std::uint32_t>();
    if (in.failed() || in.remaining() < kCountBytes || chunk.first == 0) return false;
    chunk.bytes = static_cast<std::uint32_t>(in.remaining() - kCountBytes);
    if (!Elements::Decode(in, chunk.elements) || in.remaining() != 0) return false;
    if constexpr (Chunk::kTimed) {
      if (chunk.times.empty()) chunk.times.assign(chunk.elements.size(), internal::kUnstamped);
      if (chunk.times.size() != chunk.elements.size()) return false;
    }
    return chunk.first <= chunk.end;
  }
  static std::size_t HeapBytes(const Chunk& chunk) {
    std::size_t bytes = Elements::HeapBytes(chunk.elements);
    if constexpr (Chunk::kTimed) bytes += Times::HeapBytes(chunk.times);
    return bytes;
  }

 private:
  static constexpr std::size_t kCountBytes = sizeof(std::uint32_t);
};

}  // namespace penstock
