#pragma once

#include <functional>

#include "coordinator/dispatcher.h"
#include "coordinator/flame_graphs.h"
#include "coordinator/rest/change_feed.h"
#include "coordinator/rest/record_tails.h"
#include "coordinator/rest/router.h"

namespace penstock {

/// The REST interface: Flink's paths and field names over a Dispatcher. Coordinator thread only,
/// but for Handle().
class RestService {
 public:
  /// `dispatcher` outlives this. `shut_down` is called, on the coordinator thread, for DELETE
  /// /cluster.
  RestService(Dispatcher& dispatcher, std::function<void()> shut_down);

  /// Any thread; the answer comes later.
  void Handle(HttpRequest request, HttpResponder responder);

 private:
  void AddAbsentRoutes();
  void AddClusterRoutes();
  void AddCoordinatorRoutes();
  void AddPluginRoutes();
  void AddJobRoutes();
  void AddJobViewRoutes();
  void AddLogRoutes();
  void AddMetricRoutes();
  void AddVertexMetricRoutes();
  void AddRecordRoutes();
  void AddRescaleRoutes();
  void AddSavepointRoutes();
  void AddStackRoutes();
  void AddStreamRoutes();
  void AddSubtaskRoutes();
  void AddVertexRoutes();

  /// A route about one job: answers with what `view` makes of it, or that it does not exist.
  using JobView = std::function<HttpResponse(const JobMaster&, const RestCall&)>;
  void AddJobView(std::string_view pattern, JobView view);
  /// Likewise about one vertex of a job.
  using VertexView = std::function<HttpResponse(const JobMaster&, VertexId, const RestCall&)>;
  void AddVertexView(std::string_view pattern, VertexView view);
  std::int64_t NowMillis() const { return ToMillis(dispatcher_.clock().Wall()); }

  Dispatcher& dispatcher_;
  const std::function<void()> shut_down_;
  FlameGraphs flame_graphs_;
  Router router_;
  ChangeFeed changes_;
  RecordTails tails_;
};

}  // namespace penstock
