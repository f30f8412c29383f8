#include "bench/report.h"

#include <cstdio>

#include <fmt/format.h>

namespace penstock::bench {
namespace {

/// Three significant digits, without an exponent.
std::string Short(double value) {
  if (value >= 100) return fmt::format("{:.0f}", value);
  if (value >= 10) return fmt::format("{:.1f}", value);
  return fmt::format("{:.2f}", value);
}

void Print(const std::string& line) {
  std::fputs(line.c_str(), stdout);
  std::fflush(stdout);
}

}  // namespace

bool Report::Begin(std::string_view suite) {
  if (suite.find(only_) == std::string_view::npos) return false;
  Print(fmt::format("\n{:<52} {:>8} {:<11} {:>7} {:>9}   {}\n", suite, "figure", "unit", "limit",
                    "off by", "budget"));
  return true;
}

void Report::Add(std::string_view name, double figure, std::string_view unit,
                 std::optional<Bound> limit, std::optional<Bound> budget) {
  std::string off;
  if (limit) {
    const double ratio = limit->at_least ? limit->value / figure : figure / limit->value;
    off = Short(ratio) + " x";
  }
  std::string verdict;
  if (budget) {
    const bool met = budget->at_least ? figure >= budget->value : figure <= budget->value;
    if (!met) ++missed_;
    verdict = fmt::format("{} {} {}", budget->at_least ? ">=" : "<=", Short(budget->value),
                          met ? "met" : "MISSED");
  }
  Print(fmt::format("  {:<50} {:>8} {:<11} {:>7} {:>9}   {}\n", name, Short(figure), unit,
                    limit ? Short(limit->value) : "", off, verdict));
}

void Report::Fail(std::string_view name, std::string_view error) {
  failed_ = true;
  Print(fmt::format("  {:<50} error: {}\n", name, error));
}

}  // namespace penstock::bench
