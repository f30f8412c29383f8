#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "graph/physical_plan.h"
#include "worker/exchange/exchange.h"

namespace penstock::bench {

/// What receivers have seen, and what that took.
struct Totals {
  std::uint64_t records = 0;
  std::uint64_t sum = 0;  ///< Equals `records` when nothing is damaged.
  std::uint64_t buffers = 0;
  double seconds = 0;
  double cpu_seconds = 0;  ///< Of all threads of the process.
};

/// One host of a run of two vertices: `senders` subtasks on the first host, `receivers` on the
/// last, joined by a Hash edge of 24-byte records.
class ExchangeHost {
 public:
  /// Host number `self` of `hosts`, 1 or 2.
  ExchangeHost(std::uint32_t senders, std::uint32_t receivers, std::uint32_t hosts,
               std::uint32_t self);
  ~ExchangeHost();

  Result<std::string> Bind() { return exchange_->Bind(); }
  /// `endpoints` of all hosts, in order.
  Status Connect(const std::vector<std::string>& endpoints);

  /// Starts a thread per sender; they stop when `stop` is set, after a final barrier.
  void StartSenders(const std::atomic<bool>& stop);
  void StartReceivers();
  /// Joins all threads; the sum of what the receivers saw.
  Totals Join();

 private:
  class Threads;

  const std::uint32_t senders_;
  const std::uint32_t receivers_;
  const std::uint32_t hosts_;
  const PhysicalPlan plan_;
  std::unique_ptr<Exchange> exchange_;
  std::unique_ptr<Threads> threads_;
};

}  // namespace penstock::bench
