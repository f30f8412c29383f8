#include <algorithm>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

#include "api/penstock.h"
#include "connectors/basic/sequence_source.h"
#include "connectors/file/file_sink.h"

// A job whose exact output is known beforehand, to be killed. See README.md for the formula.

using namespace penstock;

struct Event {
  Timestamp time;
  std::uint32_t partition = 0;
  std::uint64_t index = 0;  // in the partition
  std::uint64_t key = 0;    // belongs to one partition, so that the order of its events is known
  std::int64_t value = 0;
};

struct Formula {
  std::uint64_t seed = 1;
  std::uint64_t partitions = 1;
  std::uint64_t keys = 1;

  /// The `i`-th of all records, a pure function of seed, partition and index.
  Event operator()(std::uint64_t i) const {
    Event event;
    event.partition = static_cast<std::uint32_t>(i % partitions);
    event.index = i / partitions;
    const std::uint64_t bits = Mix(seed ^ (std::uint64_t{event.partition} << 48) ^ event.index);
    event.key = event.partition * keys + bits % keys;
    event.value = static_cast<std::int64_t>((bits >> 20) % 2001) - 1000;
    event.time.millis = static_cast<std::int64_t>(event.index * 10 + (bits >> 40) % 50);
    return event;
  }

  /// One step of SplitMix64. Source: G. Steele, D. Lea, C. Flood, "Fast Splittable Pseudorandom
  /// Number Generators", OOPSLA 2014.
  static std::uint64_t Mix(std::uint64_t z) {
    z += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
};

struct EventRow {
  std::uint64_t key = 0;
  std::uint64_t sequence = 0;  // from 1, per key
  std::uint32_t partition = 0;
  std::uint64_t index = 0;
  std::int64_t value = 0;
};

struct NumberEvents : KeyedProcess<std::uint64_t, Event, EventRow> {
  ValueState<std::uint64_t> seen{this, "seen"};

  void process(const Event& e, Context& context, Collector<EventRow>& out) {
    out.collect({context.key(), ++seen.edit(), e.partition, e.index, e.value});
  }
};

struct Sum {
  std::uint64_t count = 0;
  std::int64_t sum = 0;
  void add(const Event& event) {
    ++count;
    sum += event.value;
  }
};

struct WindowRow {
  std::uint64_t key = 0;
  Timestamp window_start;
  std::uint64_t count = 0;
  std::int64_t sum = 0;
};

/// State that is written once and read again at the end of the input: blocks of 1 KiB.
struct Ballast {
  static constexpr std::uint64_t kBlocksPerMebibyte = 1024;
  static constexpr std::uint64_t kWords = 128;

  std::uint64_t seed = 1;
  std::uint64_t blocks = 0;
  std::uint64_t partitions = 1;
  std::uint64_t fillers = 1;  // so many records at the beginning write it

  /// Emits the numbers of the blocks that this event writes.
  void operator()(const Event& event, Collector<std::uint64_t>& out) const {
    const std::uint64_t i = event.index * partitions + event.partition;
    if (i >= fillers) return;
    for (std::uint64_t block = i; block < blocks; block += fillers) out.collect(block);
  }
  std::uint64_t Word(std::uint64_t block, std::uint64_t i) const {
    return Formula::Mix(~seed ^ block) + i;
  }
};

struct BlockRow {
  std::uint64_t block = 0;
  std::uint64_t sum = 0;
};

struct KeepBallast : KeyedProcess<std::uint64_t, std::uint64_t, BlockRow> {
  explicit KeepBallast(Ballast ballast) : ballast(ballast) {}

  Ballast ballast;
  ValueState<std::vector<std::uint64_t>> words{this, "words"};

  void process(const std::uint64_t& block, Context& context, Collector<BlockRow>&) {
    std::vector<std::uint64_t>& written = words.edit();
    for (std::uint64_t i = 0; i < Ballast::kWords; ++i) written.push_back(ballast.Word(block, i));
    context.timers().set({Timestamp::Max().millis - 1});
  }
  /// With the watermark at the end of the input. Whatever was not written exactly once shows.
  void on_timer(Timestamp, Context& context, Collector<BlockRow>& out) {
    const std::vector<std::uint64_t>* read = words.get();
    if (read == nullptr) return;
    out.collect({context.key(), std::accumulate(read->begin(), read->end(), std::uint64_t{0})});
  }
};

struct Settings {
  std::string output;
  std::uint64_t records = 0;
  std::uint32_t partitions = 1;
  std::uint64_t keys = 1;
  std::uint64_t rate = 0;
  std::uint64_t seed = 0;
  Millis window{0};
  std::uint64_t state_mb = 0;
};

Settings SettingsOf(const Arguments& args) {
  Settings s;
  s.output = args.required_path("output", "directory that gets events/ and windows/");
  s.records = args.get<std::uint64_t>("records", 100000, "over all partitions");
  s.partitions = args.get<std::uint32_t>("partitions", 2, at_least(1), "parallelism of the source");
  s.keys = args.get<std::uint64_t>("keys", 50, at_least(1), "per partition");
  s.rate = args.get<std::uint64_t>("rate", 0, "records per second in all; 0: no limit");
  s.seed = args.get<std::uint64_t>("seed", 1, "of the formula that makes the records");
  s.window = args.get<Millis>("window", 1s, at_least(1ms), "length of the windows");
  s.state_mb = args.get<std::uint64_t>("state-mb", 0,
                                       "ballast in the keyed state, in MiB; checked at the end");
  return s;
}

Ballast BallastOf(const Settings& s) {
  Ballast ballast;
  ballast.seed = s.seed;
  ballast.blocks = s.state_mb * Ballast::kBlocksPerMebibyte;
  ballast.partitions = s.partitions;
  ballast.fillers = std::max<std::uint64_t>(s.records / 10, 1);
  return ballast;
}

auto Events(const Settings& s) {
  auto events = sequence(s.records, Formula{s.seed, s.partitions, s.keys}).splits(s.partitions);
  return s.rate == 0 ? std::move(events) : std::move(events).rate(s.rate);
}

PENSTOCK_JOB(kill_check) {
  const Settings s = SettingsOf(args);

  // One subtask per partition: partitions read one after another would make each other's records
  // late.
  auto events = env.from("events", Events(s))
                    .set_parallelism(s.partitions)
                    .with_timestamps(bounded_out_of_orderness(50ms), &Event::time)
                    .set_parallelism(s.partitions);
  events.key_by(&Event::key)
      .process("number", NumberEvents{})
      .sink_to("events-out", FileSink::csv<EventRow>(s.output + "/events"));
  events.key_by(&Event::key)
      .window("sums", tumbling(s.window))
      .aggregate(Sum{},
                 [](std::uint64_t key, Window window, const Sum& sum) {
                   return WindowRow{key, window.start, sum.count, sum.sum};
                 })
      .sink_to("windows-out", FileSink::csv<WindowRow>(s.output + "/windows"));
  const Ballast ballast = BallastOf(s);
  if (ballast.blocks == 0) return;
  events.flat_map(ballast)
      .key_by([](const std::uint64_t& block) { return block; })
      .process("ballast", KeepBallast(ballast))
      .sink_to("ballast-out", FileSink::csv<BlockRow>(s.output + "/ballast"));
}
