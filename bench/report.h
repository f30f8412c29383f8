#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace penstock::bench {

/// Something to hold a figure against. Where the value comes from: docs/performance.md.
struct Bound {
  double value = 0;
  /// A throughput: larger is better. Otherwise a cost.
  bool at_least = false;
};
constexpr Bound AtMost(double value) { return {value, false}; }
constexpr Bound AtLeast(double value) { return {value, true}; }

/// Prints one line per figure as it comes. One thread.
class Report {
 public:
  /// Rows whose suite's name doesn't contain `only` are not measured at all.
  explicit Report(std::string only) : only_(std::move(only)) {}

  /// Starts a suite: prints its head and returns true, or false when it isn't asked for.
  bool Begin(std::string_view suite);
  /// `limit`: what the machine can do; `budget`: what we allow ourselves.
  void Add(std::string_view name, double figure, std::string_view unit,
           std::optional<Bound> limit = std::nullopt, std::optional<Bound> budget = std::nullopt);
  /// Something went wrong; the suite has no figure.
  void Fail(std::string_view name, std::string_view error);

  bool failed() const { return failed_; }
  /// Budgets that were not met.
  int missed() const { return missed_; }

 private:
  const std::string only_;
  bool failed_ = false;
  int missed_ = 0;
};

}  // namespace penstock::bench
