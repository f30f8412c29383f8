#pragma once

#include "graph/job_graph.h"

namespace penstock::testing {

/// source → (hash) → window → sink, with the parallelisms given.
inline JobGraph SourceToWindow(std::uint32_t sources, std::uint32_t windows) {
  JobGraph graph;
  graph.name = "example";
  graph.guarantee = "exactly-once";

  GraphOperator source;
  source.index = 0;
  source.name = "events";
  source.uid = "events";
  source.kind = "source";
  source.delivery = "replayable";
  JobVertex first{VertexId(0), "events", sources, kDefaultMaxParallelism, {source}};

  GraphOperator window;
  window.index = 1;
  window.name = "counts";
  window.uid = "counts";
  window.kind = "transform";
  window.stateful = true;
  window.states = {{"panes", "panes", {{"", "string"}}, {{"", "timestamp"}}, {{"count", "i64"}}}};
  GraphOperator sink;
  sink.index = 2;
  sink.name = "out";
  sink.uid = "out";
  sink.kind = "sink";
  sink.delivery = "transactional";
  sink.input = 0;
  JobVertex second{VertexId(1), "counts → out", windows, kDefaultMaxParallelism, {window, sink}};

  graph.vertices = {first, second};
  graph.edges = {{VertexId(0),
                  0,
                  VertexId(1),
                  EdgeDistribution::kHash,
                  {{"user", "string"}},
                  {{"", "string"}}}};
  return graph;
}

}  // namespace penstock::testing
