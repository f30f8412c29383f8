// A count per key, beside the fastest hash table of boost in the same run.

#include <algorithm>
#include <memory>
#include <string>

#include <boost/unordered/unordered_flat_map.hpp>

#include "bench/measure.h"
#include "bench/micro/key_stream.h"
#include "bench/micro/suites.h"

namespace penstock::bench {
namespace {

/// What making the records costs; subtracted from what is measured with them.
double NanosToMake(std::uint64_t keys) {
  KeyStream stream(keys);
  return NanosPerItem([&] {
    TypedBatch<Keyed>& batch = stream.Next();
    Use(batch.data());
    return batch.size();
  });
}

double CountInTable(std::uint64_t keys) {
  auto table = FilledTable(keys);
  CountLoop loop(&Keyed::key);
  KeyStream stream(keys);
  return NanosPerItem(
      [&] {
        TypedBatch<Keyed>& batch = stream.Next();
        CountBatch(loop, *table, batch);
        return batch.size();
      },
      0.3);
}

double CountInFlatMap(std::uint64_t keys) {
  boost::unordered_flat_map<std::uint64_t, std::uint64_t> map;
  for (std::uint64_t i = 0; i < keys; ++i) map[Scramble(i)] = 0;
  KeyStream stream(keys);
  return NanosPerItem(
      [&] {
        TypedBatch<Keyed>& batch = stream.Next();
        for (std::size_t i = 0; i < batch.size(); ++i) ++map[batch[i].key];
        return batch.size();
      },
      0.3);
}

double LongestInsertMillis() {
  constexpr std::uint64_t kKeys = 6'000'000;
  CountTable table({}, kAllGroups, kDefaultMaxParallelism);
  KeyHasher<std::uint64_t> hasher;
  double longest = 0;
  double start = ThreadSeconds();
  for (std::uint64_t i = 0; i < kKeys; ++i) {
    const std::uint64_t key = Scramble(i);
    table.GetOrCreate(key, hasher(key), 0U);
    const double end = ThreadSeconds();
    longest = std::max(longest, end - start);
    start = end;
  }
  return longest * 1e3;
}

void MeasureCount(Report& report, std::uint64_t keys, const std::string& name, double limit) {
  const double make = NanosToMake(keys);
  report.Add("count per key, " + name + " keys", CountInTable(keys) - make, "ns/record",
             AtMost(limit));
  report.Add("  boost::unordered_flat_map, same run", CountInFlatMap(keys) - make, "ns/record",
             AtMost(limit));
}

}  // namespace

void MeasureKeyedState(Report& report) {
  if (!report.Begin("keyed state")) return;
  MeasureCount(report, 10'000, "10 k", 2.9);
  MeasureCount(report, 1'000'000, "1 M", 12);
  MeasureCount(report, 10'000'000, "10 M", 33);
  report.Add("longest insert, growing to 6 M keys", LongestInsertMillis(), "ms", AtMost(0.5),
             AtMost(10));
}

}  // namespace penstock::bench
