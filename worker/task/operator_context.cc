#include "worker/task/operator_context.h"

namespace penstock {

Counter& ChainOperatorContext::counter(const std::string& name) {
  MutexLock lock(mu_);
  std::unique_ptr<Counter>& counter = counters_[name];
  if (!counter) counter = std::make_unique<Counter>();
  return *counter;
}

void ChainOperatorContext::CollectCounters(std::map<std::string, std::uint64_t>& counters) const {
  MutexLock lock(mu_);
  const std::string& prefix = uid_.empty() ? name_ : uid_;
  for (const auto& [name, counter] : counters_) {
    counters[prefix + "." + name] += counter->value();
  }
}

}  // namespace penstock
