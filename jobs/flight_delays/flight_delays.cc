#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "api/penstock.h"
#include "connectors/file/file_sink.h"
#include "connectors/file/file_source.h"

// Delays at US airports: per airport over sliding windows of 7 days, every day, number of flights,
// mean and 95th percentile of the delay; and the five worst airports of each day.

using namespace penstock;

struct Flight {
  Timestamp date;
  int delay = 0;  // minutes; negative is early
  int distance = 0;
  std::string origin, destination;
};

/// Exact whatever the order of records and merges: how many flights had each delay.
struct DelayStats {
  std::vector<std::pair<std::int32_t, std::uint32_t>> flights;  // (delay, number), by delay
  std::uint64_t count = 0;
  std::int64_t sum = 0;

  void add(const Flight& flight) {
    AddFlights(flight.delay, 1);
    ++count;
    sum += flight.delay;
  }
  void merge(const DelayStats& other) {
    for (const auto& [delay, number] : other.flights) AddFlights(delay, number);
    count += other.count;
    sum += other.sum;
  }
  double mean() const { return static_cast<double>(sum) / static_cast<double>(count); }
  /// The smallest delay that at least 95 of 100 flights don't exceed.
  std::int32_t p95() const {
    const std::uint64_t rank = (count * 95 + 99) / 100;
    std::uint64_t passed = 0;
    for (const auto& [delay, number] : flights) {
      passed += number;
      if (passed >= rank) return delay;
    }
    return 0;
  }

  void AddFlights(std::int32_t delay, std::uint32_t number) {
    const auto place = std::lower_bound(
        flights.begin(), flights.end(), delay,
        [](const auto& entry, std::int32_t wanted) { return entry.first < wanted; });
    if (place != flights.end() && place->first == delay) {
      place->second += number;
    } else {
      flights.insert(place, {delay, number});
    }
  }
};

struct AirportDelay {
  std::string airport;
  Timestamp window_end;
  std::uint64_t flights = 0;
  double mean_delay = 0;
  std::int32_t p95_delay = 0;
};

struct WorstAirport {
  Timestamp window_end;
  std::uint32_t rank = 0;
  std::string airport;
  std::uint64_t flights = 0;
  double mean_delay = 0;
  std::int32_t p95_delay = 0;
};

/// The five airports with the greatest mean delay; of equal ones the first by name.
struct WorstFive {
  std::vector<AirportDelay> airports;  // worst first

  void add(const AirportDelay& airport) {
    const auto worse = [](const AirportDelay& a, const AirportDelay& b) {
      if (a.mean_delay != b.mean_delay) return a.mean_delay > b.mean_delay;
      return a.airport < b.airport;
    };
    airports.insert(std::upper_bound(airports.begin(), airports.end(), airport, worse), airport);
    if (airports.size() > 5) airports.pop_back();
  }
};

void Rank(const WorstFive& worst, Collector<WorstAirport>& out) {
  std::uint32_t rank = 0;
  for (const AirportDelay& a : worst.airports) {
    out.collect({a.window_end, ++rank, a.airport, a.flights, a.mean_delay, a.p95_delay});
  }
}

JsonFileSource<Flight> Flights(const std::string& path, double rate) {
  auto flights = FileSource::json<Flight>(path).time_format("%Y/%m/%d %H:%M");
  return rate == 0 ? std::move(flights) : std::move(flights).rate(rate);
}

PENSTOCK_JOB(flight_delays) {
  const std::string input =
      args.required_path("input", "flights as JSON: a file, a directory or a pattern");
  const std::string output = args.required_path(
      "output", "directory that gets airports/ and worst/, each with part-*.csv");
  const double rate = args.get("rate", 0.0, at_least(0), "flights per second; 0: no limit");

  auto weekly =
      env.from("flights", Flights(input, rate))
          .with_timestamps(bounded_out_of_orderness(10min), &Flight::date)
          .key_by(&Flight::origin)
          .window("weekly", sliding(7 * 24h, 24h))
          .aggregate(DelayStats{}, [](const auto& airport, Window w, const DelayStats& s) {
            return AirportDelay{airport, w.end, s.count, s.mean(), s.p95()};
          });
  weekly.sink_to("airports", FileSink::csv<AirportDelay>(output + "/airports"));

  // Each week's results carry its last millisecond, so that one day's window has them all.
  weekly.filter([](const AirportDelay& airport) { return airport.flights >= 20; })
      .key_by(&AirportDelay::window_end)
      .window("worst-five", tumbling(24h))
      .aggregate(WorstFive{}, [](Timestamp, Window, const WorstFive& worst) { return worst; })
      .flat_map(Rank)
      .sink_to("worst", FileSink::csv<WorstAirport>(output + "/worst"));
}
