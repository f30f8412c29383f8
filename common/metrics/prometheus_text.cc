#include "common/metrics/prometheus_text.h"

#include <cmath>

#include <fmt/format.h>

namespace penstock {
namespace {

std::string Escape(std::string_view text, bool quotes) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\\' || (quotes && c == '"')) escaped += '\\';
    if (c == '\n') {
      escaped += "\\n";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

std::string Show(const PrometheusText::Labels& labels, std::string_view bound = {}) {
  std::string shown;
  const auto add = [&](std::string_view name, std::string_view value) {
    shown += fmt::format("{}{}=\"{}\"", shown.empty() ? "{" : ",", name, Escape(value, true));
  };
  for (const auto& [name, value] : labels) add(name, value);
  if (!bound.empty()) add("le", bound);
  return shown.empty() ? shown : shown + "}";
}

}  // namespace

std::string FormatMetric(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  if (value == std::floor(value) && std::fabs(value) < 1e19) return fmt::format("{:.0f}", value);
  return fmt::format("{}", value);
}

std::string& PrometheusText::LinesOf(std::string_view name, std::string_view type,
                                     std::string_view help) {
  auto family = families_.find(name);
  if (family == families_.end()) {
    family = families_.emplace(std::string(name), Family{std::string(type), std::string(help), ""})
                 .first;
  }
  return family->second.lines;
}

void PrometheusText::Add(std::string_view name, Kind kind, std::string_view help,
                         const Labels& labels, double value) {
  std::string& lines = LinesOf(name, kind == Kind::kCounter ? "counter" : "gauge", help);
  lines += fmt::format("{}{} {}\n", name, Show(labels), FormatMetric(value));
  ++series_;
}

void PrometheusText::Add(std::string_view name, std::string_view help, const Labels& labels,
                         const Histogram& histogram) {
  std::string& lines = LinesOf(name, "histogram", help);
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < histogram.bounds().size(); ++i) {
    count += histogram.count(i);
    const std::string bound = FormatMetric(histogram.bounds()[i]);
    lines += fmt::format("{}_bucket{} {}\n", name, Show(labels, bound), count);
  }
  lines += fmt::format("{}_bucket{} {}\n", name, Show(labels, "+Inf"), histogram.count());
  lines += fmt::format("{}_sum{} {}\n", name, Show(labels), FormatMetric(histogram.sum()));
  lines += fmt::format("{}_count{} {}\n", name, Show(labels), histogram.count());
  series_ += histogram.bounds().size() + 3;
}

std::string PrometheusText::Take() {
  std::string text;
  for (const auto& [name, family] : families_) {
    text += fmt::format("# HELP {} {}\n# TYPE {} {}\n{}", name, Escape(family.help, false), name,
                        family.type, family.lines);
  }
  families_.clear();
  series_ = 0;
  return text;
}

}  // namespace penstock
