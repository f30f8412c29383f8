#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/metrics/histogram.h"

namespace penstock {

inline constexpr char kPrometheusContentType[] = "text/plain; version=0.0.4; charset=utf-8";

/// "12", "0.25": without an exponent or digits that say nothing where that is possible.
std::string FormatMetric(double value);

/// Makes an answer to Prometheus, in its text format. Series of one name may be added at any time;
/// they come out together, in the order of names.
class PrometheusText {
 public:
  using Labels = std::vector<std::pair<std::string_view, std::string>>;
  enum class Kind : unsigned char { kCounter, kGauge };

  /// `name` in snake case, in base units; of a counter it ends in "_total". `help` is one sentence
  /// and must be the same for all series of a name.
  void Add(std::string_view name, Kind kind, std::string_view help, const Labels& labels,
           double value);
  void Add(std::string_view name, std::string_view help, const Labels& labels,
           const Histogram& histogram);

  std::size_t series() const { return series_; }
  std::string Take();

 private:
  struct Family {
    std::string type;
    std::string help;
    std::string lines;
  };

  std::string& LinesOf(std::string_view name, std::string_view type, std::string_view help);

  std::map<std::string, Family, std::less<>> families_;
  std::size_t series_ = 0;
};

}  // namespace penstock
