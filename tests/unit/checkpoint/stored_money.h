#pragma once

#include <cstdint>
#include <string>

#include "api/runtime/codec.h"

namespace penstock {

/// A type with a codec of its own.
struct Money {
  std::int64_t cents = 0;
};

template <>
struct Codec<Money> : CustomCodec<Money> {
  static constexpr const char* kTypeName = "money";
  static void Encode(const Money& money, std::string& out) {
    Codec<std::int64_t>::Encode(money.cents, out);
  }
  static bool Decode(ByteReader& in, Money& money) {
    money.cents = in.Fixed<std::int64_t>();
    return !in.failed();
  }
};

}  // namespace penstock
