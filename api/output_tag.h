#pragma once

#include <string>
#include <utility>

namespace penstock {

/// Names an additional output of an operator, for records of type U:
///   const penstock::OutputTag<Alert> alerts{"alerts"};
/// A function emits with `context.output(alerts, alert)`; `stream.side_output(alerts)` reads what
/// the operator behind `stream` emits there. The name is unique within the operator; what nobody
/// reads is dropped.
template <typename U>
struct OutputTag {
  using record_type = U;

  explicit OutputTag(std::string name) : name(std::move(name)) {}

  std::string name;
};

}  // namespace penstock
