#include "coordinator/rest/metric_answer.h"

#include <algorithm>
#include <charconv>
#include <map>

#include <fmt/format.h>

#include "common/metrics/prometheus_text.h"
#include "coordinator/rest/json_body.h"

namespace penstock {
namespace {

namespace json = boost::json;

const std::set<std::string> kAggregations{"min", "max", "sum", "avg"};
/// No vertex has more subtasks.
constexpr std::uint32_t kMostNumbers = 32768;

struct Aggregate {
  double min = 0;
  double max = 0;
  double sum = 0;
  double count = 0;

  void Add(double value) {
    min = count == 0 ? value : std::min(min, value);
    max = count == 0 ? value : std::max(max, value);
    sum += value;
    ++count;
  }
};

std::vector<std::string> Split(std::string_view list) {
  std::vector<std::string> items;
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    if (end > 0) items.emplace_back(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return items;
}

json::array NamesAnswer(const std::set<std::string>& names) {
  json::array answer;
  for (const std::string& name : names) answer.push_back(json::object{{"id", name}});
  return answer;
}

json::object Show(const std::string& name, const Aggregate& aggregate,
                  const std::set<std::string>& wanted) {
  const auto is_wanted = [&](const char* what) { return wanted.empty() || wanted.contains(what); };
  json::object shown{{"id", name}};
  if (is_wanted("min")) shown["min"] = aggregate.min;
  if (is_wanted("max")) shown["max"] = aggregate.max;
  if (is_wanted("avg")) shown["avg"] = aggregate.sum / aggregate.count;
  if (is_wanted("sum")) shown["sum"] = aggregate.sum;
  return shown;
}

/// "3" or "3-7"; nothing when it is neither.
bool ParseRange(std::string_view text, std::uint32_t& first, std::uint32_t& last) {
  const char* end = text.data() + text.size();
  auto [rest, error] = std::from_chars(text.data(), end, first);
  if (error != std::errc()) return false;
  last = first;
  if (rest == end) return true;
  if (*rest != '-') return false;
  const auto [last_rest, last_error] = std::from_chars(rest + 1, end, last);
  return last_error == std::errc() && last_rest == end && first <= last && last < kMostNumbers;
}

}  // namespace

std::set<std::string> ParseNames(std::string_view list) {
  const std::vector<std::string> items = Split(list);
  return {items.begin(), items.end()};
}

Result<std::vector<std::uint32_t>> ParseNumbers(std::string_view list, std::uint32_t count) {
  std::set<std::uint32_t> chosen;
  for (const std::string& item : Split(list)) {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
    if (!ParseRange(item, first, last)) {
      return Status::InvalidArgument("'" + item + "' is not the number of a subtask, nor a range",
                                     "like 0,2-4");
    }
    for (std::uint32_t i = first; i <= std::min(last, count - 1) && i < count; ++i)
      chosen.insert(i);
  }
  if (Split(list).empty()) {
    for (std::uint32_t i = 0; i < count; ++i) chosen.insert(i);
  }
  return std::vector<std::uint32_t>(chosen.begin(), chosen.end());
}

HttpResponse ValuesAnswer(const MetricValues& values, const HttpRequest& request) {
  const std::set<std::string> wanted = ParseNames(request.Query("get"));
  json::array answer;
  for (const auto& [name, value] : values) {
    if (wanted.empty()) {
      answer.push_back(json::object{{"id", name}});
    } else if (wanted.contains(name)) {
      answer.push_back(json::object{{"id", name}, {"value", FormatMetric(value)}});
    }
  }
  return JsonResponse(answer);
}

HttpResponse AggregateAnswer(const std::vector<MetricValues>& things, const HttpRequest& request) {
  const std::set<std::string> wanted = ParseNames(request.Query("get"));
  const std::set<std::string> how = ParseNames(request.Query("agg"));
  for (const std::string& aggregation : how) {
    if (kAggregations.contains(aggregation)) continue;
    return ErrorResponse(Status::InvalidArgument("'" + aggregation + "' is no aggregation",
                                                 "they are min, max, sum and avg"));
  }
  std::map<std::string, Aggregate> aggregates;
  std::set<std::string> names;
  for (const MetricValues& values : things) {
    for (const auto& [name, value] : values) {
      if (wanted.empty()) names.insert(name);
      if (wanted.contains(name)) aggregates[name].Add(value);
    }
  }
  if (wanted.empty()) return JsonResponse(NamesAnswer(names));
  json::array answer;
  for (const auto& [name, aggregate] : aggregates) answer.push_back(Show(name, aggregate, how));
  return JsonResponse(answer);
}

}  // namespace penstock
