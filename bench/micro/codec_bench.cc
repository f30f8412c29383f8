// Encoding and decoding of a bid, as an edge between two processes does it.

#include <string>

#include "api/runtime/record_type_of.h"
#include "bench/measure.h"
#include "bench/micro/records.h"
#include "bench/micro/suites.h"

namespace penstock::bench {
namespace {

void Encode(const TypedBatch<Bid>& bids, std::string& out) {
  for (std::size_t i = 0; i < bids.size(); ++i) {
    Codec<Timestamp>::Encode(bids.timestamps()[i], out);
    Codec<Bid>::Encode(bids[i], out);
  }
}

}  // namespace

void MeasureCodec(Report& report) {
  if (!report.Begin("codec")) return;
  TypedBatch<Bid> bids;
  FillBids(bids);
  std::string encoded;
  const double encode = NanosPerItem([&] {
    encoded.clear();
    Encode(bids, encoded);
    Use(encoded);
    return bids.size();
  });
  report.Add("encode a bid", encode, "ns/record", AtMost(6.8));

  TypedBatch<Bid> decoded;
  const auto count = static_cast<std::uint32_t>(bids.size());
  bool ok = true;
  const double decode = NanosPerItem([&] {
    decoded.Clear();
    ok = ok && RecordTypeOf<Bid>::Instance().Decode(encoded, count, decoded).ok();
    return decoded.size();
  });
  if (!ok) return report.Fail("decode a bid", "the bytes are not what was encoded");
  report.Add("decode a bid into views", decode, "ns/record", AtMost(7.8));
}

}  // namespace penstock::bench
