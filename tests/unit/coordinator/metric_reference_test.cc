#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/file_system.h"
#include "coordinator/metrics/metric_catalog.h"

namespace penstock {
namespace {

TEST(MetricReferenceTest, WhenAMetricChangesThenTheDocumentMustFollow) {
  Result<std::string> document =
      ReadFile(PosixFileSystem(), PENSTOCK_SOURCE "/docs/reference/metrics.md");
  ASSERT_TRUE(document.ok()) << document.status().message();
  EXPECT_THAT(*document, ::testing::HasSubstr(RenderMetricReference()))
      << "docs/reference/metrics.md must contain:\n"
      << RenderMetricReference();
}

TEST(MetricReferenceTest, WhenMetricsAreForPrometheusThenTheirNamesAreUniqueAndOfItsStyle) {
  std::set<std::string> names;
  for (const MetricSpec& metric : AllMetrics()) {
    if (metric.prometheus.empty()) continue;
    const std::string name(metric.prometheus);
    EXPECT_TRUE(names.insert(std::string(PrometheusScope(metric.scope)) + "_" + name).second)
        << name;
    const bool counter = metric.kind == PrometheusText::Kind::kCounter;
    EXPECT_EQ(name.ends_with("_total"), counter) << name;
    EXPECT_EQ(name.find("millis"), std::string::npos) << name;
  }
}

}  // namespace
}  // namespace penstock
