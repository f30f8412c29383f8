// expect here: the strategy's generator needs void on_event(const Record&, Timestamp,
#include "api/penstock.h"
#include "connectors/basic/sequence_source.h"

struct Silent {
  void on_event(const std::string&, penstock::Timestamp, penstock::WatermarkOutput&) {}
  void on_periodic(penstock::WatermarkOutput&) {}
};

PENSTOCK_JOB(wrong_generator) {
  env.from("in", penstock::sequence(1, [](std::uint64_t i) { return i; }))
      .with_timestamps(penstock::watermarks_by(Silent()),
                       [](std::uint64_t) { return penstock::Timestamp(); });
}
