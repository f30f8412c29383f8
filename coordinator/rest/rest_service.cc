#include "coordinator/rest/rest_service.h"

namespace penstock {

RestService::RestService(Dispatcher& dispatcher, std::function<void()> shut_down)
    : dispatcher_(dispatcher),
      shut_down_(std::move(shut_down)),
      flame_graphs_(dispatcher),
      changes_(dispatcher),
      tails_(dispatcher) {
  AddMetricRoutes();  // before those whose patterns would take "metrics" for an id
  AddClusterRoutes();
  AddCoordinatorRoutes();
  AddPluginRoutes();
  AddJobRoutes();
  AddJobViewRoutes();
  AddLogRoutes();
  AddRecordRoutes();
  AddRescaleRoutes();
  AddSavepointRoutes();
  AddStackRoutes();
  AddStreamRoutes();
  AddVertexRoutes();
  AddSubtaskRoutes();
  AddAbsentRoutes();
}

void RestService::Handle(HttpRequest request, HttpResponder responder) {
  dispatcher_.Post([this, request = std::move(request), responder = std::move(responder)] {
    router_.Handle(request, responder);
  });
}

}  // namespace penstock
