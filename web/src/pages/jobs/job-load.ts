// What a job does at the moment, from its detail.

import type { Schemas } from "@/api/client";

export interface VertexLoad {
  id: string;
  name: string;
  busy: number;
  backpressured: number;
  idle: number;
}

export interface JobLoad {
  /** Records per second that leave its sources. */
  recordsPerSecond: number;
  /** From sources to sinks. */
  vertices: VertexLoad[];
  busiest: VertexLoad;
  mostBackpressured: VertexLoad;
}

/** Null while there are no live figures: before the job runs and after it. */
export function loadOf(job: Schemas["JobDetail"]): JobLoad | null {
  const live = job.vertices.filter((vertex) => vertex.live);
  const [first] = live;
  if (!first) return null;
  const sources = new Set(job.plan.nodes.filter((node) => !node.inputs?.length).map((n) => n.id));
  const vertices = live.map(({ id, name, live }) => ({
    id,
    name,
    busy: live["busy-ratio"],
    backpressured: live["backpressured-ratio"],
    idle: live["idle-ratio-average"],
  }));
  return {
    recordsPerSecond: live
      .filter((vertex) => sources.has(vertex.id))
      .reduce((sum, vertex) => sum + vertex.live["records-out-per-second"], 0),
    vertices,
    busiest: most(vertices, (vertex) => vertex.busy),
    mostBackpressured: most(vertices, (vertex) => vertex.backpressured),
  };
}

function most(vertices: VertexLoad[], value: (vertex: VertexLoad) => number): VertexLoad {
  return vertices.reduce((best, vertex) => (value(vertex) > value(best) ? vertex : best));
}
