#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "api/runtime/codec.h"
#include "api/runtime/entry_policy.h"
#include "api/runtime/evolution_of.h"
#include "api/runtime/expiry.h"

namespace penstock {

/// A value and when it was last used, in milliseconds.
template <typename V>
struct Timed {
  std::int64_t last_use = internal::kUnstamped;
  V value{};
};

/// As stored: the time (8 bytes, little endian), then the value.
template <typename V>
struct TimedValue {
  static constexpr bool kNoHeap = PlainValue<V>::kNoHeap;

  static void Encode(const Timed<V>& timed, std::string& out) {
    Codec<std::int64_t>::Encode(timed.last_use, out);
    PlainValue<V>::Encode(timed.value, out);
  }
  static bool Decode(std::string_view bytes, Timed<V>& timed) {
    ByteReader in(bytes);
    return Codec<std::int64_t>::Decode(in, timed.last_use) &&
           PlainValue<V>::Decode(in.rest(), timed.value);
  }
  static std::size_t HeapBytes(const Timed<V>& timed) {
    return PlainValue<V>::HeapBytes(timed.value);
  }
};

namespace internal {

/// How values are kept that stay for ever: as they are. Lasting and Expiring have the same members,
/// so that a cell is written once.
template <typename V>
class Lasting {
 public:
  using Stored = V;
  using Policy = PlainValue<V>;
  static constexpr bool kTimed = false;

  Lasting(const TimeToLive&, const StateTime&) {}

  static Fingerprint Describe() { return FingerprintOf<V>(); }
  static Evolution Evolve() { return EvolutionOf<V>(); }
  static V& ValueOf(V& stored) { return stored; }
  static const V& ValueOf(const V& stored) { return stored; }
  static bool Expired(const V&) { return false; }
  static bool Hidden(const V&) { return false; }
  static bool RefreshedByReading(const V&) { return false; }
  static bool refreshes_on_read() { return false; }
  static void Stamp(V&) {}
};

/// How values with a time to live are kept.
template <typename V>
class Expiring {
 public:
  using Stored = Timed<V>;
  using Policy = TimedValue<V>;
  static constexpr bool kTimed = true;

  Expiring(const TimeToLive& ttl, const StateTime& time) : expiry_(ttl, time) {}

  static Fingerprint Describe() {
    Fingerprint fields;
    Codec<Timestamp>::Describe("(ttl)", fields);
    Codec<V>::Describe("", fields);
    return fields;
  }
  /// Values that were stored without a time have one that is not known.
  static Evolution Evolve() {
    Evolution evolution;
    evolution.defaults.push_back({"", {}});
    TimedValue<V>::Encode(Timed<V>{}, evolution.defaults.back().bytes);
    EvolutionWalk<V>::Visit("", evolution);
    return evolution;
  }
  static V& ValueOf(Timed<V>& stored) { return stored.value; }
  static const V& ValueOf(const Timed<V>& stored) { return stored.value; }
  bool Expired(const Timed<V>& stored) const { return expiry_.Expired(stored.last_use); }
  bool Hidden(const Timed<V>& stored) const { return expiry_.Hidden(stored.last_use); }
  bool refreshes_on_read() const { return expiry_.refreshes_on_read(); }
  bool Begins(const Timed<V>& stored) const { return expiry_.Begins(stored.last_use); }
  bool RefreshedByReading(const Timed<V>& stored) const {
    return expiry_.RefreshedByReading(stored.last_use);
  }
  void Stamp(Timed<V>& stored) const { stored.last_use = expiry_.Use(); }

 private:
  const Expiry expiry_;
};

/// Drops what has expired of the next `slots` slots of a table whose values `life` keeps. Those of
/// unknown age begin to age.
template <typename Table, typename Life, typename Erase>
void SweepTimed(Table& table, const Life& life, std::uint32_t slots, Erase&& erase) {
  table.Sweep(slots, [&](typename Table::Entry& entry) {
    const auto& stored = entry.value();
    if (life.Expired(stored)) {
      erase(entry);
    } else if (life.Begins(stored)) {
      life.Stamp(table.Mutable(entry));
    }
  });
}

}  // namespace internal
}  // namespace penstock
