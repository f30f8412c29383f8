// Jobs made up for tests of size; no page uses this.

import type { JobDetail, Live, Vertex } from "./types";

export interface SyntheticSize {
  vertices: number;
  parallelism: number;
}

const hex = (number: number) => (number + 1).toString(16).padStart(32, "0");

/** Repeatable: depends on its arguments only. */
export function syntheticLive(vertex: number, tick: number): Live {
  const wave = (period: number) => 0.5 + 0.5 * Math.sin((tick + vertex * 7) / period);
  const busy = wave(5);
  const waiting = Math.max(0, 1 - busy) * wave(11);
  return {
    "busy-ratio": busy,
    "busy-ratio-average": busy * 0.8,
    "idle-ratio-average": Math.max(0, 1 - busy * 0.8 - waiting * 0.7),
    "backpressured-ratio": waiting,
    "backpressured-ratio-average": waiting * 0.7,
    "records-in-per-second": Math.round(1e6 * wave(3)),
    "records-out-per-second": Math.round(9e5 * wave(4)),
    "bytes-in-per-second": Math.round(3e7 * wave(3)),
    "bytes-out-per-second": Math.round(2e7 * wave(4)),
    watermark: 1_700_000_000_000 + tick * 1000,
    "watermark-lag": Math.round(4000 * wave(9)),
    skew: wave(13) * 0.6,
    "pending-records": vertex === 0 ? Math.round(5000 * wave(6)) : null,
  };
}

function syntheticVertex(index: number, parallelism: number, tick: number): Vertex {
  return {
    id: hex(index),
    name: index === 0 ? "sequence of 9000000 -> timestamps" : `step ${index} -> map -> filter`,
    maxParallelism: 4096,
    parallelism,
    status: "RUNNING",
    "start-time": 1_700_000_000_000,
    "end-time": -1,
    duration: tick * 1000,
    tasks: { RUNNING: parallelism },
    metrics: { "read-records": 1000 * tick, "write-records": 900 * tick },
    live: syntheticLive(index, tick),
  };
}

/** A running job whose vertices fan out and in. */
export function syntheticJob({ vertices, parallelism }: SyntheticSize, tick = 0): JobDetail {
  const list = Array.from({ length: vertices }, (_, i) => syntheticVertex(i, parallelism, tick));
  const inputs = (index: number) => {
    if (index === 0) return [];
    const parents = index % 5 === 4 ? [index - 1, index - 3] : [Math.floor((index - 1) / 2)];
    return [...new Set(parents)].map((parent) => ({ id: hex(parent), ship_strategy: "HASH" }));
  };
  const nodes = list.map((vertex, i) => ({
    id: vertex.id,
    parallelism,
    description: vertex.name,
    inputs: inputs(i),
  }));
  return {
    jid: "0123456789abcdef0123456789abcdef",
    name: "synthetic",
    state: "RUNNING",
    "start-time": 1_700_000_000_000,
    "end-time": -1,
    duration: tick * 1000,
    now: 1_700_000_000_000 + tick * 1000,
    restarts: 0,
    generation: 1,
    guarantee: "exactly-once",
    isStoppable: true,
    maxParallelism: 4096,
    timestamps: { CREATED: 1_700_000_000_000, RUNNING: 1_700_000_000_050 },
    vertices: list,
    "status-counts": { RUNNING: vertices * parallelism },
    plan: { name: "synthetic", nodes },
    edges: nodes.flatMap((node) =>
      node.inputs.map((input) => ({
        source: input.id,
        target: node.id,
        "ship-strategy": input.ship_strategy,
        "records-per-second": 1000 * (tick + 1),
        "bytes-per-second": 24_000 * (tick + 1),
      })),
    ),
    bottleneck: null,
  };
}
