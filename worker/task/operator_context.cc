#include "worker/task/operator_context.h"

namespace penstock {

Counter& ChainOperatorContext::counter(const std::string& name) {
  MutexLock lock(mu_);
  std::unique_ptr<Counter>& counter = counters_[name];
  if (!counter) counter = std::make_unique<Counter>();
  return *counter;
}

Output* ChainOperatorContext::side_output(const std::string& tag, const void* type_id) {
  const auto [begin, end] = side_records_.equal_range(tag);
  for (auto reader = begin; reader != end; ++reader) {
    if (reader->second->NewBatch()->type_id() == type_id) continue;
    Fail(Status::InvalidArgument(
        "side output \"" + tag + "\" is read as another type of records than is emitted to it",
        "use one OutputTag for both"));
    return nullptr;
  }
  const auto found = side_outputs_.find(tag);
  return found == side_outputs_.end() ? nullptr : found->second;
}

void ChainOperatorContext::CollectCounters(std::map<std::string, std::uint64_t>& counters) const {
  MutexLock lock(mu_);
  const std::string& prefix = uid_.empty() ? name_ : uid_;
  for (const auto& [name, counter] : counters_) {
    counters[prefix + "." + name] += counter->value();
  }
}

}  // namespace penstock
