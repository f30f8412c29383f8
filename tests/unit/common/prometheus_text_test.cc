#include "common/metrics/prometheus_text.h"

#include <array>
#include <limits>

#include <gtest/gtest.h>

#include "common/process_usage.h"

namespace penstock {
namespace {

constexpr std::array<double, 2> kBounds{0.5, 10};

TEST(PrometheusTextTest, WhenSeriesComeInAnyOrderThenThoseOfANameAreTogether) {
  PrometheusText text;
  text.Add("b_total", PrometheusText::Kind::kCounter, "Bees.", {{"of", "x"}}, 1);
  text.Add("a", PrometheusText::Kind::kGauge, "An A.", {}, 0.25);
  text.Add("b_total", PrometheusText::Kind::kCounter, "Bees.", {{"of", "y"}, {"in", "z"}}, 2e6);
  EXPECT_EQ(text.series(), 3U);
  EXPECT_EQ(text.Take(),
            "# HELP a An A.\n# TYPE a gauge\na 0.25\n"
            "# HELP b_total Bees.\n# TYPE b_total counter\n"
            "b_total{of=\"x\"} 1\nb_total{of=\"y\",in=\"z\"} 2000000\n");
  EXPECT_EQ(text.Take(), "");
}

TEST(PrometheusTextTest, WhenLabelsHaveQuotesBackslashesAndLinesThenTheyAreEscaped) {
  PrometheusText text;
  text.Add("a", PrometheusText::Kind::kGauge, "A \\ b\nc.", {{"n", "q\" b\\ l\n"}}, -1);
  EXPECT_EQ(text.Take(), "# HELP a A \\\\ b\\nc.\n# TYPE a gauge\na{n=\"q\\\" b\\\\ l\\n\"} -1\n");
}

TEST(PrometheusTextTest, WhenAHistogramIsShownThenItsBucketsAreCumulative) {
  Histogram histogram(kBounds);
  for (const double value : {0.1, 0.5, 3.0, 100.0}) histogram.Observe(value);
  PrometheusText text;
  text.Add("h", "H.", {{"l", "v"}}, histogram);
  EXPECT_EQ(text.series(), 5U);
  EXPECT_EQ(text.Take(),
            "# HELP h H.\n# TYPE h histogram\n"
            "h_bucket{l=\"v\",le=\"0.5\"} 2\nh_bucket{l=\"v\",le=\"10\"} 3\n"
            "h_bucket{l=\"v\",le=\"+Inf\"} 4\nh_sum{l=\"v\"} 103.6\nh_count{l=\"v\"} 4\n");
}

TEST(PrometheusTextTest, WhenNumbersAreShownThenTheyAreShortAndWholeOnesHaveNoPoint) {
  EXPECT_EQ(FormatMetric(0), "0");
  EXPECT_EQ(FormatMetric(1e15), "1000000000000000");
  EXPECT_EQ(FormatMetric(-9223372036854775808.0), "-9223372036854775808");
  EXPECT_EQ(FormatMetric(0.1), "0.1");
  EXPECT_EQ(FormatMetric(std::numeric_limits<double>::quiet_NaN()), "NaN");
  EXPECT_EQ(FormatMetric(std::numeric_limits<double>::infinity()), "+Inf");
}

TEST(ProcessUsageTest, WhenThisProcessIsMeasuredThenItHasMemoryAndAThread) {
  const ProcessUsage usage = UsageOfThisProcess();
  EXPECT_GT(usage.resident_bytes, 100'000U);
  EXPECT_GE(usage.threads, 1U);
}

TEST(ProcessUsageTest, WhenAProcessDoesNotExistThenAllIsZero) {
  const ProcessUsage usage = UsageOf(1 << 30);
  EXPECT_EQ(usage.resident_bytes, 0U);
  EXPECT_EQ(usage.cpu_millis, 0U);
}

}  // namespace
}  // namespace penstock
