#pragma once

#include <boost/json.hpp>

#include "coordinator/dispatcher.h"

namespace penstock {

// The cluster as Flink's REST interface shows it.

inline constexpr char kRestVersion[] = "0.1.0";

boost::json::object ClusterOverview(const Dispatcher& dispatcher);
/// What a client for people should know.
boost::json::object UiConfig();
boost::json::array ConfigurationEntries(const Configuration& config);
/// This process, which has run since `started`, and its machine.
boost::json::object CoordinatorEnvironment(std::int64_t started);

boost::json::object WorkerOverview(const Dispatcher& dispatcher, const WorkerEntry& entry);
/// Besides, who has its slots and what it uses.
boost::json::object WorkerDetail(const Dispatcher& dispatcher, const WorkerEntry& entry);

}  // namespace penstock
