#include <cstdlib>
#include <regex>
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

TEST(AlertRulesTest, WhenPrometheusToolRunsTheirTestsThenTheyPass) {
  const std::string directory = PENSTOCK_SOURCE "/docs/monitoring/";
  ASSERT_EQ(std::system("promtool --version >/dev/null 2>&1"), 0)
      << "install the packages that tests need: scripts/setup test";
  EXPECT_EQ(std::system(("promtool test rules " + directory + "alerts_test.yml").c_str()), 0);
  EXPECT_EQ(std::system(("promtool check config " + directory + "prometheus.yml").c_str()), 0);
}

TEST(AlertRulesTest, WhenTheyNameMetricsThenThereAreSuch) {
  std::set<std::string> known{"penstock_job_state"};
  for (const MetricSpec& metric : AllMetrics()) {
    known.insert("penstock_" + std::string(PrometheusScope(metric.scope)) + "_" +
                 std::string(metric.prometheus));
  }
  Result<std::string> rules =
      ReadFile(PosixFileSystem(), PENSTOCK_SOURCE "/docs/monitoring/alerts.yml");
  ASSERT_TRUE(rules.ok());
  const std::regex name("penstock_[a-z_]+");
  std::sregex_iterator found(rules->begin(), rules->end(), name);
  EXPECT_NE(found, std::sregex_iterator());
  for (; found != std::sregex_iterator(); ++found) {
    EXPECT_TRUE(known.contains(found->str())) << found->str();
  }
}

}  // namespace
}  // namespace penstock
