// Six operators behind one another, as a task runs them.

#include <memory>
#include <string>

#include "api/runtime/stateless_operators.h"
#include "bench/measure.h"
#include "bench/micro/records.h"
#include "bench/micro/suites.h"
#include "worker/task/operator_chain.h"

namespace penstock::bench {
namespace {

/// A chain made of specs, without a source or a sink.
class Chain {
 public:
  template <typename T, typename F>
  void AddFilter(F keep) {
    Add([keep] { return std::make_unique<FilterOperator<T, F>>(keep); });
  }
  template <typename T, typename F>
  void AddMap(F map) {
    Add([map] { return std::make_unique<MapOperator<T, F>>(map); });
  }
  template <typename T, typename F>
  void AddUpdate(F update) {
    Add([update] { return std::make_unique<UpdateOperator<T, F>>(update); });
  }
  Status Open() {
    chain_ = std::make_unique<OperatorChain>(identity_, vertex_, std::vector<ChainEdge>{});
    return chain_->Open(specs_);
  }
  void Process(Batch& batch) {
    if (!chain_->ProcessBatch(0, batch).ok()) std::abort();
  }

 private:
  void Add(std::function<std::unique_ptr<Operator>()> make) {
    const auto index = static_cast<std::uint32_t>(specs_.size());
    OperatorSpec spec;
    spec.make = std::move(make);
    specs_.push_back(std::move(spec));
    GraphOperator op;
    op.index = index;
    op.name = "op" + std::to_string(index);
    op.input = static_cast<std::int32_t>(index) - 1;
    vertex_.operators.push_back(op);
  }

  const TaskIdentity identity_{.job = JobId(1, 1),
                               .job_name = "bench",
                               .generation = Generation(1),
                               .subtask = {VertexId(0), 0},
                               .state_directory = {},
                               .file_system = PosixFileSystem(),
                               .clock = SystemClock::Instance()};
  std::vector<OperatorSpec> specs_;
  JobVertex vertex_;
  std::unique_ptr<OperatorChain> chain_;
};

// The filters keep everything, so that the batch can be used again.
double MeasurementChain() {
  Chain chain;
  for (std::int64_t step = 1; step <= 3; ++step) {
    chain.AddFilter<Measurement>([step](const Measurement& m) { return m.other != -step; });
    chain.AddMap<Measurement>([step](Measurement&& m) {
      m.value += step * m.other;
      return m;
    });
  }
  if (!chain.Open().ok()) return 0;
  TypedBatch<Measurement> batch;
  FillMeasurements(batch);
  return NanosPerItem([&] {
    chain.Process(batch);
    return batch.size();
  });
}

double BidChain(bool in_place) {
  Chain chain;
  for (std::int64_t step = 1; step <= 3; ++step) {
    chain.AddFilter<Bid>([step](const Bid& bid) { return bid.auction != -step; });
    if (in_place) {
      chain.AddUpdate<Bid>([step](Bid& bid) { bid.bidder += step; });
    } else {
      chain.AddMap<Bid>([step](Bid&& bid) {
        bid.bidder += step;
        return std::move(bid);
      });
    }
  }
  if (!chain.Open().ok()) return 0;
  TypedBatch<Bid> batch;
  FillBids(batch);
  return NanosPerItem([&] {
    chain.Process(batch);
    return batch.size();
  });
}

}  // namespace

void MeasureChain(Report& report) {
  if (!report.Begin("chain")) return;
  report.Add("6 operators, 24-byte record", MeasurementChain(), "ns/record", AtMost(2.5));
  report.Add("6 operators, bid, changed in place", BidChain(true), "ns/record", AtMost(3.5));
  report.Add("6 operators, bid, returned by value", BidChain(false), "ns/record", AtMost(3.5));
}

}  // namespace penstock::bench
